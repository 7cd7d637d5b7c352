"""Programs that take the items of dicts and iterators as pairs, whole or in parts."""

import collections

import numpy as np

from tests.corpus.registry import program

VECTOR = [lambda rng: (rng.normal(size=3),)]


def table_of(x):
    return {2: x[0] * 2, 1: x[1], 3: x[2]}


@program(args=VECTOR)
def keys_that_are_pairs(x):
    bonds = {(0, 1): x[0], (1, 2): 0.7, (2, 0): x[1] * x[2]}
    h = np.zeros((3, 3))
    for (i, j), b in bonds.items():
        h[i, j] = h[j, i] = -b
    return np.sum(h @ h) + sum(b * (i + 2 * j) for (i, j), b in bonds.items())


@program(args=VECTOR)
def values_that_are_pairs(x):
    table = {k: (v, x * v) for k, v in zip("abc", x)}  # noqa: B905
    s = 0.0
    for k, (v, w) in table.items():
        s += v * w.sum() * len(k)
        v = v * 2
        s += v
    for v, w in table.values():
        s = s * 0.5 + v * w[0]
    return s


@program(args=VECTOR)
def keys_that_are_taken_apart_and_bound_anew(x):
    table = {(i, j): x[i] * x[j] for i in range(3) for j in range(i)}
    s = 1.0
    for n, ((i, j), b) in enumerate(table.items()):
        if i == j + 1:
            continue
        s *= b
        i = i * 2
        s += i * x[j] * n
    for i, j in table:
        s += table[i, j] ** 2
    for (_, _), (k, b) in zip(table, table.items()):  # noqa: B905
        s += b * k[0]
    return s


@program(args=VECTOR)
def items_sorted_by_key_and_by_value(x):
    s = sum(b * t for t, b in sorted(table_of(x).items()))
    for t, b in sorted(table_of(x).items(), key=lambda kv: kv[1]):
        s = s * b + t
    return s


@program(args=VECTOR)
def items_as_a_list_and_the_largest(x):
    s = 1.0
    for kv in list(table_of(x).items()):
        s = s * kv[1] + kv[0]
    best = max(table_of(x).items(), key=lambda kv: kv[1])
    return s * best[1] ** 2 + min(table_of(x).items())[1]


@program(args=VECTOR)
def items_in_an_order_of_their_own(x):
    table = dict(sorted(table_of(x).items()))
    s = 0.0
    for n, item in enumerate(table.items()):
        s = s * 0.5 + n * item[1] * item[0]
    other = collections.OrderedDict(sorted(table_of(x).items(), reverse=True))
    for k, v in reversed(other.items()):
        s = s * v + k
    keys, values = zip(*table.items())  # noqa: B905
    return s + sum(k * v**2 for k, v in zip(keys, values))  # noqa: B905


@program(args=VECTOR)
def pairs_of_zip_as_they_are(x):
    a = x * 1.0
    pairs = [p for p in zip(a, a[::-1])]  # noqa: B905, C416
    a[0] = 3.0
    s = 0.0
    for p, (k, q) in zip(pairs, enumerate(a)):  # noqa: B905
        s += p[0] * p[1] * q + k
    return s + a.sum()


@program(args=VECTOR)
def items_of_dicts_that_are_written(x):
    table = {"a": {"q": x[0]}, "b": {"q": x[1]}}
    table["a"]["q"] *= 2
    items = list(table.items())
    items[0][1]["q"] *= items[1][1]["q"]
    order = sorted(table.items(), key=lambda kv: -kv[1]["q"])
    order[0][1]["q"] += 3
    return sum(v["q"] * len(k) for k, v in table.items()) + order[1][1]["q"] ** 2


@program(args=VECTOR)
def iterators_asked_before_anything_changes(x):
    xs, out = list(x), []
    pairs = zip(xs, xs[1:])  # noqa: B905
    for a, b in pairs:
        out.append(a * b)
    doubled = map(lambda v: v * x[0], out)
    found = list(doubled)
    out.append(found[0])
    s = 1.0
    for k in range(3):
        for i, v in enumerate(xs):
            s = s * 0.5 + v * i
        xs[k] = s
    return sum(found) + sum(out) + s
