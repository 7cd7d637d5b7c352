"""One function for each error; the line numbers in the tables of the tests count here."""

import numpy as np


def product(x, y):
    return x * y


def vector(x):
    y = np.sin(x)
    return 2 * y


def nothing(x):
    print(x)


def several(x):
    return x, 2 * x


def rooted(x):
    return np.sqrt(x + 0j)


def counted(x):
    return len(x)


def rates(p):
    return p["k"] * p["m"]


def many(*terms):
    return sum(terms)


def only(x, *, k):
    return k * x


def unknown_function(x):
    return np.sum(np.frombuffer(np.ones(3) * x))


def yielded(x):
    yield x


def singular(a):
    b = 2 * a
    return np.sum(np.linalg.inv(b))


def looked_up(x, table):
    scale = table["scale"]
    return scale * x
