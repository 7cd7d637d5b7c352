"""Arrays written in place by functions and methods: out=, where=, ufunc.at, sort, copyto, swaps."""

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=5)), wrt=(0, 1))
def add_at(x, z):
    """Every repeat counts."""
    y = x * x
    np.add.at(y, [0, 1, 1, 3, 1], z)
    np.subtract.at(y, np.array([2, 2]), z[:2] ** 2)
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=4), rng.uniform(1, 2, size=3)), wrt=(0, 1))
def multiply_at(x, z):
    y = x * 2.0
    np.multiply.at(y, [1, 1, 2], z)
    np.divide.at(y, [0, 2, 0], z)
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=5)), wrt=(0, 1))
def maximum_at(x, z):
    """The largest of each group."""
    y = x * 1.0
    np.maximum.at(y, [0, 1, 0, 2, 1], z)
    low = np.full(2, np.inf)
    np.minimum.at(low, [0, 1, 1, 0, 0], z)
    return np.sum(y**2) + np.sum(low**3)


@program(args=lambda rng: (rng.normal(size=(3, 2)), rng.normal(size=(4, 2)), 0.5), wrt=(0, 1, 2))
def add_at_rows(table, updates, k):
    """Gradients of an embedding, scattered by hand; a negation through an index."""
    T = table * 1.0
    np.add.at(T, np.array([2, 0, 2, 2]), updates)
    np.add.at(T, (slice(None), 1), k)
    np.add.at(T, ([0, 0], [1, 1]), updates[0])
    np.negative.at(T, [[1, 1, 2], [0, 0, 1]])
    return np.sum(T**2)


@program(args=lambda rng: (rng.normal(size=6),))
def histogram_of_weights(x):
    """Weighted counts by cell."""
    cells = np.digitize(x, [-0.5, 0.5])
    h = np.zeros(3)
    np.add.at(h, cells, x**2)
    return np.sum(h**2)


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def out_into_fresh(x, y):
    buf = np.empty(4)
    np.multiply(x, y, out=buf)
    np.add(buf, x, out=buf)
    np.sin(buf, out=buf)
    return np.sum(buf * y)


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def out_positional_and_returned(x, y):
    """The result is the buffer itself."""
    buf = np.zeros(4)
    r = np.exp(x, buf)
    s = np.subtract(r, y, buf)
    r[0] = 3.0
    return np.sum(s**2)


@program(args=lambda rng: (rng.normal(size=5),))
def out_aliases_operand(x):
    """Operand and result are one array, or overlap."""
    y = x * 1.0
    np.multiply(y, y, out=y)
    np.multiply(y[1:], y[:-1], out=y[1:])
    np.add(y[::-1], y, out=y)
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=4), rng.uniform(1, 2, size=4)), wrt=(0, 1))
def out_where(x, d):
    """Where the mask is false the old values stay."""
    y = x * 3.0
    m = x > 0
    np.divide(x, d, out=y, where=m)
    np.sqrt(d, out=y, where=~m)
    z = np.zeros(4)
    np.log(x, out=z, where=m)
    return np.sum(y**2) + np.sum(z)


@program(args=lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=(3, 3))), wrt=(0, 1))
def out_of_products(A, B):
    C = np.empty((3, 3))
    np.matmul(A, B, out=C)
    v = np.empty(3)
    np.dot(C, A[0], out=v)
    C += v
    np.einsum("ij,j->i", C, v, out=v)
    return np.sum(C * B) + np.sum(v)


@program(args=lambda rng: (rng.normal(size=(3, 4)),))
def out_of_reductions(A):
    rows = np.empty(3)
    np.sum(A**2, axis=1, out=rows)
    cols = np.zeros((1, 4))
    np.mean(A, axis=0, out=cols, keepdims=True)
    A.max(axis=1, out=rows[:])
    run = np.empty((3, 4))
    np.cumsum(A, axis=1, out=run)
    np.add.reduce(run, axis=0, out=cols[0])
    return np.sum(rows**2) + np.sum(cols**2)


