"""Layers of which some are objects that keep state and others are plain functions."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]


class Norm:
    def __init__(self, n):
        self.training = True
        self.mean = np.zeros(n)

    def __call__(self, x):
        if self.training:
            self.mean = self.mean * 0.5 + x.mean(axis=0)
        return x - self.mean


class Linear:
    def __init__(self, W, b):
        self.W = W
        self.b = b

    def __call__(self, x):
        return x @ self.W + self.b


class Sequential:
    def __init__(self, *layers):
        self.layers = list(layers)

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def eval(self):
        for layer in self.layers:
            if isinstance(layer, Norm):
                layer.training = False
        return self


def leaky(x):
    return np.maximum(x, 0.1 * x)


@program(args=V)
def normalised_and_squashed(p):
    X = np.outer(p, p)
    net = Sequential(Norm(3), np.tanh)
    return np.sum(net(X) ** 2)


@program(args=V)
def trained_then_evaluated(p):
    X = np.outer(p, p)
    wide = Linear(p[:, None] * np.ones((3, 2)), np.zeros(2))
    net = Sequential(Linear(np.ones((3, 3)), p), Norm(3), np.tanh, wide, leaky)
    y = net(X)
    net.eval()
    return np.sum(net(X) ** 2) + np.sum(y)


@program(args=V)
def with_a_lambda(p):
    x = np.outer(p, p)
    for layer in [leaky, Linear(np.ones((3, 3)), p), lambda x: x * p]:
        x = layer(x)
    return np.sum(x)


class Net:
    def __init__(self, p):
        self.first = Linear(np.ones((3, 3)), p)
        self.act = np.tanh
        self.norm = Norm(3)
        self.layers = [self.first, self.act, self.norm]

    def forward(self, x):
        out = x
        for k, layer in enumerate(self.layers):
            out = layer(out)
            if k == 0:
                out = out + x
        return out


@program(args=V)
def layers_under_two_names(p):
    net = Net(p)
    x = np.outer(p, p)
    net.forward(x)
    return np.sum(net.forward(x) ** 2) + np.sum(net.norm.mean)


@program(args=V)
def either_of_them(p):
    x = np.outer(p, p)
    chosen = Norm(3) if p[0] > 0 else np.tanh
    y = chosen(x)
    other = Norm(3) if p[0] < 0 else leaky
    return np.sum(y * other(x))


@program(args=V)
def in_a_dict(p):
    stages = {"n": Norm(3), "f": np.tanh, "r": leaky, "l": Linear(np.ones((3, 3)), p)}
    x = np.outer(p, p)
    for key in ["n", "f", "l", "r", "n"]:
        x = stages[key](x)
    return np.sum(x**2)


@program(args=V)
def or_none(p):
    x = np.outer(p, p)
    for layer in [Norm(3), np.tanh, None, leaky]:
        if layer is not None:
            x = layer(x)
    return np.sum(x**2)
