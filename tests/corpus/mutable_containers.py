"""Lists, dicts and deques that change: every method, nested and aliased."""

import copy
from collections import Counter, OrderedDict, defaultdict, deque

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (0.7, 1.2), wrt=(0, 1))
def insert_and_pop(a, b):
    xs = [a, b]
    xs.insert(0, a * b)
    xs.insert(-1, b**2)
    last = xs.pop()
    first = xs.pop(0)
    mid = xs.pop(-1)
    return first * last**2 + mid + xs[0] * len(xs)


@program(args=lambda rng: (rng.normal(size=4),))
def extend_and_add(x):
    xs = [x[0]]
    ys = xs
    xs.extend([x[1], x[2]])
    xs.extend(v * 2 for v in x[2:])
    xs += [x[3] ** 2]
    xs += (1.0, x[0])
    xs = xs + [x[1]]
    xs[0] = 5.0
    return sum(v**2 for v in xs) + ys[0] * len(ys)


@program(args=lambda rng: (rng.normal(size=4),))
def item_assignment(x):
    """A value cell of a list is written like an array's element."""
    xs = list(x)
    xs[0] = xs[1] * xs[2]
    xs[1] += xs[0]
    xs[-1] *= xs[1]
    xs[2], xs[3] = xs[3], xs[2]
    return sum(k * v for k, v in enumerate(xs, 1))


@program(args=lambda rng: (rng.normal(size=5),))
def slice_assignment(x):
    xs = list(x)
    xs[1:3] = [x[0] ** 2]
    xs[::2] = [x[4], x[3]]
    xs[len(xs) :] = [x[1], x[2]]
    xs[:0] = [3.0 * x[0]]
    return sum(k * v**2 for k, v in enumerate(xs))


@program(args=lambda rng: (rng.normal(size=5),))
def deletions(x):
    xs = [v**2 for v in x]
    del xs[1]
    del xs[-1], xs[:1]
    ys = [1.0, 2.0, 3.0]
    ys.remove(2.0)
    xs.extend(ys)
    zs = xs[:]
    xs.clear()
    return zs[0] * zs[1] + zs[3] + len(xs)


@program(args=lambda rng: (0.7, 1.2, -0.4), wrt=(0, 1, 2))
def sort_by_key_and_reverse(a, b, c):
    pairs = [(3, a), (1, b), (2, c * a)]
    pairs.sort(key=lambda p: p[0])
    values = [v for _, v in pairs]
    values.reverse()
    best = sorted(values, key=abs, reverse=True)
    values.sort()
    return best[0] * 10 + values[0] * values[2] + pairs[0][1] ** 2


@program(args=lambda rng: (rng.normal(size=3),))
def repetition_and_aliases(x):
    """`[row] * 2` holds one list twice."""
    row = [x[0], x[1]]
    grid = [row] * 2
    grid[0][1] = x[2]
    grid[1][0] *= 3.0
    fresh = [[0.0] * 2 for _ in range(2)]
    fresh[0][1] = x[0] * x[1]
    cells = [x[2]] * 3
    cells[1] = 1.0
    return sum(map(sum, grid)) + fresh[0][1] * fresh[1][1] + cells[0] * cells[2] * row[0]


@program(args=lambda rng: (rng.normal(size=3),))
def copies(x):
    """A shallow copy holds the same arrays; a deep copy holds none of them."""
    xs = [x * 1.0, x[0]]
    shallow, deep = xs.copy(), copy.deepcopy(xs)
    also = copy.copy(xs)
    shallow[0][0] = 4.0
    shallow[1] = 2.0
    deep[0][1] *= 3.0
    also.append(xs[0][2])
    return np.sum(xs[0] ** 2) + np.sum(deep[0] ** 3) + xs[1] * shallow[1] * also[2]


