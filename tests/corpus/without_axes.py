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


V = [lambda rng: (rng.normal(size=3),)]


def f(a, s):
    a *= s
    a += s * a
    return a * 2


def g(a, s):
    a[...] = a * s
    return a


class Level:
    def __init__(self, v):
        self.n = np.array(v)
        self.log = []

    def step(self, t):
        self.n += t * self.n
        self.log.append(self.n)
        self.log.append(self.n.copy())
        return self.n


@program(args=V)
def given_to_a_function_that_writes(x):
    a = np.array(x[0])
    y = f(a, x[1])
    y = y + f(a, x[2])
    return y * a


@program(args=V)
def handed_back_by_a_function(x):
    a = np.array(x[0])
    b = g(a, x[1])
    b += x[2]
    c = g(b, x[0])
    return a * b * c


@program(args=V)
def attribute_that_is_logged(x):
    c = Level(x[0])
    for t in x:
        r = c.step(t)
    r *= 2
    return sum(c.log) + c.n


@program(args=V)
def items_of_a_dict(x):
    d = {"a": np.array(x[0]), "b": x[1]}
    d["a"] += d["b"]
    d["c"] = d["a"]
    d["c"] *= x[2]
    d["b"] += d["a"]
    return d["a"] * d["b"] + d["c"]


@program(args=V)
def one_from_where_in_a_list(x):
    u = np.where(x[0] > 0, x[0], 0.0)
    xs = [u, u * 2, 3.0]
    xs[0] += x[1]
    u *= x[2]
    xs[1] += u
    return xs[0] * xs[1] + u


@program(args=V)
def pair_of_them_and_a_closure(x):
    t = (np.array(x[0]), np.array(x[1]))
    p, q = t
    p += q
    q *= p

    def k():
        return p * q

    p -= 1.0
    return k() + t[0] * t[1]


@program(args=V)
def number_that_becomes_one(x):
    u = x[0]
    for k in range(3):
        if k == 1:
            u = np.asarray(u * 2)
        u *= x[1]
        v = u
        u += x[2]
    return u * v


@program(args=V)
def known_only_when_it_runs(x):
    def un(k):
        return {0: np.array(x[0]), 1: x[1]}[k]

    a, b = un(0), un(1)
    c, d = a, b
    a *= x[2]
    b *= x[2]
    a += c
    return a * b + c * d


@program(args=V)
def elements_of_a_matrix(x):
    A = np.outer(x, x)
    for i, j in np.ndindex(3, 3):
        e = A[i, j, ...]
        e += x[i]
        e *= e
    return A.sum()


@program(args=V)
def as_out(x):
    acc = np.zeros((), np.float64)
    np.add(acc, x[0], out=acc)
    np.multiply(acc, x[1], out=acc)
    res = np.sum(x, out=acc)
    res *= acc
    return acc


@program(args=V)
def behind_an_exception(x):
    try:
        a = np.array(x[0])
        a += x[1]
        b = a
        a /= x[2]
        raise ValueError
    except ValueError:
        a *= b
    return a + b


@program(args=V)
def in_one_branch(x):
    s = 0.5
    if x[0] > 0:
        s = np.where(x[1] > 0, x[1], 1.0)
    s -= x[2] * s
    s /= 2 + x[0]
    return s * 1.0


@program(args=V)
def as_a_whole(x):
    a = np.array(x[0])
    a[...] = x[1] * a
    a[()] = a + x[2]
    np.negative(a, out=a)
    np.multiply(a, x[0], out=a)
    a.fill(x[1] * a)
    return a * a


@program(args=V)
def total_that_is_set_back(x):
    total = np.zeros(())
    for v in x:
        total += v**2 * total + v
        if total > 1:
            total[...] = total / 2
    return total + 0.0


@program(args=V)
def complex_one(x):
    z = np.zeros((), complex)
    z += x[0]
    z *= 1 + 1j * x[1]
    z[...] = z + x[2]
    return np.abs(z) ** 2


@program(args=V)
def element_as_a_view(x):
    y = x * 2
    p = y[1, ...]
    p *= x[0]
    p[...] = p + x[2]
    return np.sum(y**2)


@program(args=V)
def second_name(x):
    a = np.array(x[0])
    b = a
    c = a + 0
    a += x[1]
    a *= 3
    return b * c


@program(args=V)
def in_a_list_before_it_changes(x):
    xs = []
    a = np.array(x[0])
    xs.append(a)
    a += x[1]
    return xs[0] * a


@program(args=V)
def several_in_a_list(x):
    vals = [np.array(v) for v in x]
    for v in vals:
        v *= v
    return sum(vals)
