"""Functions that bring their derivative, in the places where functions are used."""

import functools

import numpy as np

import srcad
from tests.corpus.registry import program


@srcad.custom_vjp(lambda y_bar, y, x: y_bar * y * (1 - y))
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@srcad.custom_vjp(lambda y_bar, y, x: y_bar * np.where(x > 0, 1.0, 0.1))
def leaky(x):
    return np.where(x > 0, x, 0.1 * x)


@srcad.custom_vjp
def affine(p, x, scale=1.0):
    return scale * (p["W"] @ x + p["b"])


def _affine_fwd(p, x, scale):
    y = p["W"] @ x + p["b"]
    return scale * y, (p["W"], x, scale, y)


def _affine_bwd(saved, y_bar):
    w, x, scale, y = saved
    y_bar, scale_bar = scale * y_bar, np.sum(y_bar * y)
    return {"W": np.outer(y_bar, x), "b": y_bar}, w.T @ y_bar, scale_bar


affine.defvjp(_affine_fwd, _affine_bwd)


@srcad.custom_vjp
class Softmax:
    def forward(self, x):
        e = np.exp(x - np.max(x))
        self.y = e / np.sum(e)
        return self.y

    def backward(self, y_bar):
        return self.y * (y_bar - np.sum(y_bar * self.y))


@srcad.custom_jvp
def hypot(x, y):
    return np.sqrt(x**2 + y**2)


@hypot.defjvp
def hypot_rule(args, tangents):
    x, y = args
    r = np.sqrt(x**2 + y**2)
    return r, (x * tangents[0] + y * tangents[1]) / r


class Dense:
    def __init__(self, w):
        self.w = w
        self.calls = 0

    @srcad.custom_jvp(
        lambda self_dot, y, self, x: self_dot["w"] * x, lambda x_dot, y, self, x: self.w * x_dot
    )
    def times(self, x):
        return self.w * x

    def run(self, x):
        self.calls += 1
        return self.times(x) + self.times(x=x)


@srcad.root(lambda x, a: x**3 + x - a)
def cubic(a):
    x = 0.0
    for _ in range(60):
        x = x - (x**3 + x - a) / (3 * x * x + 1)
    return x


def settle(x, w, b):
    return np.tanh(0.3 * w * x + b)


def vector(rng):
    return (rng.normal(size=3),)


def vectors(rng):
    return rng.normal(size=3), rng.normal(size=3)


def numbers(rng):
    return rng.uniform(0.5, 1.5), rng.uniform(0.5, 1.5)


@program(args=vectors, wrt=(0, 1))
def one_line_in_a_loop(x, w):
    for k in range(3):
        x = sigmoid(w * x) if k % 2 else leaky(x + w)
    return np.sum(x * w)


@program(
    args=lambda rng: (
        {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=2)},
        rng.normal(size=3),
        rng.uniform(0.5, 1.5),
    ),
    wrt=(0, 1, 2),
)
def two_parts_of_a_dict(p, x, s):
    first = affine(p, x)
    second = affine(x=x * first[0], scale=s, p=p)
    return np.sum(np.tanh(first) * second)


@program(args=vector)
def class_whose_saved_value_is_written(x):
    y = Softmax(x)
    y[0] = y[1] * x[2]
    z = Softmax(y * x)
    return np.sum(y * z)


@program(args=vectors, wrt=(0, 1))
def tangents_of_arrays(x, y):
    r = hypot(x, y)
    r[1:] *= hypot(r[:-1], x[1:])
    return np.sum(r)


@program(args=numbers, wrt=(0, 1))
def methods_with_state(w, x):
    layer = Dense(w)
    total = layer.run(x)
    layer.w = layer.w * total
    return layer.run(total) + layer.calls


@program(args=vector)
def chosen_when_it_runs(x):
    gates = {"sigmoid": sigmoid, "softmax": Softmax, "leaky": leaky}
    total = 0.0
    for name in gates:
        total = total + np.sum(gates[name](x) ** 2)
    return total


@program(args=vector)
def in_comprehensions_and_partials(x):
    plus = functools.partial(hypot, y=2.0)
    return sum([plus(v) * sigmoid(v) for v in x]) + np.sum(np.array([leaky(v) for v in x]))


@program(args=numbers, wrt=(0, 1))
def roots_in_a_loop(a, b):
    total = 0.0
    for _ in range(3):
        a = cubic(a + b)
        if a > 0.3:
            total += a * b
    return total


@program(args=vectors, wrt=(0, 1))
def fixed_point_of_a_closure(w, b):
    x = srcad.fixed_point(lambda x: settle(x, w, b), np.zeros(3))
    return np.sum(x**2 * w)


@program(args=vectors, wrt=(0, 1))
def fixed_point_with_params(w, b):
    x = srcad.fixed_point(settle, np.zeros(3), w, b)
    return np.sum(x * srcad.fixed_point(settle, x, b, w))


weighted = functools.partial(
    lambda a, b, x: np.sum(a * x) + 2 * np.sum(b * x), np.array([1.0, 2.0]), np.array([3.0, 4.0])
)


@program(args=lambda rng: (rng.normal(size=2),))
def partial_of_two_arrays(x):
    """Both were the first one."""
    return weighted(x) * weighted(2 * x)


@program(args=numbers, wrt=(0, 1))
def captured_by_a_gate(w, x):
    @srcad.custom_vjp(lambda y_bar, y, t: y_bar * w)
    def times(t):
        return w * t

    return times(x)


@srcad.custom_vjp(lambda y_bar, y, x: 2 * y_bar * x)
def clearing(x):
    x[0] = 0.0
    return np.sum(x**2)


@program(args=vector)
def written_by_a_gate(x):
    x = x * 1.0
    return clearing(x) + np.sum(x)


@program(args=numbers, wrt=(0, 1))
def hook_that_reads_what_changes(x, w):
    for k in range(3):
        x = srcad.cotangent(x * w, lambda g: g * (k + 1))  # noqa: B023 - refused for it
    return x


@srcad.custom_vjp
def unfinished(x):
    return x


@program(args=numbers)
def gate_without_a_rule(x, w):
    return unfinished(x) * w
