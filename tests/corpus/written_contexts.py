"""Context managers that hold what carries a derivative: classes, and generators of the module."""

import contextlib
from contextlib import contextmanager

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


class Scaled:
    def __init__(self, v):
        self.v, self.log, self.depth = v, [], 0

    def __enter__(self):
        self.depth += 1
        self.log.append(self.v * 2)
        return self

    def __exit__(self, kind, error, trace):
        self.depth -= 1
        self.v = self.v * self.log[-1]
        self.log.append(1.0)


@contextmanager
def shifted(one, by=2.0, *, k=1.0):
    old = one.v
    one.v = one.v + by * k
    try:
        yield one.v
    finally:
        one.v = old * 1.5


@contextmanager
def scratch(n):
    buffer = np.zeros(n)
    yield buffer
    buffer[:] = 7.0


@contextmanager
def overwritten(a, v):
    kept = a.copy()
    a[0] = v
    try:
        yield
    finally:
        a[:] = kept


@contextmanager
def squared(v):
    yield v * v


@program(args=V)
def class_with_a_state(x):
    one = Scaled(x[0])
    out = 0.0
    for i in range(3):
        with one as same:
            if i == 1:
                continue
            out = out + same.v * x[1]
            if i == 2:
                break
    return out * one.v + len(one.log) + one.depth


@program(args=V)
def entered_twice(x):
    one = Scaled(x[0])
    with one:
        with one:
            y = one.v * one.log[-1]
    with contextlib.nullcontext(x[1] * 2) as v:
        y = y * v
    return y * one.v * x[2]


@program(args=V)
def left_by_an_exception(x):
    one = Scaled(x[0])
    try:
        with one as same:
            same.v = same.v * x[1]
            if x[0] > 0:
                raise ValueError
            same.v = 100.0
    except ValueError:
        return one.v * x[2] + len(one.log)
    return one.v


@program(args=V)
def generators_that_put_back(x):
    one = Scaled(x[0])
    with shifted(one, x[1]) as s:
        y = one.v * s
    with shifted(one, k=x[2]):
        z = one.v * 2
    for i in range(4):
        with shifted(one, x[1]) as s:
            if i == 2:
                break
            y = y * s
    return y * z * one.v


@program(args=V)
def generator_left_by_an_exception(x):
    one = Scaled(x[0])
    try:
        with shifted(one, x[1]):
            y = one.v
            if x[0] > 0:
                raise KeyError
    except KeyError:
        return one.v * y
    return 0.0


@program(args=V)
def buffer_that_is_overwritten_when_left(x):
    with scratch(3) as b:
        b[0] = x[0] * x[1]
        b[1] = x[2]
        y = b.sum() * b[0]
    return y * b[0] + b[1]


@program(args=V)
def several_at_once(x):
    a, out = x * 2, []
    with (
        overwritten(a, x[1] * 3),
        np.errstate(all="ignore"),
        shifted(Scaled(x[0]), x[2]) as s,
        squared(s) as t,
    ):
        y = np.sum(a * a) * s * t
    for i in range(2):
        with shifted(Scaled(x[i]), x[2]) as s, Scaled(s) as one:
            out.append(s * one.v)
    return y * a.sum() + out[0] * out[1]
