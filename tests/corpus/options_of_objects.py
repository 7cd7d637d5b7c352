"""Sizes, names and other options that objects and dicts hold beside what carries a derivative."""

import numpy as np

from tests.corpus.registry import program


def V(rng):
    return (rng.normal(size=3),)


def one_of(value, k=0):
    return {0: value, 1: "none"}[k]


class Layer:
    def __init__(self, n_out, weights):
        self.parameters = {"W": None, "b": None}
        self.options = {"n_out": n_out, "pad": (1, 2), "name": "layer", "input": None}
        self.weights = weights
        self.cache = {}
        self.ready = False

    def prepare(self, n_in):
        np.random.seed(self.options["n_out"])
        shape = (n_in, self.options["n_out"])
        self.parameters["W"] = np.random.uniform(-1, 1, size=shape) * self.weights[0]
        self.parameters["b"] = np.random.rand(self.options["n_out"]) + self.weights[1]
        self.ready = True

    def __call__(self, x):
        self.options["input"] = x
        if not self.ready:
            self.prepare(x.shape[0])
        z = np.tanh(x @ self.parameters["W"] + self.parameters["b"])
        z = np.pad(z, self.options["pad"])
        name = self.options["name"]
        if name not in self.cache:
            self.cache[name] = np.zeros_like(z)
        self.cache[name] = 0.9 * self.cache[name] + z
        return self.cache[name]


@program(args=V)
def layer_with_options(x):
    layer = one_of(Layer(4, x * 2))
    return np.sum(layer(x) ** 2) + np.sum(layer(x[::-1]))


@program(args=V)
def sizes_in_dicts(x):
    d = {"x": x, "n": 2, "axis": 0, "shape": (3, 1)}
    for key in ["n", "axis"]:
        d[key] = one_of(d[key])
    y = np.repeat(d["x"], d["n"], axis=d["axis"])
    z = np.insert(y, d["n"], x[0]) * np.roll(y.sum() * np.ones(7), d["n"])
    return np.sum(z**2) + np.reshape(x, one_of(d["shape"]))[1, 0] + np.tile(x, d["n"])[4]


@program(args=V)
def keys_that_objects_hold(x):
    names = one_of(["a", "b"])
    table = {}
    for name in names:
        table[name] = x * len(table)
        table.setdefault(name + name, x[0])
    both = {names[0]: x[1], names[1]: x[2]}
    return np.sum(table["b"] * x) + both["a"] * table["bb"] * len(names)


@program(args=V)
def lengths_of_unknown_lists(x):
    xs = one_of([x, x * 2])
    ys = [xs[0] * 2] * len(xs)
    return np.sum(ys[1] * xs[1])


@program(args=V)
def methods_of_unknown_containers(x):
    d = one_of({"a": x, "b": x * 2})
    e = d.copy()
    d["a"] = x * 3
    xs = one_of([x[0], x[1]])
    ys = xs.copy()
    ys.append(d.pop("b")[2])
    return np.sum(e["a"] * d["a"]) + np.sum(e["b"]) * ys[-1] + xs[0]
