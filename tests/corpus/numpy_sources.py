"""Functions of NumPy that are themselves plain Python, or call a function of the user."""

import numpy as np

from tests.corpus.registry import program


def curve(rng):
    x = np.sort(rng.normal(size=6))
    return x, np.sin(x) + 0.1 * rng.normal(size=6)


@np.vectorize
def leaky(a, slope):
    return a if a > 0 else slope * a


@program(args=curve, wrt=(0, 1))
def fitted_polynomial(x, y):
    coefficients = np.polyfit(x, y, 2)
    return np.sum(np.polyval(coefficients, x + 0.1) ** 2)


@program(args=curve, wrt=(0, 1))
def fit_with_residuals_and_weights(x, y):
    coefficients, residuals, *_ = np.polyfit(x, y, 1, w=np.linspace(1, 2, 6), full=True)
    covariance = np.polyfit(x, y, 1, cov=True)[1]
    return coefficients[0] + residuals[0] + np.trace(covariance)


@program(args=lambda rng: (rng.normal(size=5), rng.normal(size=3)), wrt=(0, 1))
def arithmetic_of_polynomials(p, q):
    quotient, rest = np.polydiv(p, q)
    both = np.polysub(np.polymul(p, q), np.polyadd(np.polyint(p), np.polyder(q)))
    return np.sum(quotient**2) + rest[0] + np.polyval(both, 0.3)


@program(args=lambda rng: (np.array([1.0, -3.5, 2.0, 0.7]) + 0.1 * rng.normal(size=4),))
def roots_and_back(p):
    found = np.roots(p)
    return np.sum(np.abs(found)) + np.real(np.poly(found)[2])


@program(args=lambda rng: (rng.normal(size=6), 0.3), wrt=(0, 1))
def pieces(x, slope):
    left = np.piecewise(x, [x < 0, x > 1], [lambda t: slope * t, lambda t: t**2, 0.5])
    right = np.piecewise(x, [x >= 0], [lambda t, k: np.sin(k * t), lambda t, k: k * t], slope)
    return np.sum(left * right)


@program(args=lambda rng: (rng.normal(size=(3, 4)), 0.3), wrt=(0, 1))
def vectorized_functions(x, slope):
    bent = np.vectorize(lambda a: a**2 if a > slope else a * slope)
    return np.sum(bent(x) * leaky(x.T, slope).T)


@program(args=lambda rng: (rng.normal(size=(3, 4)),))
def elements_with_their_places(x):
    total = 0.0
    for (i, j), value in np.ndenumerate(x):
        total += (i - j) * value**2
    return total


@program(args=lambda rng: (rng.normal(size=5), rng.normal(size=3)), wrt=(0, 1))
def arrays_as_sets(x, y):
    joined = np.union1d(x, y)
    apart = np.setdiff1d(np.concatenate([x, y]), y)
    either = np.setxor1d(x, np.concatenate([x[:2], y]))
    both, _, places = np.intersect1d(joined, x, return_indices=True)
    return joined[0] * joined[-1] + np.sum(apart**3) + either[0] ** 2 + np.sum(both * y[places % 3])


@program(args=lambda rng: (1.5, 0.4), wrt=(0, 1))
def arrays_from_functions(a, b):
    grid = np.fromfunction(lambda i, j: np.exp(-a * i) * np.cos(b * j), (3, 4))
    series = np.fromiter((a * b**k for k in range(5)), float)
    return np.sum(grid**2) + np.sum(series)


@program(args=lambda rng: (rng.normal(size=(2, 3, 4)),))
def functions_along_axes(x):
    rows = np.apply_along_axis(lambda r: r / (1 + r @ r), 2, x)
    return np.sum(np.apply_over_axes(np.sum, rows, [0, 2]) ** 2)


@program(args=lambda rng: (np.array([-1.7, -0.4, 0.3, 2.2]) + 0.01 * rng.normal(size=4),))
def complex_where_need_be(x):
    found = np.emath.sqrt(x) + np.emath.log(x) * np.emath.arccos(x) + np.emath.power(x, 1.5)
    return np.sum(found.real * found.imag) + np.sum(np.emath.arctanh(x / 3))


@program(args=lambda rng: (rng.normal(size=8),))
def moving_averages(x):
    windows = np.lib.stride_tricks.sliding_window_view(x, 3)
    return np.sum(np.mean(windows, axis=1) ** 2) + np.median(windows[2])


@program(args=lambda rng: (rng.normal(size=(3, 4)), 0.7), wrt=(0, 1))
def margins(x, edge):
    framed = np.pad(x, ((1, 2), (0, 1)), constant_values=edge)
    largest = np.pad(x, 1, "maximum", stat_length=2)
    return np.sum(framed**2) + np.sum(largest[0] * np.pad(x[0], 1, "median"))
