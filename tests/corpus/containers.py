"""Lists, tuples, dicts, namedtuples: read, built once, given as arguments and results."""

from collections import OrderedDict, namedtuple

import numpy as np

from tests.corpus.registry import program

Point = namedtuple("Point", "x y")


@program(
    args=lambda rng: (
        [
            {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4)},
            {"W": rng.normal(size=(4, 1)), "b": rng.normal(size=1)},
        ],
        rng.normal(size=(2, 3)),
    ),
    wrt=(0, 1),
)
def mlp_list_of_dicts(layers, x):
    h = x
    for layer in layers[:-1]:
        h = np.tanh(h @ layer["W"] + layer["b"])
    out = h @ layers[-1]["W"] + layers[-1]["b"]
    return np.mean(out**2)


@program(args=lambda rng: ({"k": 2.0, "m": 0.5, "x0": 1.0},))
def spring_params(p):
    omega = np.sqrt(p["k"] / p["m"])
    return p["x0"] * np.cos(omega * 0.3)


@program(args=lambda rng: ((1.5, rng.normal(size=3)),))
def tuple_argument(pair):
    k, v = pair
    return k * np.sum(v**2) + pair[0]


@program(args=lambda rng: (Point(0.3, 1.4), Point(-0.2, 0.9)), wrt=(0, 1))
def distance(p, q):
    return np.sqrt((p.x - q.x) ** 2 + (p.y - q[1]) ** 2)


@program(args=lambda rng: (Point(0.3, rng.normal(size=2)),))
def namedtuple_replace(p):
    moved = p._replace(x=p.x * 2)
    x, y = moved
    return x * np.sum(y) * len(p)


@program(args=lambda rng: (OrderedDict(b=0.4, a=rng.normal(size=2)),))
def ordered_dict(params):
    total = 1.0
    for name in params:
        total = total * np.sum(params[name] ** 2)
    return total


@program(
    args=lambda rng: (
        {"layers": [(rng.normal(size=(2, 2)), 0.1), (rng.normal(size=(2, 2)), 0.2)], "scale": 2.0},
    )
)
def nested_structure(model):
    x = np.ones(2)
    for W, b in model["layers"]:
        x = np.sin(W @ x + b)
    return model["scale"] * x.sum()


@program(args=lambda rng: (rng.normal(size=3), 4), wrt=0)
def trajectory(x, steps):
    """A list by append, stacked in the end."""
    history = [x]
    for _ in range(steps):
        x = x + 0.1 * np.cos(x)
        history.append(x)
    path = np.stack(history)
    return np.mean(path[1:] - path[:-1]) + np.sum(history[-1])


@program(args=lambda rng: (0.3,))
def append_scalars(x):
    values = []
    for k in range(1, 5):
        values.append(np.sin(k * x))
    return sum(values) + values[0] * values[-1] + np.array(values).max()


@program(args=[lambda rng: (1.3, 0.3), lambda rng: (0.3, 1.3)], wrt=(0, 1))
def append_in_branch(a, b):
    terms = []
    if a > b:
        terms.append(a**2)
        terms.append(a * b)
    else:
        terms.append(b**3)
    return sum(terms) / len(terms)


@program(args=lambda rng: (rng.normal(size=2), rng.normal(size=3)), wrt=(0, 1))
def list_concatenation(x, y):
    parts = [x] + [y]
    parts = parts + [x * 2] * 2
    return np.sum(np.concatenate(parts) ** 2) + len(parts)


@program(args=lambda rng: (rng.normal(size=4),))
def list_slices_and_membership(x):
    xs = [x[0], x[1], x[2], x[3]]
    head, tail = xs[:2], xs[2:]
    names = ["a", "b"]
    bonus = 1.0 if "a" in names and "z" not in names else 5.0
    return sum(head) * sum(tail[::-1]) * bonus


@program(args=lambda rng: (0.7, rng.normal(size=2)), wrt=(0, 1))
def returns_tuple(a, v):
    return a * v, np.sum(v) * a**2


@program(args=lambda rng: (0.7, rng.normal(size=2)), wrt=(0, 1))
def returns_dict(a, v):
    return {"energy": a**2 * np.sum(v**2), "state": [v * a, (a, v + 1)]}


@program(args=lambda rng: (rng.normal(size=(2, 3)),))
def returns_array(x):
    return np.exp(x) - x.mean(axis=1, keepdims=True)


@program(args=lambda rng: (0.4, 1.2), wrt=(0, 1))
def returns_namedtuple(a, b):
    return Point(a * b, np.array([a, b, a - b]))


@program(args=lambda rng: (rng.normal(size=3),))
def returns_argument(x):
    return x


@program(args=lambda rng: (rng.normal(size=3),))
def returns_view_twice(x):
    return x[1:], x


@program(args=lambda rng: ({"w": rng.normal(size=3), "unused": rng.normal(size=2)}, "w"))
def dict_key_chosen(params, key):
    return np.sum(params[key] ** 2) if key in params else 0.0


@program(args=lambda rng: ({"lr": 0.5},))
def dict_get(opt):
    momentum = opt.get("momentum", 0.9)
    lr = opt.get("lr", 1.0)
    return lr**2 * momentum


@program(args=lambda rng: (1.3, 0.8), wrt=(0, 1))
def dict_merged(a, b):
    defaults = {"k": a, "c": 1.0}
    given = {"c": b}
    p = {**defaults, **given}
    q = dict(defaults, k=b)
    return p["k"] * p["c"] ** 2 + q["k"] * q["c"]


@program(args=lambda rng: ([0.4, [1.5, 2.5], (0.1,)],))
def ragged_list(tree):
    def total(node):
        if isinstance(node, (list, tuple)):
            return sum(total(child) for child in node)
        return node**2

    return total(tree) * tree[1][0]


@program(args=lambda rng: ([1.5, 0.3, 2.2],))
def sorted_list(xs):
    ys = sorted(xs)
    zs = sorted(xs, key=lambda v: -v)
    return ys[0] + 2 * ys[1] + 3 * ys[2] + zs[0] * xs[1]


@program(args=lambda rng: (0.7,))
def equal_lists_by_multiplication(a):
    row = [a] * 3
    grid = [row, row]
    return sum(sum(r) for r in grid) + grid[0][1] * a


@program(args=lambda rng: (np.array(0.7), np.float32(1.5), 2.0), wrt=(0, 1, 2))
def kinds_of_scalars(zero_d, single, plain):
    return zero_d * single**2 + plain * zero_d
