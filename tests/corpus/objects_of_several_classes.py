"""Objects of several classes in one variable: layers, shapes, forces, that write themselves."""

from abc import ABC, abstractmethod

import numpy as np

from tests.corpus.registry import program


def V(n):
    return lambda rng: (rng.normal(size=n),)


def S(*numbers):
    return lambda rng: numbers


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, d):
        return d * (1 - self.y**2)


class Scale:
    def __init__(self, k):
        self.k = k

    def forward(self, x):
        self.x = x
        return x * self.k

    def backward(self, d):
        self.dk = np.sum(d * self.x)
        return d * self.k


@program(args=lambda rng: (rng.normal(size=3), 0.8), wrt=(0, 1))
def mixed_layers(x, k):
    layers = [Scale(k), Tanh(), Scale(k * 2)]
    for layer in layers:
        x = layer.forward(x)
    d = x
    for layer in reversed(layers):
        d = layer.backward(d)
    return np.sum(d * x) + layers[0].dk


class Net:
    def __init__(self, k):
        self.layers = [Scale(k), Tanh(), Scale(0.5)]

    def __call__(self, x):
        for l in self.layers:
            x = l.forward(x)
        return x

    def back(self, d):
        for l in self.layers[::-1]:
            d = l.backward(d)
        return d


@program(args=lambda rng: (Net(0.7), rng.normal(size=3)), wrt=(0, 1), tags=["mutates"])
def net_argument(net, x):
    y = net(x)
    return np.sum(net.back(y) ** 2)


class Layer(ABC):
    @abstractmethod
    def __call__(self, x): ...


class Dense(Layer):
    def __init__(self, w, b):
        self.w = w
        self.b = b
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return self.w @ x + self.b


class Act(Layer):
    def __init__(self, fn):
        self.fn = fn

    def __call__(self, x):
        return self.fn(x)


@program(
    args=lambda rng: (rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=2)),
    wrt=(0, 1, 2),
)
def sequential_call(w, b, x):
    net = [Dense(w, b), Act(np.tanh), Dense(w.T, b)]
    for layer in net:
        x = layer(x)
    return np.sum(x**2)


class Dropoutish(Layer):
    def __init__(self):
        self.scale = 1.0

    def __call__(self, x):
        self.scale = self.scale * 0.9
        return x * self.scale


@program(
    args=lambda rng: (rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=2)),
    wrt=(0, 1, 2),
)
def sequential_dict(w, b, x):
    net = {"fc": Dense(w, b), "drop": Dropoutish()}
    for name, layer in net.items():
        x = layer(x)
    x = net["drop"](x)
    return np.sum(x**2) * net["fc"].calls


class Sequential:
    def __init__(self, *layers):
        self.layers = list(layers)
        self.trace = []

    def add(self, l):
        self.layers.append(l)
        return self

    def __call__(self, x):
        for l in self.layers:
            x = l(x)
            self.trace.append(x)
        return x

    def __len__(self):
        return len(self.layers)

    def __getitem__(self, i):
        return self.layers[i]


@program(
    args=lambda rng: (rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=2)),
    wrt=(0, 1, 2),
)
def sequential_object(w, b, x):
    net = Sequential(Dense(w, b), Act(np.tanh)).add(Dense(w * 2, b))
    y = net(x)
    return np.sum(y) + np.sum(net.trace[0]) * len(net) + net[0].b[0]


class Rect:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def area(self):
        return self.a * self.b

    def grow(self, k):
        self.a *= k


class Circ:
    def __init__(self, r):
        self.r = r

    def area(self):
        return np.pi * self.r**2

    def grow(self, k):
        self.r *= k


@program(args=S(0.7, 1.4), wrt=(0, 1))
def shapes_grow(a, b):
    shapes = [Rect(a, b), Circ(b), Rect(b, b)]
    for s in shapes:
        s.grow(1.5 * a)
    total = 0.0
    for s in shapes:
        total += s.area()
    return total + sum(s.area() for s in shapes)


@program(args=S(0.7, 1.4), wrt=(0, 1))
def shapes_biggest(a, b):
    shapes = [Rect(a, b), Circ(b)]
    big = max(shapes, key=lambda s: s.area())
    big.grow(a)
    shapes.append(Circ(a * b))
    areas = [s.area() for s in shapes]
    return sum(areas)


@program(args=S(0.7, 1.4), wrt=(0, 1))
def shape_by_choice(a, b):
    s = Rect(a, b) if a < b else Circ(a)
    s.grow(2.0 * b)
    return s.area()