@program(args=lambda rng: (rng.normal(size=4),))
def list_of_rows_to_array(x):
    """A matrix by lists, then NumPy."""
    rows = []
    for i in range(2):
        row = []
        for j in range(2):
            row.append(x[i] * x[2 + j])
        rows.append(row)
    rows[0][0] = 1.0
    A = np.array(rows)
    rows[1][1] = 100.0
    A[0, 1] *= 2.0
    return np.sum(A @ A) + rows[1][1]


@program(args=lambda rng: (rng.normal(size=3), 0.3), wrt=(0, 1))
def list_of_states(x, h):
    """A history of snapshots, the state itself in place."""
    u = x.copy()
    states = []
    for _ in range(4):
        states.append(u.copy())
        u -= h * u**2
    states.append(u)
    u[0] = 1.0
    return sum(np.sum(s**2) for s in states) + np.sum(states[-1])


@program(args=lambda rng: (rng.normal(size=3),))
def forgotten_copy(x):
    """Without the copy, all entries are the same array."""
    u = x * 1.0
    states = []
    for k in range(3):
        u *= 1.0 + k
        states.append(u)
    return sum(np.sum(s**2) for s in states)


@program(args=lambda rng: (rng.normal(size=3),))
def stack_machine(x):
    """Reverse Polish notation."""
    stack = []
    for token in ["x0", "x1", "*", "x2", "+", "x0", "*"]:
        if token in "+*":
            b, a = stack.pop(), stack.pop()
            stack.append(a + b if token == "+" else a * b)
        else:
            stack.append(x[int(token[1])])
    return stack.pop() + len(stack)


@program(args=lambda rng: (rng.normal(size=5),))
def queue_by_list(x):
    """A moving average over the last three."""
    queue, s = [], 0.0
    for v in x:
        queue.append(v)
        if len(queue) > 3:
            queue.pop(0)
        s += (sum(queue) / len(queue)) ** 2
    return s


@program(args=lambda rng: (rng.normal(size=5),))
def deque_window(x):
    window, s = deque(maxlen=3), 0.0
    for v in x:
        window.append(v**2)
        s += sum(window) * window[0]
    window.appendleft(x[0])
    window.rotate(1)
    return s + window.pop() * window.popleft()


@program(args=lambda rng: (0.4, 1.1), wrt=(0, 1))
def bound_append(a, b):
    """Methods under other names; a set that holds numbers."""
    values = []
    push = values.append
    push(a * b)
    push(b**2)
    distinct = set()
    distinct.add(a**3)
    return values[0] * values[1] + sum(distinct)


@program(args=lambda rng: (1.2,))
def breadth_first(x):
    """A tree walked by a queue of active items."""
    queue, total = deque([(x, 0)]), 0.0
    while queue:
        v, depth = queue.popleft()
        total += v * (depth + 1)
        if depth < 2:
            queue.append((np.sin(v), depth + 1))
            queue.append((0.5 * v * v, depth + 1))
    return total


@program(args=lambda rng: (0.7, 1.2), wrt=(0, 1))
def dict_set_and_update(a, b):
    p = {"k": a}
    p["m"] = b * a
    p["k"] *= 2.0
    p.update({"c": a}, d=b)
    p.update([("m", p["m"] ** 2)])
    q = p | {"k": 1.0}
    p |= {"e": p["k"] * p["c"]}
    return sum(p.values()) + q["m"] * q["k"]


@program(args=lambda rng: (0.7, 1.2), wrt=(0, 1))
def dict_pop_del_setdefault(a, b):
    p = {"x": a, "y": b, "z": a * b}
    got = p.pop("x") * p.pop("w", 2.0)
    del p["y"]
    p["x"] = got**2
    s = p.setdefault("x", 100.0) + p.setdefault("v", a)
    key, value = p.popitem()
    return s * value + len(key) + sum(p[k] for k in sorted(p))