@program(args=lambda rng: (rng.normal(size=4),))
def out_of_functions(x):
    y = np.empty(4)
    np.clip(x, -0.5, 0.5, out=y)
    z = np.empty(3)
    np.take(x, [2, 2, 0], out=z)
    w = np.empty((2, 4))
    np.stack([x, y], out=w)
    np.concatenate([z, x[:1]], out=y)
    np.where(x > 0, x, 0.0)
    return np.sum(w**2) + np.sum(y**3)


@program(args=lambda rng: (rng.normal(size=4), 0.2), wrt=(0, 1))
def relu_in_place(x, b):
    """A layer that allocates nothing."""
    h = x + b
    np.maximum(h, 0, out=h)
    h *= 2
    np.tanh(h, h)
    return h.sum()


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def copyto(x, z):
    y = x**2
    np.copyto(y, z, where=x > 0)
    np.copyto(y[:2], 2.0 * x[1])
    w = np.empty((2, 4))
    np.copyto(w, z)
    return np.sum(y**2) + np.sum(w**3)


@program(args=lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=3)), wrt=(0, 1))
def put_and_place(A, z):
    B = A * 2.0
    np.put(B, [0, 4, -1], z)
    B.put([1, 1], z[:2])
    np.place(B, A > 0.5, z[:1])
    C = A * 1.0
    np.putmask(C, A < 0, B)
    np.putmask(C, A > 0, z)
    return np.sum(B**2) + np.sum(C**3)


@program(args=lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=3), 0.5), wrt=(0, 1, 2))
def fill_diagonal(A, d, k):
    B = A @ A
    np.fill_diagonal(B, d)
    C = A.copy()
    np.fill_diagonal(C, k)
    C[np.diag_indices(3)] += d
    B[np.triu_indices(3, 1)] = 0.0
    return np.sum(B**2) + np.sum(C * A)


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=(3, 1))), wrt=(0, 1))
def put_along_axis(A, v):
    """The largest of each row gives way."""
    B = A * 1.0
    k = np.argmax(A, axis=1)[:, None]
    np.put_along_axis(B, k, v, axis=1)
    return np.sum(B**2)


@program(args=lambda rng: (rng.normal(size=4), 0.7), wrt=(0, 1))
def fill_method(x, k):
    y = x * 3.0
    s = np.sum(y**2)
    y.fill(k)
    y[1:3].fill(2.0)
    return s + np.sum(y**3)


@program(args=lambda rng: (rng.normal(size=5),))
def sort_method(x):
    y = x * 2.0
    y.sort()
    z = (x**2).reshape(5, 1)
    z.sort(axis=0)
    y[:3][::-1].sort()
    return y @ np.arange(5) + np.sum(z[:, 0] ** np.arange(1, 6))


@program(args=lambda rng: (rng.normal(size=(3, 4)),), tags=["mutates"])
def sort_argument_rows(A):
    A.sort(axis=1)
    A[:, 0] *= 2
    return np.sum(A * np.arange(4))


@program(args=lambda rng: (np.array([0.3, -1.2, 2.2, 0.9, -0.4]),))
def partition_method(x):
    """The median by partition; only what partition promises is read."""
    y = x * x
    y.partition(2)
    return y[2] * x[0] + y[:2].sum()


@program(args=lambda rng: (rng.normal(size=4), 7), wrt=0)
def shuffle_with_seed(x, seed):
    y = x * 2.0
    np.random.default_rng(seed).shuffle(y)
    return y @ np.arange(4.0)


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def swap_names(x, y):
    """Two buffers change roles at every step."""
    old, new = x * 1.0, y * 1.0
    for _ in range(3):
        new[1:] = old[:-1] * new[1:]
        old, new = new, old
    return np.sum(old**2) + np.sum(new)


