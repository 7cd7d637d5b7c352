"""Writes into `.flat`: elements of an array by their number."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]


class Grid:
    def __init__(self):
        self.flat = [0.0, 0.0]
        self.a = np.zeros((2, 2))


@program(args=V)
def set_as_a_whole(x):
    B = np.outer(x, x)
    B.flat = x[0] * np.arange(9)
    B.T.flat[2] += x[1]
    B.flat[[1, 3]] *= x[2]
    return np.sum(B**2 * np.arange(9).reshape(3, 3))


@program(args=V)
def diagonal_by_stride(x):
    A = np.outer(x, x)
    n = 3
    A.flat[:: n + 1] += x
    A.flat[:2] = x[2]
    A.flat[-1] = x[0] ** 2
    A.flat[1:6:2] /= 2 + x[0]
    return np.sum(np.linalg.inv(A + 5 * np.eye(3)) * np.arange(9).reshape(3, 3))


@program(args=V)
def transposed_rows_and_single_items(x):
    B = np.zeros((2, 3))
    C = B.T
    C.flat[:3] = x
    v = B[1]
    v.flat[1:] *= x[:2]
    B.flat[4] = B.flat[1] * 2
    s = 0.0
    for k in range(6):
        B.flat[k] += s * x[0]
        s = B.flat[k]
    return np.sum(C**2) + v[1]


@program(args=V)
def list_called_flat(x):
    g = Grid()
    g.flat[1] = x[0]
    g.flat[0] += x[1] * g.flat[1]
    g.a.flat[1:3] = g.flat
    g.a.flat[0] -= g.flat[0] ** 2
    return np.sum(g.a**2) + g.flat[0]


@program(args=V)
def masks_and_items_named_twice(x):
    B = np.zeros((2, 3))
    B.flat[np.array([True, False, True, False, False, True])] = x
    B.flat[[0, 0, 1]] += x
    B.flat[4], B.flat[3] = x[1], B.flat[0]
    return np.sum(B**3)


@program(args=V)
def of_a_type_known_only_when_it_runs(x):
    u = {0: x * 1.0, 1: "s"}[0]
    u.flat[1] = x[0] ** 2
    u.flat[::2] *= x[1]
    return np.sum(u**2)


@program(args=V)
def in_the_order_of_fortran(x):
    A = np.asfortranarray(np.outer(x, [1.0, 2.0]))
    A.flat[np.arange(2)] = x[:2][::-1]
    A.flat[1:3] = A.flat[0:2]
    A.flat[5] **= 2
    return np.sum(A**3) + sum(v * k for k, v in enumerate(A.flat))


@program(args=V)
def of_complex_arrays(x):
    A = np.zeros((2, 2), complex)
    A.flat[1:] = x
    A.flat[::3] += x[0] * 1j
    A.imag.flat[1] = x[2]
    return np.sum(np.abs(A) ** 2 * np.arange(4).reshape(2, 2))


@program(args=V)
def computed_numbers_of_elements(x):
    n = 1
    xs = [v * 2 for v in x] + [1.0, 2.0]
    del xs[: n + 1]
    A = np.outer(x, x)
    A.flat[n * 2 + 1] = xs[0]
    A.flat[: n + 1 : n] *= xs[1]
    A.flat[len(xs) - n] += A.flat[n * 2 + 2] * x[0]
    return sum(xs) + np.sum(A**2)
