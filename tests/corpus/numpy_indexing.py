"""Reading arrays by every kind of index."""

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=6),))
def basic_slices(x):
    return x[0] * x[-1] + np.sum(x[1:4] * x[::2]) + np.sum(x[-3:] ** 2) + x[4:1:-1] @ x[:3]


@program(args=lambda rng: (rng.normal(size=(3, 4, 2)),))
def mixed_basic(x):
    a = x[0, 1:, :] * x[1, :-1]
    b = x[..., 1] @ x[:, :, 0].T
    c = x[None, ..., -1, :]
    return a.sum() + np.sum(b**2) + np.sum(c) * x[0][1][1]


@program(args=lambda rng: (rng.normal(size=5),))
def repeated_indices(x):
    """Each use of an element counts."""
    return np.sum(x[[0, 0, 1, 3, 0]] ** 2) + x[np.array([4, -1])].prod()


@program(args=lambda rng: (rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])))
def pick_per_row(scores, labels):
    """The score of the right class, row by row."""
    n = scores.shape[0]
    right = scores[np.arange(n), labels]
    return np.mean(np.log(np.sum(np.exp(scores), axis=1)) - right)


@program(args=lambda rng: (rng.normal(size=6),))
def boolean_mask(x):
    positive = x[x > 0]
    return np.sum(positive**2) + positive.size * np.sum(x[~(x > 0)])


@program(args=lambda rng: (rng.normal(size=(3, 3)),))
def mask_of_matrix(A):
    off = ~np.eye(3, dtype=bool)
    return np.sum(A[off] ** 2) - A[np.array([True, False, True])].sum() * A[0, 0]


@program(args=lambda rng: (rng.normal(size=(4, 3)),))
def fancy_rows_and_columns(A):
    a = A[[2, 0]][:, [1, 1]]
    b = A[np.ix_([0, 3], [2, 0])]
    c = A[[0, 1, 1], [2, 0, 0]]
    return np.sum(a * b) + np.sum(c**2) + A[:, [0]].sum()


@program(args=lambda rng: (rng.normal(size=5),))
def sort_and_argsort(x):
    y = np.sort(x)
    order = np.argsort(-x)
    return y @ np.arange(5) + np.sum(x[order] ** np.arange(1, 6)) + np.sort(x)[::-1][0]


@program(args=lambda rng: (rng.normal(size=(5, 2)), np.array([0, 1, 1, 0, 2])))
def embedding_lookup(table, tokens):
    e = table[tokens]
    return np.sum(np.tanh(e.sum(axis=0)))


@program(args=lambda rng: (rng.normal(size=(3, 4)),))
def take_and_friends(x):
    a = np.take(x, [0, 2, 2], axis=1)
    b = np.take_along_axis(x, np.argsort(x, axis=1), axis=1)
    c = x.take([1, 5])
    return (
        np.sum(a**2) + np.sum(b * np.arange(4)) + c.prod() + np.compress([1, 0, 1], x, axis=0).sum()
    )


@program(args=lambda rng: (rng.normal(size=4), 2), wrt=0)
def computed_index(x, k):
    i = k % len(x)
    j = int(abs(x[0]) * 0) + 1
    s = slice(j, None)
    return x[i] * x[i - 1] + np.sum(x[s]) * x[(i + 3) % 4]


@program(args=lambda rng: (rng.normal(size=(3, 3)),))
def element_by_element(A):
    return A[0, 0] * (A[1, 1] * A[2, 2] - A[1, 2] * A[2, 1]) - A[0][1] * A[1, 0] * A[2][2]


@program(args=lambda rng: (rng.normal(size=5),))
def finite_differences(u):
    lap = u[2:] - 2 * u[1:-1] + u[:-2]
    return np.sum(lap**2) + (u[-1] - u[0]) ** 2


@program(args=lambda rng: (rng.normal(size=6),))
def where_indices(x):
    (idx,) = np.nonzero(x > 0)
    jdx = np.flatnonzero(x < 0)
    return np.sum(x[idx] ** 2) - np.sum(np.exp(x[jdx])) + np.where(x > 0)[0].size * x[0]


@program(args=lambda rng: (np.sort(rng.normal(size=5)), 0.35), wrt=(0, 1))
def linear_interpolation(table, t):
    """Table lookup with a computed cell."""
    pos = t * (len(table) - 1)
    i = int(np.floor(pos))
    frac = pos - i
    return (1 - frac) * table[i] + frac * table[i + 1]


@program(args=lambda rng: (rng.normal(size=5), rng.normal(size=5)), wrt=(0, 1))
def searching(x, y):
    edges = np.array([-1.0, 0.0, 1.0])
    bins = np.searchsorted(edges, x)
    return sum(y[bins == b].sum() ** 2 for b in range(4)) + np.interp(0.3, edges, y[:3])


@program(args=lambda rng: (rng.normal(size=(2, 3)),))
def index_with_tuple_variable(x):
    where = (1, slice(0, 2))
    corner = 0, -1
    return np.sum(x[where]) * x[corner]


@program(args=lambda rng: (rng.normal(size=3),))
def choose_and_select(x):
    y = np.select([x > 1, x > 0], [x**2, x**3], default=0.1)
    return y.sum() + np.choose([0, 1, 0], [x, 2 * x]).prod()


@program(args=lambda rng: (np.array(0.7),))
def array_without_axes(z):
    """`z[()]` is a number, and so is the sum of two arrays without axes."""
    total = z[()] + z
    for _ in range(2):
        total = total + z[()] * z * total
    either = z if z > 0 else [z]
    whole = np.sum(z[None] * 2) + np.sum(z[z > 0] ** 2) * z[...]
    return total * whole + either + either[()] * either[None][0]


@program(args=lambda rng: (rng.normal(size=4),))
def real_elements_in_complex_sums(x):
    """What a real element gets from complex arithmetic is real."""
    z = np.exp(1j * x)
    return np.abs(z[0] + x[1]) ** 2 + np.sum(np.abs(z[[1, 1]] * x[[0, 2]])) + z[3].imag * x[3]
