"""Draws: constants, or moved and stretched by their parameters; the state is the plain call's."""

import numpy as np

from tests.corpus.registry import program


def place_and_width(rng):
    return rng.normal(), rng.uniform(1, 2)


@program(args=place_and_width, wrt=(0, 1))
def normal_of_a_generator(m, s):
    rng = np.random.default_rng(3)
    return np.sum(rng.normal(m, s, 5) ** 2)


@program(args=place_and_width, wrt=(0, 1))
def normal_of_the_module(m, s):
    np.random.seed(3)
    return np.sum(np.random.normal(m, s, 5) ** 2) + np.random.normal(scale=s)


@program(args=place_and_width, wrt=(0, 1))
def generator_of_the_old_kind(m, s):
    rng = np.random.RandomState(4)
    return rng.uniform(m, m + s) * np.sum(rng.laplace(m, s, size=(2, 2)) ** 2)


@program(args=lambda rng: (rng.normal(size=3), rng.uniform(1, 2, size=(2, 1))), wrt=(0, 1))
def arrays_of_parameters(m, s):
    rng = np.random.default_rng(5)
    return np.sum(rng.normal(m, s) ** 2) + np.sum(rng.exponential(s) * rng.gumbel(m, s))


@program(args=place_and_width, wrt=(0, 1))
def evidence_by_samples(m, s):
    rng = np.random.default_rng(6)
    total = 0.0
    for _ in range(4):
        z = rng.normal(m, s)
        total += -0.5 * (z - 1.0) ** 2 + np.log(s)
    return total / 4


@program(args=place_and_width, wrt=(0, 1))
def random_walk(start, step):
    rng = np.random.default_rng(7)
    place = start
    for _ in range(5):
        place = rng.normal(place, step)
    return place**2


@program(args=lambda rng: (rng.normal(size=4), 0.3), wrt=(0, 1))
def noise_is_constant(x, s):
    rng = np.random.default_rng(8)
    noisy = x + s * rng.standard_normal(4) + rng.normal(size=4)
    mask = rng.random(4) < 0.5
    return np.sum(np.where(mask, noisy, 0.0) ** 2) * rng.integers(1, 4)


@program(args=place_and_width, wrt=(0, 1))
def logarithms_of_draws(m, s):
    rng = np.random.default_rng(9)
    return np.sum(np.log(rng.lognormal(m, s, 3)) ** 2) + rng.rayleigh(s) + rng.logistic(m, s)
