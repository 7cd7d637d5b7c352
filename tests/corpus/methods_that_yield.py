"""Generators of classes, run where a loop, a comprehension or a list takes what they yield."""

from dataclasses import dataclass, field

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]
SCALE = 0.25


class Data:
    def __init__(self, x, y):
        self.x, self.y, self.seen = x, y, []

    def batches(self, size):
        for k in range(0, len(self.x), size):
            yield self.x[k : k + size], self.y[k : k + size]

    def pairs(self):
        for i in range(len(self.x)):
            for j in range(i):
                yield self.x[i], self.y[j]

    def terms(self):
        for v in self.x:
            yield v * v * SCALE

    def both(self):
        yield from self.terms()
        for v in self.y:
            yield np.sin(v)

    def growing(self):
        k = 0
        while k < len(self.seen):
            yield self.seen[k]
            k += 1

    def until_small(self):
        for v in self.x:
            if v < 0.5:
                return
            yield v
            if v > 1:
                yield v * 2

    def carefully(self):
        for k in range(4):
            try:
                yield self.x[k]
            except IndexError:
                return

    def in_order(self):
        for k in sorted(range(3), key=lambda i: self.x[i]):
            yield k * self.x[k]

    def scaled(self, n, *more, scale=2.0, **options):
        self.x = self.x * scale
        for k in range(n):
            for m in more:
                yield self.x[k] * m * options.get("z", 1.0)

    @staticmethod
    def chunks(v, n):
        for k in range(0, len(v), n):
            yield v[k : k + n]

    @classmethod
    def neighbours(cls, v):
        for k in range(len(v) - 1):
            yield v[k], v[k + 1]


@dataclass
class Model:
    w: np.ndarray
    names: list = field(default_factory=lambda: ["a", "b", "c"])

    def items(self, scale=1.0):
        for k, n in enumerate(self.names):
            yield n, self.w[k] * scale

    def values(self):
        yield from self.w

    def named(self):
        for k in range(3):
            yield f"w{k}", self.w[k]

    def __iter__(self):
        for _, w in self.items(2.0):
            yield w


class Node:
    def __init__(self, v, kids=()):
        self.v, self.kids = v, list(kids)

    def walk(self):
        yield self
        for kid in self.kids:
            yield from kid.walk()


class Tank:
    def __init__(self, x):
        self.x, self.n = x, 0

    def steps(self, dt):
        while self.n < 4:
            self.x = self.x + dt * np.sin(self.x)
            self.n += 1
            yield self.x


class Plain:
    """Methods with the names of those of a dict, which are no generators."""

    def __init__(self, v):
        self.v = v

    def items(self):
        return [("a", self.v[0]), ("b", self.v[1] * 2)]

    def values(self, k=1.0):
        return [v * k for v in self.v]

    def keys(self):
        return [self.v[0] * 3, self.v[1]]


class Tripled(Plain):
    def values(self, k=1.0):
        return [v * k * 3 for v in self.v]


MAKERS = {"plain": lambda x: Plain(x), "tripled": lambda x: Tripled(x * 2)}


@program(args=V)
def batches(x):
    data = Data(np.concatenate([x, x * 2]), np.sin(np.concatenate([x, x])))
    out = 0.0
    for epoch in range(2):
        for xb, yb in data.batches(4):
            out = out * 0.5 + epoch * np.sum(xb * yb) + np.sum(xb) ** 2
    return out


@program(args=V)
def nested_loops(x):
    out = 0.0
    for a, b in Data(x, x**2).pairs():
        out = out * 0.5 + a * b
    return out


@program(args=V)
def taken_at_once(x):
    data = Data(x, x * 2)
    first = list(data.pairs())
    a, b, c = data.terms()
    most = max(data.both()) + sum(data.both())
    return first[0][0] * first[1][1] + len(first) * a * b + c * most


@program(args=V)
def counted(x):
    data, out = Data(x, x * 2), 0.0
    for k, v in enumerate(data.both(), 1):
        out += k * v
    for pair in enumerate(data.terms()):
        out += pair[0] * pair[1]
    return out


@program(args=V)
def side_by_side(x):
    a, b = Data(x, x), Data(x * 2, np.cos(x))
    out = 0.0
    for u, v in zip(a.terms(), b.both(), strict=False):
        out += u * v
    for k, (name, w), v in zip(range(2), Model(x).items(), b.terms(), strict=False):
        out += k * w * v * len(name)
    return out


