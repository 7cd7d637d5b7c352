"""Nets that are trained, gates and layers in lists, objects that may be None, linked nodes."""

from dataclasses import dataclass, field

import numpy as np

from tests.corpus.registry import program


def V(n):
    return lambda rng: (rng.normal(size=n),)


def S(*numbers):
    return lambda rng: numbers


class TwoLayerNet:
    def __init__(self, W1, b1, W2, b2):
        self.params = {}
        self.params["W1"] = W1
        self.params["b1"] = b1
        self.params["W2"] = W2
        self.params["b2"] = b2

    def loss(self, X, y, reg):
        p = self.params
        h = np.maximum(0, X.dot(p["W1"]) + p["b1"])
        s = h.dot(p["W2"]) + p["b2"]
        e = np.exp(s - np.max(s, axis=1, keepdims=True))
        probs = e / np.sum(e, axis=1, keepdims=True)
        N = X.shape[0]
        loss = np.sum(-np.log(probs[np.arange(N), y])) / N
        loss += reg * np.sum(p["W1"] ** 2)
        grads = {}
        d = probs.copy()
        d[np.arange(N), y] -= 1
        d /= N
        grads["W2"] = h.T.dot(d)
        grads["b2"] = np.sum(d, axis=0)
        dh = d.dot(p["W2"].T)
        dh[h <= 0] = 0
        grads["W1"] = X.T.dot(dh) + 2 * reg * p["W1"]
        grads["b1"] = np.sum(dh, axis=0)
        return loss, grads

    def train(self, X, y, lr, steps):
        hist = []
        for _ in range(steps):
            loss, g = self.loss(X, y, 0.1)
            hist.append(loss)
            for k in self.params:
                self.params[k] -= lr * g[k]
        return hist


@program(
    args=lambda rng: (
        rng.normal(size=(4, 3)),
        rng.normal(size=(3, 5)),
        rng.normal(size=5),
        rng.normal(size=(5, 2)),
        rng.normal(size=2),
        0.1,
    ),
    wrt=(0, 1, 2, 3, 4, 5),
)
def two_layer_net_trained(X, W1, b1, W2, b2, lr):
    net = TwoLayerNet(W1.copy(), b1.copy(), W2.copy(), b2.copy())
    hist = net.train(X, np.array([0, 1, 1, 0]), lr, 2)
    return hist[-1] + hist[0]


class LinearLayer:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d):
        self.dW = self.x.T @ d
        self.db = d.sum(axis=0)
        return d @ self.W.T

    def step(self, lr):
        self.W = self.W - lr * self.dW
        self.b = self.b - lr * self.db


class ReluLayer:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, d):
        return d * self.mask

    def step(self, lr):
        pass


class MseLoss:
    def forward(self, x, t):
        self.d = x - t
        return np.mean(self.d**2)

    def backward(self):
        return 2 * self.d / self.d.size


@program(
    args=lambda rng: (
        rng.normal(size=(3, 2)),
        rng.normal(size=(3, 2)),
        rng.normal(size=(2, 2)),
        rng.normal(size=2),
        0.1,
    ),
    wrt=(0, 1, 2, 3, 4),
)
def layers_trained(x, t, W, b, lr):
    layers = [LinearLayer(W, b), ReluLayer(), LinearLayer(W.T, b)]
    crit = MseLoss()
    total = 0.0
    for _ in range(2):
        h = x
        for layer in layers:
            h = layer.forward(h)
        total += crit.forward(h, t)
        d = crit.backward()
        for layer in reversed(layers):
            d = layer.backward(d)
        for layer in layers:
            layer.step(lr)
    return total


class GateA:
    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dz):
        return [self.y * dz, self.x * dz]


class GateB:
    def forward(self, x, y):
        return x + y

    def backward(self, dz):
        return [1.0 * dz, 1.0 * dz]


class GateC:
    def forward(self, x, y):
        self.m = x > y
        return x if self.m else y

    def backward(self, dz):
        return [dz if self.m else 0.0, 0.0 if self.m else dz]


@program(args=S(0.7, -0.3, 1.2), wrt=(0, 1, 2))
def graph_of_gates(x, y, z):
    gates = [GateB(), GateA(), GateC()]
    out = x
    inputs = [y, z, x * y]
    for g, v in zip(gates, inputs):
        out = g.forward(out, v)
    dz = 1.0
    grads = []
    for g in gates[::-1]:
        dz, dv = g.backward(dz)
        grads.append(dv)
    return out + dz * 2 + sum(grads)


@dataclass
class Conv:
    k: np.ndarray
    cache: dict = field(default_factory=dict)

    def __call__(self, x):
        self.cache["x"] = x
        return np.convolve(x, self.k, mode="same")


