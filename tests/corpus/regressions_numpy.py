"""NumPy calls whose gradients were once wrong without a word, and those refused instead."""

import numpy as np

from tests.corpus.registry import program


@program(args=[lambda rng: (rng.normal(size=5), np.sort(rng.normal(size=5)) * 3)], wrt=(0, 1))
def gradient_in_its_coordinates(f, x):
    return np.sum(np.gradient(f, x) ** 2)


@program(args=[lambda rng: (rng.normal(size=(3, 4)), 0.3, rng.uniform(1, 2, 4).cumsum())],
         wrt=(0, 1, 2))  # fmt: skip
def gradient_in_a_step_and_coordinates(f, h, x):
    rows, columns = np.gradient(f, h, x)
    return np.sum(rows * columns)


@program(args=[lambda rng: (rng.normal(size=5), 0.7, 0)], wrt=(0, 1))
def gradient_known_when_it_runs(f, h, which):
    function = [np.gradient, np.multiply][which]
    return np.sum(function(f, h, axis=0) ** 2) if which == 0 else f[0]


@program(args=[lambda rng: (rng.normal(size=3), rng.normal(size=3))], wrt=(0, 1))
def direction_of_complex_numbers(a, b):
    """np.sign of a complex number is z / |z|, and turns with it."""
    turned = np.sign(a + 1j * b) * np.array([1.0, 2.0 - 1.0j, 0.5j])
    return np.sum(turned.real) + np.sum(np.sign(a) * b)


@program(args=[lambda rng: (rng.uniform(1, 2),)])
def sum_of_a_set(x):
    return sum({2.0 * x, 3.0 * x})


@program(args=[lambda rng: (rng.uniform(1, 2, 3),)])
def sum_of_a_set_comprehension(x):
    return sum({2.0 * v for v in x})


@program(args=[lambda rng: (rng.uniform(1, 2, 3),)])
def sizes_of_sets(x):
    rounded = {round(v) for v in x}
    return x[0] * len(set(x)) + len(rounded) * x[1] if 2 not in {7, 8} else x[2]


@program(args=[lambda rng: (rng.normal(size=4),)])
def array_in_the_memory_of_another(x):
    return np.sum(np.ndarray((2,), buffer=x) ** 2)