@program(args=V)
def of_a_dataclass(x):
    model, out = Model(x), 0.0
    for name, w in model.items():
        out += w**2 if name != "b" else w**3
    for name, w in model.named():
        out += w * (2 if name == "w1" else 1)
    table = dict(model.items(scale=x[0]))
    doubled = {n: w * 2 for n, w in model.items()}
    return out + table["a"] * doubled["c"] + sum(w**2 for w in model) + sum(model.values())


@program(args=V)
def spread_and_put(x):
    data, xs = Data(x, x * 2), [x[0]]
    xs.extend(data.terms())
    xs += data.both()
    whole = np.array([*data.terms(), x[0]])
    return np.sum(np.array(xs) ** 2) + len(xs) * np.sum(whole)


@program(args=V)
def tree_that_walks(x):
    leaves = [Node(x[1] * k) for k in (1.0, 2.0)]
    tree = Node(x[0], [Node(x[2], leaves), Node(x[1])])
    out = 0.0
    for node in tree.walk():
        out += node.v**2
    return out * sum(n.v for n in tree.walk())


@program(args=V)
def loop_and_generator_meet(x):
    tank, out = Tank(x), 0.0
    for state in tank.steps(0.1):
        if tank.n == 3:
            break
        out += np.sum(state) * tank.n
        tank.x = tank.x * 1.1
    return out + np.sum(tank.x)


@program(args=V)
def list_that_grows_meanwhile(x):
    data, out = Data(x, x), 0.0
    data.seen.append(x[0])
    for v in data.growing():
        if len(data.seen) < 5:
            data.seen.append(v * x[1])
        out += v
    return out


@program(args=V)
def ways_to_yield(x):
    data, out = Data(x, x), 0.0
    for v in data.until_small():
        if v > 1.3:
            continue
        out += v * v
    else:
        out *= 2
    for v in data.carefully():
        out += v * v
    for v in data.in_order():
        out += v * v
    for v in data.scaled(2, x[0], 3.0, scale=x[2], z=x[1]):
        out += v * v
    for c in Data.chunks(x, 2):
        out += np.sum(c) ** 2
    return out + sum(a * b for a, b in Data.neighbours(x)) * np.sum(data.x)


@program(args=V)
def in_a_function_made_inside(x):
    data = Data(x, x)

    def total(start):
        for v in data.terms():
            start += v
        return start

    return total(1.0) * x[0] + total(x[1])


@program(args=V)
def methods_named_like_those_of_dicts(x):
    plain, out = Plain(x), 0.0
    for name, v in plain.items():
        out += v * v * len(name)
    for v in plain.values(x[1]):
        out += v * v
    for v in plain.keys():  # noqa: SIM118 - it is no dict
        out += v * v
    for k, (v, w) in enumerate(zip(plain.values(), plain.keys(), strict=False)):
        out += v * w * k
    return out


@program(args=V)
def methods_named_like_those_of_dicts_of_several_classes(x):
    out = 0.0
    for one in [Plain(x), Tripled(x)]:
        for v in one.values(2.0):
            out += v * v
    return out


@program(args=V)
def methods_named_like_those_of_dicts_of_unknown_objects(x):
    out = 0.0
    for one in (MAKERS["plain"](x), {"a": x[0]}):
        for v in one.values():
            out += v * v
    for name, v in MAKERS["tripled"](x).items():
        out += v * len(name)
    return out


class Linear:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def parameters(self):
        yield self.w
        yield self.b

    def __call__(self, x):
        return self.w * x + self.b


class Scale:
    def __init__(self, s):
        self.s = s

    def parameters(self):
        yield self.s

    def __call__(self, x):
        return self.s * x


class Tanh:
    def parameters(self):
        return []

    def __call__(self, x):
        return np.tanh(x)


class Chain:
    def __init__(self, *layers):
        self.layers = layers

    def parameters(self):
        for layer in self.layers:
            yield from layer.parameters()

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@program(args=V)
def parameters_of_layers(x):
    model = Chain(Linear(x[0], x[1]), Tanh(), Scale(x[2]))
    named = {"a": Linear(x[0], x[2]), "b": Scale(x[1])}
    weights = [p for p in model.parameters()]  # noqa: C416 - as a user writes it
    out = model(0.3) + 0.1 * sum(p**2 for p in model.parameters()) * weights[0] * weights[2]
    for name, layer in named.items():
        for p in layer.parameters():
            out += p * len(name)
    return out


@program(args=V)
def parameters_written_in_place(x):
    model = Linear(x.copy(), x * 2)
    for p in model.parameters():
        p *= 0.5
    return np.sum(model(0.3) ** 2)
