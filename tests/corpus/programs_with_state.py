"""Programs whose objects remember: controllers, buffers, graphs, caches, modules."""

import collections
import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

import numpy as np

from tests.corpus.registry import program


def V(n):
    return lambda rng: (rng.normal(size=n),)


def S(*numbers):
    return lambda rng: numbers


class Module:
    def __init__(self):
        self.params = {}
        self.grads = {}

    def zero(self):
        for k in self.params:
            self.grads[k] = np.zeros_like(self.params[k])

    def __call__(self, *args):
        return self.forward(*args)


class Lin(Module):
    def __init__(self, W, b):
        super().__init__()
        self.params["W"] = W
        self.params["b"] = b
        self.zero()

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, d):
        self.grads["W"] += self.x.T @ d
        self.grads["b"] += d.sum(0)
        return d @ self.params["W"].T


class Relu(Module):
    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, 0.0)

    def backward(self, d):
        return d * self.mask


@program(
    args=lambda rng: (Lin(rng.normal(size=(2, 2)), rng.normal(size=2)), rng.normal(size=(3, 2))),
    wrt=(0, 1),
    tags=["mutates"],
)
def module_argument(layer, x):
    y = layer(x)
    layer.backward(2 * y)
    for k in layer.params:
        layer.params[k] = layer.params[k] - 0.1 * layer.grads[k]
    return np.sum(layer(x) ** 2)


@program(
    args=lambda rng: (
        [Lin(rng.normal(size=(2, 2)), rng.normal(size=2)), Relu()],
        rng.normal(size=(3, 2)),
    ),
    wrt=(0, 1),
    tags=["mutates"],
)
def list_of_layers_argument(layers, x):
    for l in layers:
        x = l(x)
    for l in layers[::-1]:
        x = l.backward(x)
    return np.sum(x**2)


@dataclass
class Point:
    x: float
    y: float

    def __add__(self, o):
        return Point(self.x + o.x, self.y + o.y)

    def scaled(self, k):
        return Point(self.x * k, self.y * k)


@dataclass
class Poly:
    pts: list = field(default_factory=list)
    closed: bool = False
    weights: dict = field(default_factory=lambda: {"w": 1.0})

    def add(self, p):
        self.pts.append(p)
        self.weights["w"] *= p.x

    def area(self):
        s = 0.0
        n = len(self.pts)
        for i in range(n):
            p, q = self.pts[i], self.pts[(i + 1) % n]
            s += p.x * q.y - q.x * p.y
        return s / 2


@program(args=V(6))
def polygon(x):
    p = Poly()
    for i in range(3):
        p.add(Point(x[2 * i], x[2 * i + 1]))
    p.pts[0].x += 1.0
    p.pts[1] = p.pts[1] + p.pts[2].scaled(2.0)
    return p.area() * p.weights["w"]


class Pid:
    def __init__(self, kp, ki, kd):
        self.kp, self.ki, self.kd = kp, ki, kd
        self.i = 0.0
        self.prev = None

    def __call__(self, e, dt):
        self.i += e * dt
        d = 0.0 if self.prev is None else (e - self.prev) / dt
        self.prev = e
        return self.kp * e + self.ki * self.i + self.kd * d


@program(args=S(1.2, 0.3, 0.05), wrt=(0, 1, 2))
def pid(kp, ki, kd):
    c = Pid(kp, ki, kd)
    y = 0.0
    cost = 0.0
    for _ in range(5):
        e = 1.0 - y
        y += 0.1 * c(e, 0.1)
        cost += e * e
    return cost


class Graph:
    def __init__(self):
        self.edges = defaultdict(list)

    def add(self, u, v, w):
        self.edges[u].append((v, w))

    def shortest(self, s, t):
        dist = {s: 0.0}
        todo = [s]
        while todo:
            u = todo.pop(0)
            for v, w in self.edges[u]:
                nd = dist[u] + w
                if v not in dist or nd < dist[v]:
                    dist[v] = nd
                    todo.append(v)
        return dist[t]


@program(args=lambda rng: (np.abs(rng.normal(size=5)),))
def graph_shortest(w):
    g = Graph()
    g.add("a", "b", w[0])
    g.add("b", "c", w[1])
    g.add("a", "c", w[2])
    g.add("c", "d", w[3])
    g.add("b", "d", w[4])
    return g.shortest("a", "d")


class Ring:
    def __init__(self, n):
        self.data = [0.0] * n
        self.i = 0

    def push(self, v):
        self.data[self.i % len(self.data)] = v
        self.i += 1

    def mean(self):
        return sum(self.data) / len(self.data)


@program(args=V(6))
def ring_buffer(x):
    r = Ring(3)
    s = 0.0
    for v in x:
        r.push(v * v)
        s += r.mean()
    return s


class Heap:
    def __init__(self):
        self.a = []

    def push(self, v):
        self.a.append(v)
        i = len(self.a) - 1
        while i > 0 and self.a[(i - 1) // 2] > self.a[i]:
            j = (i - 1) // 2
            self.a[i], self.a[j] = self.a[j], self.a[i]
            i = j

    def top(self):
        return self.a[0]


@program(args=V(6))
def heap(x):
    h = Heap()
    for v in x:
        h.push(v)
    return h.top() ** 2 + h.a[3]


class Env:
    def __init__(self, parent=None):
        self.vars = {}
        self.parent = parent

    def get(self, k):
        if k in self.vars:
            return self.vars[k]
        return self.parent.get(k)

    def set(self, k, v):
        self.vars[k] = v


@program(args=S(1.2, 0.3), wrt=(0, 1))
def environments(a, b):
    g = Env()
    g.set("a", a)
    l = Env(g)
    l.set("b", b * l.get("a"))
    g.set("a", a * 2)
    return l.get("a") * l.get("b")


class Tracker:
    def __init__(self):
        self.best = float("inf")
        self.best_x = None
        self.history = []

    def update(self, x, fx):
        self.history.append(fx)
        if fx < self.best:
            self.best = fx
            self.best_x = x


@program(args=V(2))
def gd_tracker(x0):
    t = Tracker()
    x = x0
    for _ in range(4):
        fx = np.sum((x - 1.0) ** 2) + 0.1 * np.sum(x**4)
        t.update(x, fx)
        x = x - 0.1 * (2 * (x - 1.0) + 0.4 * x**3)
    return t.best + np.sum(t.best_x) + sum(t.history)


class LRU:
    def __init__(self, cap):
        self.cap = cap
        self.d = collections.OrderedDict()

    def get(self, k, f):
        if k in self.d:
            self.d.move_to_end(k)
            return self.d[k]
        v = f(k)
        self.d[k] = v
        if len(self.d) > self.cap:
            self.d.popitem(last=False)
        return v


@program(args=S(0.7))
def lru(x):
    c = LRU(2)
    s = 0.0
    for k in [1, 2, 1, 3, 2]:
        s += c.get(k, lambda t: math.sin(x * t))
    return s


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a
        self.b = 0.0

    def go(self):
        self.b += self.a


@program(args=S(0.7))
def slots(x):
    s = Slots(x)
    s.go()
    s.go()
    return s.b * s.a


@program(args=V(3))
def while_deque(x):
    d = deque(x)
    s = 0.0
    for _ in range(5):
        v = d.popleft()
        d.append(0.5 * v + 0.1 * d[0])
        s += d[-1] ** 2
    return s


@program(args=V(3))
def deque_array(x):
    d = deque(x, maxlen=2)
    d.append(x[0] * 2)
    return d[0] * d[1]
