"""Objects and containers that hold an array and views of it, made before anything moves."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]

W = np.zeros(4)


class Field:
    def __init__(self, n):
        self.a = np.zeros(n, complex)
        self.re = self.a.real


class Two:
    def __init__(self, n):
        self.a = np.zeros(n)
        self.v = self.a[1:]


@program(args=V)
def part_of_a_complex_array(x):
    f = Field(3)
    f.a.real[:] = x
    f.re += 1.0
    return np.sum(f.re**2)


@program(args=V)
def array_and_its_view(x):
    f = Two(3)
    f.a[:] = x
    f.v += 1.0
    f.a *= x
    return np.sum(f.v**2)


@program(args=V)
def whole_array_written_part_read(x):
    f = Field(3)
    f.a += x
    f.a *= np.exp(1j * x)
    return np.sum(np.abs(f.a) ** 2) * f.re[0]


@program(args=V)
def list_of_views_of_one_array(x):
    a = np.zeros((2, 3))
    parts = [a, a[0], a[:, 1:], a.T]

    def put(ps, k, v):
        ps[k][...] = v

    put(parts, 0, x)
    parts[3][1] *= x[0]
    parts[1][0] = x[2]
    return np.sum(parts[2] ** 2) + np.sum(a)


@program(args=V)
def tuple_of_objects_and_views(x):
    f = Two(3)
    g = Two(3)
    pair = (f, g, f.a[::2], [g.v])
    f.a[:] = x
    pair[2][1] += x[0]
    pair[3][0][0] = f.a[2] * 2
    g.a += f.v[0]
    return np.sum(g.v**2) + np.sum(f.a**2)


@program(args=V)
def dict_of_a_view_of_what_was_copied(x):
    w = W * 1.0
    o = {"w": w, "h": w[:2]}
    o["h"][:] = x[1:]
    o["w"] *= 2
    return np.sum(o["h"] ** 2 + o["w"][1])
