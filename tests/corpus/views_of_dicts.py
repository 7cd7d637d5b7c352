"""The values of dicts that change afterwards, and what `pop` hands out instead of a value."""

from collections import OrderedDict, defaultdict

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


@program(args=V)
def popped_default(x):
    d = {"a": x[0], "b": x[1]}
    first = d.pop("zz", x[2] * 2) * d.pop("a", x[2])
    return first + d.pop("a", x[0]) * d.pop("b") + len(d)


@program(args=V)
def popped_default_of_an_ordered_dict(x):
    d = OrderedDict(a=x[0], b=x[1], c=x[2])
    d.move_to_end("a")
    name, value = d.popitem(last=False)
    return value * 2 + d.pop("b", x[0]) * 3 + d.pop("zz", x[0]) * len(name)


@program(args=V)
def popped_default_where_nothing_else_is_active(x):
    d, e = {"a": 1.0}, defaultdict(float)
    e["a"] += x[0]
    return d.pop("zz", x[0]) * 2 + d.pop("a", x[1]) + e.pop("a", x[1]) * e.pop("c", x[2])


@program(args=V)
def popped_default_in_a_loop_and_a_function(x):
    d = dict(zip("ab", x, strict=False))

    def taken(table, key):
        return table.pop(key, x[1])

    out = taken(d, "a") * taken(d, "a")
    for key in "abc":
        out = out * 0.5 + d.pop(key, x[2] * 2)
    return out


@program(args=V)
def values_of_a_dict_that_shrinks(x):
    d, out = OrderedDict(), 0.0
    for k in [0, 1, 0, 2, 1]:
        if k in d:
            d.move_to_end(k)
        else:
            d[k] = x[k] ** 2
        if len(d) > 2:
            d.popitem(last=False)
        out += sum(d.values()) * max(d.values())
    return out


@program(args=V)
def values_of_a_dict_that_grows(x):
    d, out = {"a": x[0], "b": x[1]}, 0.0
    for k in range(3):
        first, *rest = d.values()
        out += first * sum(rest) + max(*d.values()) + min(d.values(), key=lambda t: -t)
        d[k] = x[k] * 2
        d["a"] = d["a"] * 3
    return out


@program(args=V)
def arrays_of_a_dict_that_changes(x):
    d, out = {"a": x, "b": x * 2}, 0.0
    for k in range(3):
        out += np.sum(sum(d.values()) ** 2) + np.sum(np.stack([*d.values()]))
        d["a"] = d["a"] * 1.5
        d[k] = x * 0.1
    return out


def total(table):
    return sum(table.values()) ** 2


def most(table):
    return max(table.values()) * sum(list(table.values()))


@program(args=V)
def values_in_called_functions(x):
    d, out = {}, 0.0
    for k in [0, 1, 2]:
        d[k] = x[k] * 2
        out += total(d) + most(d)
    return out