@dataclass
class Norm:
    eps: float = 1e-3
    running: float = 0.0

    def __call__(self, x):
        m, v = x.mean(), x.var()
        self.running = 0.9 * self.running + 0.1 * m
        return (x - m) / np.sqrt(v + self.eps)


@program(args=lambda rng: (rng.normal(size=6), rng.normal(size=3)), wrt=(0, 1))
def dataclass_layers(x, k):
    net = [Conv(k), Norm(), Conv(k * 2)]
    for f in net:
        x = f(x)
    return np.sum(x**3) + net[1].running + np.sum(net[2].cache["x"])


class Animal:
    def __init__(self, e):
        self.e = e

    def eat(self, v):
        self.e += v

    def speed(self):
        return self.e * 0.5


class Cat(Animal):
    def speed(self):
        return super().speed() * 2


class Dog(Animal):
    def __init__(self, e):
        super().__init__(e * 2)
        self.bones = []

    def eat(self, v):
        super().eat(v * 0.5)
        self.bones.append(v)


@program(args=S(0.7, 0.3), wrt=(0, 1))
def animals(x, y):
    zoo = [Cat(x), Dog(y), Animal(x * y)]
    for k in range(2):
        for a in zoo:
            a.eat(x * (k + 1))
    zoo.sort(key=lambda a: a.speed())
    best = zoo[-1]
    best.e *= 2.0
    return sum(a.speed() for a in zoo) + len(zoo)


@program(args=lambda rng: ({"a": Cat(0.4), "b": Dog(0.3)}, 0.5), wrt=(0, 1), tags=["mutates"])
def animals_argument(zoo, x):
    for name, a in zoo.items():
        a.eat(x)
    return zoo["a"].speed() * zoo["b"].speed()


@program(args=S(0.7, 0.3), wrt=(0, 1))
def optional_object(x, y):
    best = None
    for v in [x, y, x * y]:
        a = Cat(v)
        a.eat(0.1)
        if best is None or a.e > best.e:
            best = a
    best.eat(y)
    return best.speed()


@program(args=S(0.7, 0.3), wrt=(0, 1))
def optional_of_two(x, y):
    a = Cat(x) if x > 0.5 else None
    b = Dog(y)
    if a is not None:
        a.eat(y)
        b.eat(a.e)
    return b.e * (a.e if a is not None else 1.0)


class LNode:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


class LinkedList:
    def __init__(self):
        self.head = None
        self.size = 0

    def push(self, v):
        self.head = LNode(v, self.head)
        self.size += 1

    def total(self):
        s = 0.0
        node = self.head
        while node is not None:
            s += node.value * self.size
            node = node.next
        return s

    def reverse(self):
        prev = None
        cur = self.head
        while cur:
            nxt = cur.next
            cur.next = prev
            prev = cur
            cur = nxt
        self.head = prev


@program(args=V(4))
def linked_list_class(x):
    l = LinkedList()
    for v in x:
        l.push(v**2)
    l.reverse()
    l.head.value *= 3.0
    return l.total() + l.head.next.value


class Tree:
    def __init__(self, v, left=None, right=None):
        self.v, self.left, self.right = v, left, right

    def insert(self, v):
        if v < self.v:
            if self.left is None:
                self.left = Tree(v)
            else:
                self.left.insert(v)
        else:
            if self.right is None:
                self.right = Tree(v)
            else:
                self.right.insert(v)

    def total(self, depth=1):
        s = self.v * depth
        if self.left is not None:
            s += self.left.total(depth + 1)
        if self.right is not None:
            s += self.right.total(depth + 1)
        return s


def insert(root, v):
    if root is None:
        return Tree(v)
    if v < root.v:
        root.left = insert(root.left, v)
    else:
        root.right = insert(root.right, v)
    return root


def walk(root):
    if root is None:
        return 0.0
    return walk(root.left) * 0.5 + root.v + walk(root.right) * 0.7


@program(args=V(5))
def bst_functions(x):
    root = None
    for v in x:
        root = insert(root, v)
    return walk(root)


class N:
    def __init__(self, v, next=None):
        self.v = v
        self.next = next

    @property
    def twice(self):
        return 2 * self.v

    def total(self):
        return self.v + (self.next.total() if self.next is not None else 0.0)

    def scale(self, k):
        self.v *= k
        if self.next is not None:
            self.next.scale(k)


@program(args=S(0.7, -0.4), wrt=(0, 1))
def recursive_scale(x, y):
    n = N(y, N(x, N(x * y)))
    n.scale(x)
    return n.total() ** 2


@program(args=S(0.7, -0.4), wrt=(0, 1))
def walk_and_write(x, y):
    head = N(x)
    for k in range(3):
        head = N(y * k, head)
    node = head
    while node.next is not None:
        node.v += node.next.v
        node = node.next
    return head.v * node.v