@program(args=lambda rng: (rng.normal(size=4),))
def swap_elements(x):
    y = x * np.arange(1.0, 5.0)
    y[0], y[3] = y[3], y[0]
    for i in range(2):
        y[i], y[i + 1] = y[i + 1] * 2, y[i] * y[i + 1]
    return y @ np.arange(4.0)


@program(args=lambda rng: (rng.normal(size=(3, 2)),))
def swap_rows(A):
    """By fancy index and by copies; then the swap of views, which NumPy gets wrong too."""
    B = A * 1.0
    B[[0, 1]] = B[[1, 0]]
    row = B[1].copy()
    B[1] = B[2]
    B[2] = row
    B[0], B[1] = B[1] * 2, B[0]
    B[0], B[2] = B[2], B[0]
    return np.sum(B * np.arange(6.0).reshape(3, 2)) * B[0, 0]


@program(args=lambda rng: (rng.normal(size=4),))
def rotate_names(x):
    a, b, c = x[:2] * 1.0, x[1:3] * 2.0, x[2:] * 3.0
    for k in range(4):
        a += b * c
        a, b, c = b, c, a
    return np.sum(a) + 2 * np.sum(b**2) + 3 * np.sum(c)


@program(args=lambda rng: (rng.normal(size=4),))
def bubble_sort(x):
    y = x.copy()
    for i in range(4):
        for j in range(3 - i):
            if y[j] > y[j + 1]:
                y[j], y[j + 1] = y[j + 1], y[j]
    return y @ np.array([1.0, 4.0, 9.0, 16.0])


@program(args=lambda rng: (rng.normal(size=4),))
def cumulative_out(x):
    y = x * 1.0
    np.cumsum(y, out=y)
    np.add.accumulate(y, out=y)
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=5), 0.3), wrt=(0, 1))
def modf_and_two_outputs(x, k):
    """Two results, two buffers."""
    frac, whole = np.empty(5), np.empty(5)
    np.modf(x * 3.0 + k, frac, whole)
    q, r = np.divmod(x, 1.0, out=(whole, whole.copy()))
    return np.sum(frac**2) + np.sum(r * x) + np.sum(q)


@program(args=lambda rng: (np.array([1.0, np.nan, 3.0, 0.5]), 0.4), wrt=1)
def nan_to_num_in_place(data, k):
    """Missing values are filled in where they lie."""
    y = data - k
    np.nan_to_num(y, copy=False, nan=0.0)
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=(2, 3)),))
def shape_attribute_set(A):
    """`y.shape = ...` reshapes in place."""
    y = A * 2.0
    y.shape = (6,)
    y[1:] *= y[:-1]
    return np.sum(y)


@program(args=lambda rng: (rng.normal(size=3),))
def insert_and_append_copy(x):
    """np.append and np.insert make new arrays; writes do not reach the old."""
    y = x * 1.0
    z = np.append(y, x[0])
    z[0] = 5.0
    w = np.insert(y, 1, x[2])
    w[1] *= 2
    return np.sum(y * z[:3]) + np.sum(w**2) + z[3]


@program(args=lambda rng: (np.zeros(3), rng.normal(size=3)), wrt=1, tags=["mutates"])
def fills_a_given_buffer(out, x):
    """The caller passes the array to fill, and reads it afterwards."""
    np.multiply(x, 2.0, out=out)
    out[0] = x[1] * x[2]
    return np.sum(out**2)


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3)), wrt=(0, 1), tags=["mutates"])
def accumulate_into_argument(total, x):
    np.add(total, x**2, out=total)
    np.add.at(total, [0, 0], x[:2])
    total.sort()
    return total @ np.arange(1.0, 4.0)


@program(args=lambda rng: (np.array([1.0, 2.0, 3.0]), 0.5), wrt=(0, 1), tags=["mutates", "raises"])
def bad_shape_after_write(x, k):
    """The second write does not fit."""
    x *= k
    np.add(x, np.ones(4), out=x)
    return np.sum(x)
