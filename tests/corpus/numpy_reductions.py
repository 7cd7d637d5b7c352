"""Sums, means, extrema, products, norms: axis, keepdims, where, initial, dtype."""

import numpy as np

from tests.corpus.registry import program, register


def matrix(rng):
    return (rng.normal(size=(3, 4)),)


@program(args=[matrix, lambda rng: (rng.normal(size=(2, 3, 2)),)])
def sums_over_axes(x):
    a = np.sum(x, axis=0)
    b = x.sum(axis=-1, keepdims=True)
    c = np.sum(x, axis=(0, 1))
    return np.sum(a**2) + np.sum(x * b) + np.sum(np.sin(c)) + x.sum() ** 2


@program(args=matrix)
def means(x):
    centred = x - x.mean(axis=0)
    return np.mean(centred**3) + np.mean(np.mean(x, axis=1, keepdims=True) * x)


@program(args=matrix)
def variances(x):
    return np.var(x) + np.sum(np.std(x, axis=0)) + x.var(axis=1, ddof=1).sum() * x.std()


@program(args=matrix)
def extrema(x):
    spread = np.max(x, axis=1) - x.min(axis=1)
    return spread @ spread + np.amax(x) * np.min(x) + np.ptp(x) + x.max(axis=0, keepdims=True).sum()


@program(args=matrix)
def products(x):
    return np.prod(x) + np.sum(np.prod(x, axis=0) ** 2) + x.prod(axis=1, keepdims=True).sum()


@program(args=lambda rng: (np.array([1.5, 0.0, -2.0]),))
def product_with_a_zero(x):
    """A zero inside of a product still has a derivative."""
    return np.prod(x) + np.cumprod(x)[-1] * 2


@program(args=matrix)
def cumulative(x):
    a = np.cumsum(x)
    b = np.cumsum(x, axis=1) * x.cumsum(axis=0)
    return np.sum(a * np.arange(12)) + np.sum(b) + np.sum(np.cumprod(x, axis=0))


@program(args=matrix)
def masked_sums(x):
    mask = x > -0.3
    inside = np.sum(x**2, where=mask)
    return inside + np.mean(x, where=mask) + np.max(x, initial=-1.0, where=mask, axis=0).sum()


@program(args=matrix)
def initial_and_dtype(x):
    return np.sum(x, initial=2.0, axis=0, dtype=np.float64) @ np.prod(x, axis=0, initial=3.0)


@program(args=lambda rng: (rng.normal(size=6),))
def logsumexp(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=4)), wrt=(0, 1))
def norms(A, b):
    n = np.linalg.norm(A) + np.linalg.norm(b) ** 2 + np.linalg.norm(A, axis=1).sum()
    return n + np.linalg.norm(b, 1) + np.linalg.norm(b, np.inf) + np.linalg.norm(b, ord=3)


@program(args=lambda rng: (rng.normal(size=7),))
def order_statistics(x):
    return np.median(x) + 2 * np.percentile(x, 30) - np.quantile(x, 0.9)


@program(args=matrix)
def argument_indices(x):
    i = np.argmax(x[0])
    rows = np.arange(3)
    best = x[rows, np.argmin(x, axis=1)]
    return x[0, i] ** 2 + np.sum(best * rows)


@program(args=matrix)
def gradients_and_differences(x):
    d = np.diff(x) ** 2
    return np.sum(d) + np.sum(np.diff(x, n=2, axis=0)) + np.sum(np.gradient(x[0], 0.5) ** 2)


@program(args=[lambda rng: (np.zeros(0),), lambda rng: (np.zeros((2, 0)),)])
def empty_sums(x):
    return np.sum(x * 2) + x.sum() + np.prod(x)


@program(args=[matrix, lambda rng: (rng.normal(size=(2, 3)).astype(np.float32),)])
def reductions_keep_rank(x):
    """Outputs an array: softmax over the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@program(args=lambda rng: (rng.normal(size=(3, 4)),), kwargs={"axis": 1})
def axis_from_keyword(x, axis=None):
    return np.sum(np.sqrt(np.sum(x**2, axis=axis)))


@program(args=lambda rng: (rng.normal(size=5), rng.normal(size=5)), wrt=(0, 1))
def correlation(x, y):
    dx, dy = x - x.mean(), y - y.mean()
    return (dx * dy).sum() / np.sqrt((dx**2).sum() * (dy**2).sum())


@program(args=lambda rng: (np.array([2.0, 2.0, 1.0]),), tags=["kink"])
def ties_share(x):
    """Equal maxima share; FD agrees only along the symmetric direction."""
    return np.max(x) + np.maximum(x[0], x[0])


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=(2, 3))), wrt=(0, 1))
def tables_of_pairs(x, y):
    """`outer` of any ufunc, also of more dimensions, with options, and of numbers."""
    nearest = np.minimum(np.subtract.outer(x, x) ** 2, np.hypot.outer(x, x + 3.0))
    mixed = np.add.outer(x, y) * np.multiply.outer(x, y) + np.power.outer(2.0, y)
    ufunc = np.arctan2
    return np.sum(nearest) + np.sum(mixed**2) + np.sum(ufunc.outer(x, y[0]))


@program(args=matrix)
def reductions_of_any_ufunc(x):
    """Those that have a rule, and those that are a loop."""
    far = np.hypot.reduce(x, axis=1) + np.logaddexp.reduce(x, axis=-1)
    running = np.hypot.accumulate(x, axis=1)
    pieces = np.add.reduceat(x, [0, 1, 0], axis=1) * np.multiply.reduceat(x, [1, 0, 2], axis=1)
    tops = np.maximum.reduceat(x[0], [0, 2])
    return np.sum(far) + np.sum(running * x) + np.sum(pieces) + np.sum(tops**2)


@program(args=matrix)
def functions_along_an_axis(x):
    """Of numbers, and of arrays, with further arguments."""

    def scaled(row, power, *, shift=0.0):
        return row[:2] ** power - np.sum(row) + shift

    a = np.apply_along_axis(lambda row: np.sum(row**2) / row[0], 0, x)
    b = np.apply_along_axis(scaled, -1, x, 3, shift=0.5)
    return np.sum(a) + np.sum(b * b)


@program(args=lambda rng: (rng.uniform(size=12), rng.uniform(0.5, 1.5, size=12)), wrt=(0, 1))
def azimuthal_mean(radius, data):
    """Integer counts divide the sums of what lies in each bin; the edges move with the data."""
    counts, edges = np.histogram(radius, 3)
    sums = np.histogram(radius, 3, weights=data)[0]
    return np.sum(sums / counts * edges[1:])


register("np_sum", np.sum, args=[matrix, lambda rng: (0.4,)])
register("np_linalg_norm", np.linalg.norm, args=matrix)


OPTIONS = {"axis": None, "keepdims": False}


@program(args=[lambda rng: (rng.normal(size=(2, 3)),)])
def options_from_a_table(x):
    """What is true or false is not known: the rank is neither."""
    return np.max(x, **OPTIONS) * np.sum(x, axis=0, keepdims=OPTIONS["keepdims"])


@program(
    args=[lambda rng: (rng.normal(size=(2, 3)), "fro"), lambda rng: (rng.random((2, 3)), "nuc")]
)
def norm_of_a_given_kind(x, kind):
    return np.linalg.norm(x, kind) * x


@program(args=[lambda rng: (1.3,)])
def spread_of_numbers_in_a_list(x):
    return np.std([x, 2 * x, x * x]) + np.var([x, x * x, 1.0])