class Const:
    def __init__(self, c):
        self.c = c

    def eval(self, env):
        return self.c


class Var:
    def __init__(self, name):
        self.name = name

    def eval(self, env):
        return env[self.name]


class Add:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def eval(self, env):
        return self.a.eval(env) + self.b.eval(env)


class Mul:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def eval(self, env):
        self.last = self.a.eval(env) * self.b.eval(env)
        return self.last


@program(args=S(0.7, -0.4), wrt=(0, 1))
def expression_tree(x, y):
    e = Add(Var("x"), Add(Const(y), Var("y")))
    return e.eval({"x": x, "y": x * y})


@program(args=S(0.7, -0.4), wrt=(0, 1))
def expression_tree_remembers(x, y):
    e = Mul(Var("x"), Add(Const(y), Var("y")))
    return e.eval({"x": x, "y": x * y}) * e.last


class Spring:
    def __init__(self, k):
        self.k = k

    def force(self, p):
        return -self.k * p.x


class Drag:
    def __init__(self, c):
        self.c = c
        self.used = 0

    def force(self, p):
        self.used += 1
        return -self.c * p.v


class P:
    def __init__(self, x, v):
        self.x, self.v = x, v


@program(args=S(0.7, -0.4, 2.0), wrt=(0, 1, 2))
def forces_of_several_classes(x, v, k):
    p = P(x, v)
    fs = [Spring(k), Drag(0.3)]
    for _ in range(3):
        a = sum(f.force(p) for f in fs)
        p.v += 0.1 * a
        p.x += 0.1 * p.v
    return p.x * fs[1].used


class Acc:
    def __init__(self):
        self.t = 0.0

    def add(self, v):
        self.t += v


class AccSq:
    def __init__(self):
        self.t = 0.0

    def add(self, v):
        self.t += v * v


class AccNone:
    def add(self, v):
        pass


@program(args=V(4))
def observers(x):
    obs = [Acc(), AccSq(), AccNone()]
    for v in x:
        for o in obs:
            o.add(v)
    return obs[0].t * obs[1].t


@program(args=V(4))
def observers_written_directly(x):
    obs = [Acc(), AccSq()]
    for v in x:
        for o in obs:
            o.t += v
            o.t = o.t * 1.5
    obs[0].t = obs[1].t + 1
    return obs[0].t * obs[1].t + sum(o.t for o in obs)


@program(args=V(4))
def in_test(x):
    obs = [Acc(), AccSq()]
    s = 0.0
    for o in obs:
        o.add(x[0])
        if o.t > 0 and isinstance(o, Acc):
            s += o.t
        elif isinstance(o, AccSq):
            s += 2 * o.t
    return s


@program(args=V(4))
def dict_of_objects(x):
    obs = {"a": Acc(), "b": AccSq()}
    for k, o in obs.items():
        o.add(x[0])
    for o in obs.values():
        o.add(x[1])
    for k in obs:
        obs[k].add(x[2])
    obs["a"].add(x[3])
    return obs["a"].t * obs["b"].t


class VA:
    def __init__(self, x):
        self.x = x

    def __add__(self, o):
        return VA(self.x + o.x)

    def __getitem__(self, i):
        return self.x * i

    def __setitem__(self, i, v):
        self.x = v * i

    def __len__(self):
        return 3

    @property
    def size(self):
        return self.x**2

    @size.setter
    def size(self, v):
        self.x = np.sqrt(v)


class VB:
    size = 2.0

    def __init__(self, x):
        self.x = x
        self.seen = 0

    def __add__(self, o):
        self.seen += 1
        return VB(self.x * o.x)

    def __getitem__(self, i):
        return self.x + i

    def __setitem__(self, i, v):
        self.x = v + i

    def __len__(self):
        return 4


@program(args=S(0.7, 1.4), wrt=(0, 1))
def several_specials(x, y):
    s = 0.0
    for o in [VA(x), VB(y), VA(y)]:
        o[2] = o[1] * y
        o[1] += x
        p = o + VA(x)
        s += p.x * len(o) + o[3] + o.size * x
        o.size = y * y
        s += o.x + o.size
    return s


class Meter:
    def __init__(self):
        self.total = 0.0

    def __call__(self, x):
        self.total = self.total * 0.5 + np.sum(x)
        return x


class Times:
    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return x * self.w


class Metered:
    def __init__(self, p):
        self.meter = Meter()
        self.layers = [Times(p), self.meter]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@program(args=V(3))
def state_read_under_its_other_name(p):
    net = Metered(p)
    net.forward(p * p)
    net.forward(p * p)
    return net.meter.total
