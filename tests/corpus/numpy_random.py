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


class Dense:
    def __init__(self, n, m, rng):
        self.W = rng.normal(size=(n, m)) * 0.5
        self.b = rng.standard_normal(m)

    def __call__(self, x):
        return np.tanh(x @ self.W + self.b)


class Dropout:
    def __init__(self, rate, rng):
        self.rate = rate
        self.rng = rng

    def __call__(self, x):
        self.mask = (self.rng.random(x.shape) > self.rate) / (1 - self.rate)
        return x * self.mask


@program(args=[lambda rng: (rng.normal(size=3),)])
def generator_handed_to_layers(p):
    rng = np.random.default_rng(1)
    layers = [Dense(3, 4, rng), np.sin, Dropout(0.3, rng), Dense(4, 2, rng)]
    x = np.outer(p, p)
    for layer in layers:
        x = layer(x)
    return np.sum(x**2)


@program(args=[lambda rng: (rng.normal(size=3),)])
def generator_handed_to_functions(p):
    rng = np.random.default_rng(1)

    def weights(r):
        return {"w": r.normal(size=3) * p, "b": r.uniform(-1, p[0] ** 2 + 1, 3)}

    d, e = weights(rng), weights(rng)
    a, b = (rng.normal(p[0], p[1] ** 2, size=3) for _ in range(2))
    return np.sum(d["w"] * e["b"]) + np.sum(a * b)


@program(args=[lambda rng: (rng.normal(size=3),)])
def metropolis(p):
    x, rng = p.copy(), np.random.RandomState(3)
    energy = np.sum((x - 1) ** 2)
    for _ in range(10):
        proposed = x + 0.3 * rng.randn(3)
        new = np.sum((proposed - 1) ** 2)
        if rng.rand() < np.exp(-(new - energy)):
            x, energy = proposed, new
    return energy + x[0]


class Frozen:
    pass


@program(args=[lambda rng: (rng.normal(size=3),)])
def generator_whose_draws_are_put_into_an_object(x):
    rng = np.random.default_rng(0)
    w = rng.normal(size=(3, 4)) * 0.5
    w[0] += x[0]
    kept = Frozen()
    kept.w = w
    kept.h = x @ w
    kept.w *= rng.random(4)
    return np.sum(kept.h * kept.w[1]) * rng.integers(2, 5)


@program(args=place_and_width, wrt=(0, 1))
def sizes_that_are_spread(m, s):
    np.random.seed(5)
    x = [m * np.ones((2, 2)), 0][0 if m < 10 else 1]
    kept = np.random.rand(*x.shape) < 0.8
    return np.sum(x * kept * s) + np.sum(np.random.normal(*x.shape[:1], size=3)) * s


def masked(x, options):
    if "seed" in options:
        np.random.seed(options["seed"])
    if options["mode"] == "train":
        out = x * (np.random.rand(*x.shape) < options["keep"]) / options["keep"]
    else:
        out = x
    return out.astype(x.dtype, copy=False)


class Masking:
    def __init__(self, weights, seed):
        self.options = {"keep": 0.7, "mode": "train"}
        if seed is not None:
            self.options["seed"] = seed
        self.weights = {"w": weights}

    def __call__(self, x):
        return masked(x * self.weights["w"], self.options)


@program(args=place_and_width, wrt=(0, 1))
def seed_in_a_dict_of_options(m, s):
    layer = Masking(np.arange(1.0, 5.0) * s, 3)
    return np.sum(layer(m * np.ones(4)) ** 2)
