"""Gates that are used or declared in the wrong way, for the texts of their errors."""

import numpy as np

import srcad


@srcad.custom_vjp
def halves(x, w):
    return x * w


def count_back(saved, bar):
    return (bar * saved[1],)


def shape_back(saved, bar):
    return bar * saved[1], bar * saved[0]


def halves_with(back):
    halves.defvjp(lambda x, w: (x * w, (x, w)), back)
    return srcad.grad(lambda x, w: np.sum(halves(x, w)), wrt=(0, 1))(np.ones(3), 2.0)


@srcad.custom_vjp
def unfinished(x):
    return x


@srcad.custom_vjp(lambda y_bar, y, x: 2 * y_bar * np.ones(2))
def total(x):
    return np.sum(x)


@srcad.custom_vjp(lambda y_bar, y, x: y_bar * x)
def wrong(x):
    return x**2


@srcad.root(lambda x, a: np.array([x[0] - a]))
def too_few(a):
    return np.array([a, a])


def captured(w, x):
    @srcad.custom_vjp(lambda y_bar, y, t: y_bar * w)
    def times(t):
        return w * t

    return times(x)


def hooked(x):
    for k in range(3):
        x = srcad.cotangent(x * 2.0, lambda g: g * (k + 1))  # noqa: B023 - refused for it
    return x


def first(bar):
    return bar[:1]


def clipped(x):
    return srcad.cotangent(x, first)


def without_forward():
    class Gate:
        def backward(self, bar):
            return bar

    return srcad.custom_vjp(Gate)


def too_few_lambdas():
    return srcad.custom_vjp(lambda y_bar, y, x: y_bar)(lambda x, w: x)
