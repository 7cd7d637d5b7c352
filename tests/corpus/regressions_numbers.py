"""Numbers by unusual ways: once a derivative of zero, or a draw too many."""

import itertools
import random

import numpy as np

from tests.corpus.registry import program


def two(rng):
    return rng.uniform(1, 2), rng.uniform(2, 3)


@program(args=two, wrt=(0, 1))
def gaussian_draws(mean, width):
    random.seed(3)
    return sum([random.gauss(mean, width) ** 2 for _ in range(3)])


@program(args=two, wrt=(0, 1))
def uniform_draws(low, high):
    random.seed(4)
    return random.uniform(low, high) * random.uniform(high, 2 * low) + random.random() * low


@program(args=two, wrt=(0, 1))
def operators_by_method(a, b):
    return a.__add__(b) * 2.0


@program(args=two, wrt=(0, 1))
def item_of_a_tuple_by_method(a, b):
    return (a, b).__getitem__(1) * a


@program(args=two, wrt=(0, 1))
def counting_from(a, b):
    return sum(k * v for k, v in zip(range(3), itertools.count(a, b)))


@program(args=two, wrt=(0, 1))
def counting_beside(a, b):
    total = 0.0
    for k in itertools.count(1):
        total += a**k
        if k > 3:
            break
    return total * b


@program(args=two, wrt=(0, 1))
def questions_by_method(a, b):
    return a * a.is_integer() + b * a.__lt__(b)


@program(args=two, wrt=(0, 1))
def length_of_a_range(a, b):
    return np.sum(np.arange(0.0, a, 0.4) * b)


@program(args=lambda rng: (rng.uniform(1, 2, 3),))
def unpacked_generator(x):
    a, b, c = (v**2 for v in x)
    first, *others = (v * c for v in x)
    return a * b + c * first + others[1]


class Log:
    def __init__(self):
        self.last, self.items = 0.0, []


@program(args=lambda rng: (rng.uniform(1, 2), rng.normal(size=2)))
def number_that_becomes_an_array(x, s):
    log = Log()
    log.items.append(x * 1.0)
    log.last = x * 3
    v = log.last
    if s.ndim > 0:
        v = np.asarray(v)[..., None]
    log.items.append(v)
    return np.sum(log.items[1] * 2.0)


@program(args=lambda rng: (np.float64(rng.uniform(1, 2)), rng.normal(size=2)))
def number_of_numpy_that_becomes_an_array(x, s):
    log = Log()
    log.items.append(x * 1.0)
    log.last = x * 3
    v = log.last
    if s.ndim > 0:
        v = v[..., None]
    log.items.append(v)
    return np.sum(log.items[1] * 2.0)


def or_else(x, fill=np.nan, low=float("-inf")):
    return np.where(x > low, x, fill) if fill != fill else fill


class Filled:
    def __init__(self, x, fill=float("nan")):
        self.x, self.fill = x, fill

    def total(self, beyond=np.nan):
        return np.nansum(np.where(self.x > 5.0, beyond, self.x)) + (self.fill == self.fill)


@program(args=lambda rng: (rng.uniform(0.5, 1.5, 3),))
def defaults_without_a_literal(x):
    """NaN cannot be written as a number."""
    return np.sum(or_else(x) * or_else(x * 2)) + Filled(x).total()
