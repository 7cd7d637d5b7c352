"""Calls with `*` and `**` of what has a length that is known only when it runs."""

import functools

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]


def model(t, a, b, c=2.0):
    return a * np.exp(-b * t) + c


def several(*ts, k=2.0, **ks):
    total = 0.1
    for t in ts:
        total = 0.5 * total + t
    for v in ks.values():
        total = total * k + v
    return total


def traced(g):
    @functools.wraps(g)
    def wrapper(*args, **kwargs):
        return 0.9 * g(*args, **kwargs)

    return wrapper


traced_several = traced(several)
traced_model = traced(model)


class Vector:
    def __init__(self, *items):
        self.items = list(items)

    def __mul__(self, k):
        return Vector(*(k * a for a in self.items))

    def __rmul__(self, k):
        return self * k

    def __add__(self, other):
        return Vector(*[a + b for a, b in zip(self.items, other.items, strict=True)])


@program(args=V)
def parameters_of_a_curve(p):
    t = np.linspace(0, 1, 4)
    return np.sum((model(t, *p) - 1) ** 2)


@program(args=[lambda rng: ([0.3, 0.4, 0.5],)])
def parameters_in_a_list(p):
    t = np.linspace(0, 1, 4)
    q = [v * v for v in p]
    return np.sum((model(t, *q) - 1) ** 2) + model(0.3, *q[:2])


@program(args=V)
def several_stars(p):
    return several(1.0, *p, 2.0, *p[1:], k=p[0]) + several(*p, z=p[1], **{"y": p[2]})


@program(args=V)
def through_a_wrapper(p):
    doubled = traced_several(*[v * 2 for v in p])
    return traced_several(*p) + traced_several(2.0, *p, k=p[0], q=3.0) * doubled


@program(args=V)
def parameters_through_a_wrapper(p):
    return traced_model(0.3, *p) + traced_model(0.3, p[0], c=p[1], b=0.3)


@program(args=V)
def objects_made_of_stars(p):
    a = Vector(*p) * p[0]
    b = a + 2 * Vector(p[1], 2.0, p[0])
    b.items[0] *= p[0]
    return b.items[0] * b.items[1] + sum(a.items)


@program(args=V)
def functions_without_source(p):
    return max(*p) + np.hypot(*p[:2]) + np.stack([*p, p[0]]).sum() + sum([*(v * v for v in p)])


@program(args=V)
def too_many_for_the_function(p):
    try:
        r = model(*p, *p)
    except TypeError:
        r = p[0]
    return r * p[1]


@program(args=V)
def functions_made_inside(p):
    combine = lambda a, b, c: a * b + c  # noqa: E731
    ends = lambda *xs: xs[0] * xs[-1] * len(xs)  # noqa: E731
    return combine(*p) * ends(*p) + combine(*p[::-1]) + ends(*p[1:], p[0])