@program(args=lambda rng: (rng.normal(size=4),))
def dict_iteration_with_writes(x):
    cells = {i: v**2 for i, v in enumerate(x)}
    for key in cells:
        cells[key] += 1.0
    for key, value in list(cells.items()):
        cells[key + 10] = value * cells[key]
    return sum(k * v for k, v in cells.items())


@program(args=lambda rng: (rng.normal(size=6), [0, 2, 2, 1, 0, 2]))
def group_sums(x, labels):
    groups = {}
    for label, v in zip(labels, x):
        groups.setdefault(label, []).append(v)
    totals = defaultdict(float)
    for label, members in groups.items():
        totals[label] += sum(members) ** 2
    return sum((label + 1) * t for label, t in totals.items()) + len(totals)


@program(args=lambda rng: (rng.normal(size=5),))
def counters_and_sets_are_inactive(x):
    seen, counts = set(), Counter()
    s = 0.0
    for v in x:
        name = "big" if abs(v) > 0.5 else "small"
        counts[name] += 1
        if name not in seen:
            seen.add(name)
            s += v**3
        s += v * counts[name]
    text = ",".join(sorted(seen)).upper()
    return s * len(text)


@program(args=lambda rng: (0.6, 12), wrt=0)
def memo_table(x, n):
    """Fibonacci-like recursion with a memo."""
    memo = {0: x, 1: x**2}

    def value(k):
        if k not in memo:
            memo[k] = value(k - 1) * 0.5 + value(k - 2) * x
        return memo[k]

    return value(n)


@program(args=lambda rng: (0.3, 1.1), wrt=(0, 1))
def cache_argument_with_default(a, b):
    """A mutable argument handed down."""

    def remember(value, log):
        log.append(value)
        return value * len(log)

    log = []
    s = remember(a, log) + remember(b, log) + remember(a * b, log)
    return s * log[1] + sum(log[:2])


@program(args=lambda rng: (rng.normal(size=3),))
def nested_containers(x):
    model = {"layers": [{"w": x[0], "hist": []}, {"w": x[1], "hist": []}], "gain": x[2]}
    for _ in range(2):
        h = model["gain"]
        for layer in model["layers"]:
            h = np.tanh(layer["w"] * h)
            layer["hist"].append(h)
            layer["w"] -= 0.1 * h
    return sum(sum(layer["hist"]) for layer in model["layers"]) + model["layers"][0]["w"] ** 2


@program(args=lambda rng: (rng.normal(size=2),))
def aliased_lists(x):
    a = [x[0], x[1]]
    b = a
    c = [a, b]
    b.append(x[0] * x[1])
    c[0][0] = 2.0 * x[1]
    a = a + [1.0]
    a[1] = 50.0
    return sum(b) * c[1][2] + a[1]


@program(args=lambda rng: ([0.5, 1.5, -0.7], 1.1), wrt=(0, 1), tags=["mutates"])
def argument_list_changes(xs, k):
    """The gradient has the length that the list came with."""
    xs.append(k * xs[0])
    first = xs.pop(0)
    xs[0] *= first
    xs.insert(1, k)
    return sum(v**2 for v in xs)


@program(args=lambda rng: ({"w": rng.normal(size=2), "lr": 0.1},), tags=["mutates"])
def argument_dict_changes(p):
    p["w"] = p["w"] - p["lr"] * p["w"] ** 2
    p["steps"] = 1
    p["loss"] = np.sum(p["w"] ** 2)
    lr = p.pop("lr")
    return p["loss"] * (1 + lr)


@program(
    args=[lambda rng: (0.7, {"scale": 2.0, "log": []}), lambda rng: (0.7, {"log": []})],
    tags=["mutates", "raises"],
)
def key_error_after_append(x, config):
    config["log"].append("called")
    config["n"] = 1
    return x * config["scale"]


@program(args=lambda rng: (rng.normal(size=4),))
def list_multiplied_in_place(x):
    xs = [x[0], x[1]]
    ys = xs
    xs *= 2
    xs[3] = x[2] * x[3]
    return sum(k * v**2 for k, v in enumerate(ys))


