"""Tuples that are made longer: in loops, dicts, objects and recursions."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


@program(args=V)
def in_a_loop(x):
    t, window, out = (), (0.0, 0.0), 0.0
    for k in range(3):
        t = t + (x[k] * k,)
        window = (*window[1:], x[k])
        out += window[0] * window[1]
    u = (x[0],)
    while len(u) < 4:
        u += (u[-1] * x[1],)
    first, *rest = t
    return sum(t) * t[1] + out * sum(u) + first + rest[0] * rest[1] + max(t) * np.prod(np.array(u))


@program(args=V)
def in_front_and_sliced(x):
    t, u = (), (0.0, 0.0)
    for v in x:
        t = (v * 2,) + t  # noqa: RUF005 - as a user writes it
        u = u[1:] + (v,)  # noqa: RUF005
    return t[0] * t[2] + sum(t) * u[0] * u[1]


@program(args=V)
def of_pairs_and_arrays(x):
    t, arrays = (), (x,)
    for k in range(3):
        t = t + ((x[k], k),)
        arrays = arrays + (arrays[-1] * x,)
    return sum(v * k for v, k in t) * t[1][0] + np.sum(np.stack(arrays)) * np.sum(arrays[1] ** 2)


@program(args=V)
def in_a_dict(x):
    d, e = {}, {"a": (), "b": ()}
    for k, v in zip("aba", x, strict=True):
        d[k] = d.get(k, ()) + (v,)  # noqa: RUF005
        e[k] += (v * 2,)
    return sum(d["a"]) * d["b"][0] + sum(e["a"]) * e["b"][0] * len(e["a"])


class Holder:
    def __init__(self):
        self.t = ()

    def put(self, v):
        self.t = self.t + (v,)


@program(args=V)
def in_an_object(x):
    holder = Holder()
    for v in x:
        holder.put(v * v)
    return sum(holder.t) * holder.t[1]


@program(args=V)
def in_a_work_list(x):
    path, out = [(x[0], (0,))], 0.0
    while path:
        v, seen = path.pop()
        out += v
        if len(seen) < 3:
            path.append((v * x[len(seen)], seen + (len(seen),)))  # noqa: RUF005
    best = ((), 0.0)
    for v in x:
        way, length = best
        best = (way + (v,), length + v * v)  # noqa: RUF005
    return out * best[1] * sum(best[0])


def powers(t, v, n):
    return t if n == 0 else powers(t + (v * n,), v * 0.5, n - 1)  # noqa: RUF005


def total(xs, v, n):
    return sum(xs) if n == 0 else total(xs + [v * n], v * 0.5, n - 1)  # noqa: RUF005


@program(args=V)
def in_recursions(x):
    def walk(path, k):
        if k == 3:
            return sum(path) * path[0]
        return walk(path + (x[k],), k + 1) + walk(path + (x[k] * 2,), k + 1)  # noqa: RUF005

    found = powers((), x[0] * x[1], 4)
    return sum(found) * len(found) + total([x[2]], x[0], 3) + walk((), 0)
