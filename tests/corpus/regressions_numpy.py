"""NumPy calls whose gradients were once wrong without a word, and those refused instead."""

import numpy as np

from tests.corpus.registry import program

HOLES = np.array([0.0, complex(0.0, np.inf), complex(np.nan, 0.0)])


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


@program(args=[lambda rng: (rng.normal(size=3), rng.normal(size=3))], wrt=(0, 1))
def finite_parts_of_complex_numbers(a, b):
    z = a + 1j * b + HOLES
    return np.sum(np.abs(np.nan_to_num(z, posinf=2.0, neginf=-3.0)) ** 2)


@program(args=[lambda rng: (rng.normal(size=3), rng.normal(size=2))], wrt=(0, 1))
def complex_values_inserted(a, b):
    z = np.insert(a + 0j, [0, 2], 1j * b)
    return np.sum(np.abs(z[1:] - z[:-1]) ** 2)


@program(args=[lambda rng: (*rng.uniform(0.1, 0.9, 2), rng.normal(size=3))], wrt=(0, 1, 2))
def lists_for_arrays(a, b, c):
    both = np.log2([a, b]) * np.arcsin((b, a)) + np.clip([a, b], 0.3, [2 * b, 2 * a])
    powers = np.power([a, b], 2) @ np.unique([b, a, b])
    return np.sum(both) + powers + np.einsum("i,ij", [a, b], [c, 2 * c])[0]


@program(args=[lambda rng: (rng.uniform(0.1, 2, 4), rng.normal(size=4))], wrt=(0, 1))
def options_of_ufuncs(x, y):
    roots = np.sqrt(y, dtype=complex) * np.power(x, 0.5, dtype=np.float64, casting="unsafe")
    product = np.multiply(x, y, order="F", subok=False, where=True)
    return np.sum(roots.real) + np.sum(roots.imag) + np.sum(product)


@program(args=[lambda rng: (rng.normal(size=4), 0.4)], wrt=(0, 1))
def ranges_between_brackets(x, step):
    rows = np.r_[x, 1:4, 0:1:3j, step, step:1.0:0.25]
    return np.sum(rows**2 * np.arange(len(rows))) + np.sum(np.c_[x, 0:4] ** 2)


@program(args=[lambda rng: (rng.normal(size=(3, 4)), 2.0)], wrt=(0, 1))
def methods_of_ufuncs(x, start):
    norms = np.hypot.reduce(x, axis=None) + np.sum(np.hypot.reduce(x, axis=1, initial=start))
    empty = np.subtract.accumulate(x[:0])
    steps = np.subtract.outer(x, 2.0) ** 2
    return norms + np.sum(empty) + np.sum(steps) * 1e-3 + np.fmax.reduce(x)[0]


@program(args=[lambda rng: (np.array([0.3, -0.7, 1.4, -2.1]) + 0.01 * rng.normal(size=4),)])
def on_the_branch_cuts(x):
    z = np.arcsin(x + 0j) * np.arccosh(np.conj(x + 0j)) + np.arcsinh(x * 1j)
    return np.sum(z.real**2 + z.imag)


@program(args=[lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=3))], wrt=(0, 1))
def open_grids(x, y):
    rows, columns = np.ix_(y, x[0])
    return np.sum(np.sin(rows * columns) * x) + x[np.ix_([0, 2], [1, 3])].sum()


@program(args=lambda rng: (rng.normal(size=3),))
def items_times_an_integer(x):
    n = len(x)
    s = n * np.interp(0.5, [0.0, 1.0], x[:2]) + n * np.pad(x, 1)[1] + n * np.tile(x, 2)[4]
    return s + x.size * x.flat[1] + n * np.take(x, [0, 1, 1])[2] + n * np.cumsum(x)[1]
