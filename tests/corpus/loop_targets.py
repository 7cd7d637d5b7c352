"""Loops over a variable that had a value of another structure before, or has one later."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]


@program(args=V)
def items_of_several_kinds(x):
    s = 0.0
    for t in [x, [x[0] * 2, x[1]], x * 3, (x[2], x[0])]:
        s = s + t[1] * t[0]
    return s


@program(args=V)
def pair_before_items_of_several_kinds(x):
    s = 0.0
    t = (x[0], x)
    for t in [x, [x[0] * 2, x[1]], x * 3, (x[2], x[0])]:
        s = s + t[1] * t[0]
        if s > 100:
            break
    return s + t[0]


@program(args=V)
def loop_that_never_runs(x):
    t = (x[0], x)
    for t in x[: int(x[0] > 5)]:
        t = t * 2
    return np.sum(t[1])


@program(args=V)
def pair_before_and_a_break(x):
    t = (x[0], x)
    for t in x:
        t /= 1.2
        if t > 50:
            break
    return t**2


@program(args=V)
def dict_before_and_last_item_later(x):
    t = {"a": x}
    s = t["a"][1]
    for t in [x, x[0], {"b": x[1]}]:
        s = s * 2
    return s * t["b"]


@program(args=V)
def while_that_binds_it_anew(x):
    t = {"a": x}
    s = 0.0
    k = 0
    while k < 3:
        s = s + (t["a"][k] if k == 0 else t)
        t = x[k] ** 2
        k += 1
    return s * t


@program(args=[lambda rng: ([0.4, 1.2], 0.7)], wrt=(0, 1))
def function_whose_parameter_becomes_a_list(xs, t):
    for k in [0, 1]:

        def make(a):
            a = xs

            def inner(b):
                return k + a[b]

            return inner

        g = make(np.clip(xs[1], 0.8, 1))
    return g(0) * t
