"""Arrays without axes and their views that have some, while arrays and containers are written."""

import functools

import numpy as np

from tests.corpus.registry import program

S = [lambda rng: (0.6,)]


def traced(g):
    @functools.wraps(g)
    def wrapper(*args, **kwargs):
        return g(*args, **kwargs)

    return wrapper


@traced
def scaled(t, k=0.5):
    return k * t


@program(args=S)
def view_of_one_beside_an_array_that_is_written(s):
    u = np.array([s, 0.2, s])
    np.negative(u, out=u)

    def captures():
        return u

    scale = np.array(s).reshape(1)
    return u + scaled(u, scale)[1]


@program(args=S)
def view_of_one_in_a_list_that_is_written(s):
    a = np.array(s)
    xs = [2.0]
    ys = xs
    xs.append(a.reshape(1))
    ys[0] = s * s
    return a * xs[1][0] * xs[0]


@program(args=S)
def view_of_one_is_written(s):
    a = np.array(s)
    v = a.reshape(1)
    v[0] = s * s
    return a * 2 + v[0]


@program(args=S)
def view_of_one_in_a_list_is_written(s):
    a = np.array(s)
    xs = [a, a.reshape(1)]
    xs[1][0] = s * s
    return xs[0] * xs[1][0]


@program(args=S)
def array_is_written_of_which_one_is_a_view(s):
    a = np.array([s, 1.0])
    b = a[0, ...]
    c = b.reshape(1)
    c *= s
    return a.sum() * b


MAKERS = {"square": lambda x: np.array(x * x)}


def made(x):
    for name in MAKERS:
        x = MAKERS[name](x)
    return x


@program(args=S)
def one_of_unknown_type_is_written(s):
    a = made(s)
    np.negative(a, out=a)
    return a * s


@program(args=S)
def view_of_one_of_unknown_type_is_written(s):
    a = made(s)
    v = a.reshape(1)
    v[0] = 3 * s
    return a * s


@program(args=[lambda rng: (rng.normal(size=3),)])
def one_that_operators_write(x):
    total = np.array(0.0)
    for t in x:
        total += t * total + t
        total *= 2
        if total > 0:
            total -= 3 * t
    total **= 2
    return total, total.sum()


@program(args=[lambda rng: (np.array(0.7), 0.4)], wrt=(0, 1), tags=("mutates",))
def argument_without_axes_is_written(a, s):
    a *= s
    return a * a


@program(args=[lambda rng: (rng.normal(size=3),)])
def view_that_is_made_after_the_writes(x):
    a = x.copy()
    a[1:] *= 2
    a[:2] += a[1]
    return a.sum() * a[..., 0]
