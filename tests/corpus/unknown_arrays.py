"""Writes into what only the running program knows to be an array."""

import numpy as np

from tests.corpus.registry import program


def unknown(x):
    """A number first, then an array: no one type."""
    product = 0.5
    for factor in (1.0, x):
        product = product * factor
    return product


def vector(rng):
    return (rng.uniform(0.3, 1.5, size=3) * [1, -1, 1],)


@program(args=vector)
def by_a_mask(x):
    v = unknown(x)
    v[v > 0.3] = x[0]
    inside = v < 0.5
    v[inside] *= x[inside]
    return np.sum(v * x)


@program(args=vector)
def out_with_a_mask(x):
    v = unknown(x)
    np.add(v[::-1], x * 2.0, out=v[::-1], where=v[::-1] < 0.5)
    logs = np.log(np.abs(x) + 0.3, out=v, where=x > 0)
    np.copyto(v[1:], x[2], where=v[1:] < 0.5)
    return np.sum(v * x * logs)


@program(args=vector)
def functions_with_places(x):
    v = unknown(x)
    np.put(v, [1, 0], x[1:])
    np.maximum.at(v[:2], [1, 1], x[1:])
    np.place(v, v > 0.2, x)
    np.putmask(v, [True, False, True], x * v)
    m = unknown(np.outer(x, x))
    np.fill_diagonal(m, x)
    np.put_along_axis(m, np.argmax(m, axis=1)[:, None], v[0], axis=1)
    return np.sum(v * x) + np.sum(m * x)


@program(args=vector)
def masks_that_are_no_masks(x):
    """NumPy takes whatever is given as `where=` for truth values."""
    o = x * 1.0
    np.add(x, x, out=o, where=[1, 0, 1])
    np.multiply(o, x, out=o, where=0.5)
    np.copyto(o, x * 3.0, where=[1, 0, 0])
    m = unknown(np.outer(x, o))
    np.add(x, x, out=m, where=[1, 0, 1])
    np.copyto(m, x * 3.0, where=[[1], [0], [0]])
    return np.sum(m * o)


@program(args=vector)
def taken_apart_and_bound_anew(x):
    v = unknown(x)
    v[[2, 0]] /= x[1]
    v, u, w = v
    m = unknown(np.outer(x, x))
    m[0] *= x[1]
    for _ in range(2):
        a, b, m = m
        m = np.outer(m, m)
    return v * u + w * np.sum(a * b) + np.sum(m)


@program(args=vector)
def of_unknown_rank(x):
    total = x * 0.0
    for _ in range(2):
        total = total * 0.6 + np.stack([x, x])
    total += np.sin(total)
    np.subtract.at(total[:, ::-1], ([0, 1, 1], [2, 0, 0]), x[1])
    return np.sum(total * x)


class Box:
    def __init__(self, w):
        self.w = w

    def put(self, i, v):
        return self.w * v * i


@program(args=vector)
def methods_that_write(x):
    v = unknown(x)
    v[:2].put([1, 0], x[1:])
    v.sort()
    m = unknown(np.outer(x, v))
    m.sort(axis=0)
    m[0].fill(x[2])
    row = m[1]
    row[::-1].partition(1)
    box = Box(x[0]) if x[0] < 5 else m
    return np.sum(v * x) + np.sum(m * x) + box.put(2, x[1])


@program(args=vector)
def list_or_array_that_is_sorted(x):
    """A number of a list that carries none is sorted as it always was."""
    order = [2, 0, 1] if x[0] < 5 else 1.0
    order.sort()
    v = unknown(x)
    v.sort()
    return v[order[1]] * x[order[2]]


@program(args=vector)
def views_handed_out_in_lists(x):
    """Once silently wrong: the list held none of the memory that its views are of."""
    u = x * 1.0
    a, b, c = np.split(u, 3)
    a[0] *= x[1]
    m = np.outer(x, x)
    p, q = np.atleast_1d(u, m)
    q[0] *= x[1]
    p[1] = x[2] * 5
    grids = np.meshgrid(u, x, copy=False)
    total = np.sum(grids[0] * x)
    u[2] *= x[1]
    for row in np.vsplit(m, 3):
        row[0, 0] *= x[1]
    return np.sum(u * x) + total + np.sum(grids[0] * m) + b[0] * c[0]


@program(args=vector)
def shapes_of_what_is_written(x):
    v = unknown(np.outer(x, x))
    v[0] *= x
    return np.sum(np.apply_along_axis(np.cumsum, 1, v) * x)
