"""`place op= value` where the place holds an array that has other names."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]


class C:
    def __init__(self, v):
        self.n = np.array([v, 2 * v])

    def step(self, t):
        self.n += t * self.n
        return self.n


class D:
    def __init__(self, v):
        self.n = np.array(v)

    def step(self, t):
        self.n += t * self.n
        return self.n


@program(args=V)
def attribute_that_a_method_changes(x):
    c = C(x[0])
    r = c.step(x[1])
    r *= 2
    return (r + c.n).sum()


@program(args=V)
def array_without_axes_as_attribute(x):
    c = D(x[0])
    r = c.step(x[1])
    return r + c.n


@program(args=V)
def array_without_axes_in_a_dict(x):
    d = {"n": np.array(x[0])}
    d["n"] += x[1] * d["n"]
    return d["n"] * 1


@program(args=V)
def attribute_of_a_type_known_only_when_it_runs(x):
    c = D(x[0])
    c.n = {0: c.n, 1: "s"}[0]
    r = c.step(x[1])
    return r + c.n


@program(args=V)
def item_read_before_and_after(x):
    d = {"n": x * 2}
    a = d["n"]
    y = a * x[1]
    d["n"] += y
    d["n"] *= x
    return (y * a).sum()


@program(args=V)
def items_counted_from_behind(x):
    l = [x * 2, x + 1]
    a = l[1]
    y = a * x[1]
    z = np.sin(a)
    l[1] += y
    l[-1] **= 2
    return (y * a + z).sum()


@program(args=V)
def items_of_items(x):
    l = [[x * 2], {"k": x}]
    m = x * 1.0
    l[1]["k"] = m
    y = np.exp(m * x[0])
    l[1]["k"] -= y * m
    w = l[0][0]
    z = w * y
    l[0][0] *= z * w
    return (m * y).sum() + (z * w).sum()


@program(args=V)
def captured_item(x):
    l = [x * 2]
    k = 0
    w = l[k]
    f = lambda: w * x
    y = f() * w
    l[k] += y * w
    return (f() * y).sum()