@program(args=lambda rng: (rng.normal(size=3),))
def ordered_dict_moves(x):
    d = OrderedDict(a=x[0], b=x[1], c=x[2])
    d.move_to_end("a")
    d["b"] *= 2.0
    return sum(k * v for k, v in enumerate(d.values()))


@program(args=lambda rng: (rng.normal(size=(3, 2)),))
def index_in_list_and_fill(A):
    """Arrays as list items: the item is rebound, or written."""
    rows = [A[0] * 1.0, A[1] * 1.0, A[2] * 1.0]
    old = rows[0]
    rows[0] = rows[1]
    rows[0][1] = 2.0
    old *= 3.0
    rows[2] += old
    rows.append(rows.pop(0))
    return sum(np.sum(r**2) for r in rows)


@program(args=lambda rng: (rng.normal(size=4),))
def list_built_by_comprehension_then_written(x):
    table = [[xi * xj for xj in x[:2]] for xi in x]
    for row in table:
        row[0] += row[1]
    table[3] = table[0]
    table[3][1] = 4.0
    flat = [v for row in table for v in row]
    return np.sum(np.array(flat) ** 2)


@program(args=lambda rng: (0.4,))
def priority_queue(x):
    """Kept sorted by an inactive key."""
    tasks = [(2, x), (5, x**2)]
    done = 0.0
    while tasks:
        tasks.sort(key=lambda t: -t[0])
        level, v = tasks.pop()
        done += level * np.sin(v)
        if level < 4:
            tasks.append((level + 2, v * x))
    return done


@program(args=lambda rng: (rng.uniform(0.3, 1.0, size=3),))
def methods_under_names_of_their_own(x):
    queue, found = deque([x[0]]), {}
    push, take, keep = queue.append, queue.popleft, found.setdefault
    for k, name in enumerate("abc"):
        v = take()
        push(v * x[k])
        push(v * x[1])
        keep(name, []).append(v)
    total = x.sum
    x = x * 2.0
    out = [v[0] for v in found.values()]
    order = out.sort
    order(key=lambda t: -t)
    return sum(queue) * total() + out[0] * out[1] * x[2]


class Momentum:
    def __init__(self, params, rate=0.1):
        self.params = params
        self.rate = rate
        self.m = {k: np.zeros_like(v) for k, v in params.items()}
        self.t = 0

    def step(self, grads):
        self.t += 1
        for k in self.params:
            self.m[k] = 0.9 * self.m[k] + 0.1 * grads[k]
            self.params[k] -= self.rate * self.m[k] / (1 - 0.9**self.t)


@program(args=lambda rng: (rng.normal(size=3),))
def optimiser_with_a_dict_of_moments(p):
    params = {"w": np.array([1.0, -0.5]), "b": np.zeros(1)}
    X = np.array([[1.0, 2.0], [0.5, -1.0], [p[0], p[1]]])
    y = np.array([1.0, 0.0, p[2]])
    opt = Momentum(params)
    for _ in range(3):
        e = X @ params["w"] + params["b"] - y
        opt.step({"w": X.T @ e / 3, "b": np.array([e.mean()])})
    return np.sum(params["w"] ** 2) + params["b"][0]


@program(args=lambda rng: (rng.normal(size=3),))
def comprehended_and_written_again(p):
    d = {k: v * 2 for k, v in zip("abc", p)}
    for k in d:
        d[k] = d[k] ** 2 * d["a"]
    for k in list(d):
        d[k] += d["b"]
    counts = {k: 0.0 for k in "xy"}
    for v in p:
        k = "x" if v > 0 else "y"
        counts[k] = counts[k] + v * v
        counts[k] *= 1 + p[0]
    return sum(d.values()) + d["c"] + counts["x"] * 2 + counts["y"] * 3
