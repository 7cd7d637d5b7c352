"""Programs that were wrong or refused: who holds which array, and what a call writes of it."""

import numpy as np

from tests.corpus.registry import program

VECTOR = [lambda rng: (rng.normal(size=3),)]


@program(args=VECTOR)
def list_that_takes_over_an_array_written_later(x):
    b = x * 2
    rows = [x * 1.0]
    rows += [b]
    y = np.sin(b)
    for a in rows:
        a *= x[0]
    return (b * y).sum()


@program(args=VECTOR)
def list_in_a_dict_that_takes_over_an_array_written_later(x):
    b = x * 2
    table = {"rows": []}
    table["rows"] += (b,)
    y = np.sin(b)
    table["rows"][0][1] *= x[0]
    return (b * y).sum()


class Box:
    def __init__(self, a):
        self.lists = {"k": [a]}
        self.all = [a]
        self.count = 0

    def add(self, b):
        self.lists["k"] += [b]
        self.all += [b, b]
        self.count += 1

    def bump(self, s):
        for v in self.lists.values():
            v[0] += s

    def twice(self, s):
        self.bump(s)
        self.all[-1][:] = s * s


@program(args=VECTOR)
def lists_of_an_object_that_take_over_arrays_written_later(x):
    a, b = np.ones(3) * x[1], x * 2
    box = Box(a)
    box.add(b)
    y = np.sin(a) * b
    box.bump(x[0])
    z = (a * y).sum()
    box.twice(x[1])
    return z + (b * a * x).sum()


class Dense:
    def __init__(self, w, b):
        self.w, self.b = w, b
        self.dw, self.db = np.zeros_like(w), np.zeros_like(b)

    def forward(self, h):
        self.h = h
        return h @ self.w + self.b

    def backward(self, g):
        self.dw[...] = self.h.T @ g
        self.db[...] = g.sum(0)
        return g @ self.w.T

    def params(self):
        return [(self.w, self.dw), (self.b, self.db)]


class Tanh:
    def forward(self, h):
        self.y = np.tanh(h)
        return self.y

    def backward(self, g):
        return g * (1 - self.y**2)

    def params(self):
        return []


DATA = np.linspace(-1.0, 1.0, 18).reshape(6, 3)
WANTED = np.sin(DATA.sum(1, keepdims=True))


@program(args=VECTOR)
def layers_that_keep_the_data_of_the_module(x):
    w1, w2 = np.outer(x, [1.0, 0.5, -0.3, 0.2]), np.outer([0.1, 0.2, 0.3, 0.4], x[:1])
    net = [Dense(w1, np.zeros(4)), Tanh(), Dense(w2, np.array([x[2]]))]
    loss = 0.0
    for _ in range(2):
        h = DATA
        for layer in net:
            h = layer.forward(h)
        e = h - WANTED
        loss = (e * e).mean()
        g = 2 * e / len(e)
        for layer in reversed(net):
            g = layer.backward(g)
        for layer in net:
            for p, dp in layer.params():
                p -= 0.1 * dp
    return loss


def update(state, dt):
    for body in state.values():
        body["pos"] += dt * body["vel"]
        body["vel"][0] *= dt


@program(args=VECTOR)
def called_function_writes_arrays_deep_inside(x):
    state = {
        "a": {"pos": x[:2].copy(), "vel": x[1:].copy()},
        "b": {"pos": np.zeros(2), "vel": x[:2] * 2},
    }
    p = state["a"]["pos"]
    q = p * p
    update(state, x[2])
    r = np.cos(state["b"]["vel"])
    update(state, x[0])
    return q.sum() + (p * r).sum() + state["b"]["pos"] @ state["b"]["vel"]


@program(args=VECTOR)
def loops_that_take_pairs_apart_and_write_what_they_hold(x):
    pairs = [(np.array([v, 1.0]), [v]) for v in x]
    total, seen = np.zeros(2), []
    for a, held in pairs:
        total += a * a
        a[1] = held[0] * total[0]
        held.append(a)
        seen.append(held)
    for (a, held), m in zip(reversed(pairs), seen):  # noqa: B905
        m[0] *= held[1][1]
        a += 1
    return total.sum() + sum(held[0] + held[1].sum() for held in seen)


@program(args=VECTOR)
def rest_of_the_dicts_in_a_dict(x):
    table = {"a": {"q": x[0]}, "b": {"q": x[1]}}
    first, *rest = table.values()
    first["q"] += 1
    rest[0]["q"] *= first["q"]
    return table["a"]["q"] * table["b"]["q"]


def itself_or(v, k):
    if k > 5:
        return 3.0
    return [v] if k > 4 else v


@program(args=VECTOR)
def rest_of_a_list_of_dicts_of_a_type_met_at_run_time(x):
    rows = itself_or([{"q": x[0]}, {"q": x[1]}], int(x[0] * 0))
    first, *rest = rows
    first["q"] += 1
    rest[0]["q"] *= first["q"]
    return rows[0]["q"] * rows[1]["q"]


@program(args=VECTOR)
def rest_of_lists_of_a_type_met_at_run_time_that_grow(x):
    table = itself_or({"a": [x[0]], "b": [x[1]]}, int(x[0] * 0))
    u, *rest = table.values()
    rest[0][0] *= 2
    rest[0].append(x[2] * u[0])
    return table["a"][0] * table["b"][1] * table["b"][0]


class Doubling:
    def __init__(self):
        self.calls = 0

    def __call__(self, h):
        self.calls += 1
        return h * 2


class Bending:
    def __call__(self, h):
        return np.tanh(h)


@program(args=VECTOR)
def layers_that_count_their_calls(x):
    net = [Doubling(), np.sin, Bending(), Doubling()]
    for layer in net:
        x = layer(x)
    return x.sum() * net[0].calls


class Weighted:
    def __init__(self, w):
        self.w = w


@program(args=VECTOR)
def layers_whose_constants_change(x):
    net = [Weighted(2.0), Weighted(3.0)]
    for layer in net:
        x = x * layer.w
        layer.w = layer.w * 2
    for layer in net:
        x = np.sin(x) * layer.w
    return x.sum()


class Kept:
    def __init__(self, f, w, b):
        self.f, self.w, self.b = f, w, b

    def run(self, a):
        return self.w * self.f(a) + self.b.sum()


@program(args=VECTOR)
def functions_kept_beside_what_they_are_multiplied_with(x):
    kept = [Kept(np.sin, x[0], x), Kept(lambda t: t * x[1], x[2], x * 2)]
    return sum(k.run(x[1]) for k in reversed(kept))


def either(v, w):
    if isinstance(v, str):
        return w * w
    return w


@program(args=VECTOR)
def integers_among_floats_of_which_nothing_is_used(x):
    items = [x[0], 1, x[2] * 2]
    s = 0.0
    for v in items:
        s += either(v, x[1])
    return s * sum(either(v, x[1]) for v in items) + items[2] ** 2
