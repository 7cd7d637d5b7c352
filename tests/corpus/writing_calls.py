"""More of the functions that write: into views, fields, lists, helpers' arguments, other dtypes."""

import operator

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=4)), wrt=(0, 1))
def out_into_rows(A, x):
    """Each row of a table is computed in place."""
    T = np.zeros((3, 4))
    for i in range(3):
        np.multiply(A[i], x, out=T[i])
        np.add(T[i], T[i - 1], out=T[i])
    return np.sum(T**2)


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def out_into_a_strided_view(x, y):
    buf = np.zeros((4, 3))
    np.multiply(x, y, out=buf[:, 1])
    np.sin(buf[:, 1], out=buf[::-1, 2])
    np.add(buf[1:, 1], buf[:-1, 2], out=buf[:-1, 0])
    return np.sum(buf * np.arange(12.0).reshape(4, 3))


class Layer:
    """A layer that owns its buffers."""

    def __init__(self, size):
        self.z = np.zeros(size)
        self.out = np.zeros(size)

    def forward(self, W, x):
        np.dot(W, x, out=self.z)
        np.tanh(self.z, out=self.out)
        return self.out


@program(args=lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=3)), wrt=(0, 1))
def out_into_fields(W, x):
    """The layer's result is its buffer, used again in the next step."""
    layer = Layer(3)
    total = 0.0
    h = x
    for _ in range(3):
        h = layer.forward(W, h * 0.5)
        total = total + np.sum(h**2)
    return total


@program(args=lambda rng: (rng.normal(size=3),))
def out_into_arrays_of_a_list(x):
    pages = [np.zeros(3), np.ones(3)]
    for k in range(4):
        np.multiply(x, pages[1 - k % 2] + 1.0, out=pages[k % 2])
    return np.sum(pages[0] * pages[1])


def axpy_into(a, x, y, out):
    """out = a x + y, without a new array."""
    np.multiply(x, a, out=out)
    np.add(out, y, out=out)
    return out


@program(args=lambda rng: (0.7, rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1, 2))
def out_of_a_helper(a, x, y):
    work = np.empty(4)
    first = axpy_into(a, x, y, work).copy()
    second = axpy_into(2.0 * a, y, first, work)
    return np.sum(first * second) + np.sum(work)


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=4)), wrt=(0, 1))
def out_broadcast(A, x):
    """The operands are smaller than the array they are written into."""
    B = A * 1.0
    np.add(x, 1.0, out=B)
    np.multiply(B, x[:3, None], out=B)
    np.maximum(B, 0.1, out=B[:, :])
    return np.sum(B**2)


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=4)), wrt=(0, 1))
def where_broadcast(A, x):
    """Mask, operands and result of different shapes."""
    B = A * 2.0
    np.multiply(x, x, out=B, where=x > 0)
    np.divide(1.0, A, out=B, where=np.abs(A) > 0.5)
    np.negative(B, out=B, where=np.array([[True], [False], [True]]))
    return np.sum(B**2)


@program(args=lambda rng: (rng.normal(size=5), rng.normal(size=5)), wrt=(0, 1))
def safe_divide(x, y):
    """The common idiom: divide where the divisor is not zero."""
    d = np.where(y > 0, y, 0.0)
    r = np.divide(x, d, out=np.zeros_like(x), where=d != 0)
    s = np.sqrt(y, where=y > 0, out=np.zeros_like(y))
    return np.sum(r**2) + np.sum(s)


@program(args=lambda rng: (rng.normal(size=4).astype(np.float32), rng.normal(size=4)))
def out_of_single_precision(x, y):
    """Results of singles are written into arrays of doubles."""
    double = np.zeros(4)
    np.multiply(x, x, out=double)
    total = np.zeros(2)
    np.sum(x.reshape(2, 2), axis=1, out=total)
    return np.sum(double * y) + np.sum(total**2)


@program(args=lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=3)), wrt=(0, 1))
def scatter_of_forces(x, k):
    """Pair forces, every particle in several pairs."""
    first, second = np.array([0, 0, 1]), np.array([1, 2, 2])
    f = np.zeros((2, 3))
    d = x[:, first] - x[:, second]
    np.add.at(f, (slice(None), first), k * d)
    np.subtract.at(f, (slice(None), second), k * d)
    return np.sum(f**2)


@program(args=lambda rng: (rng.normal(size=4), rng.uniform(0.5, 2, size=6)), wrt=(0, 1))
def at_of_other_functions(x, z):
    y = np.abs(x) + 1.0
    index = np.array([0, 1, 1, 3, 0, 0])
    np.power.at(y, index[:3], z[:3])
    np.logaddexp.at(y, index, z)
    np.hypot.at(y, [2, 2], 0.5)
    np.sqrt.at(y, [0, 0])
    np.exp.at(y, np.array([], dtype=int))
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), 5), wrt=(0, 1))
def at_in_a_loop(A, v, steps):
    """The same places again and again."""
    B = A * 1.0
    for k in range(steps):
        np.add.at(B, [k % 4, 0], v * B[1])
        np.multiply.at(B, ([0, 0], [1, k % 3]), v[0, :2])
    return np.sum(B**2)


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=3)), wrt=(0, 1))
def put_in_every_way(A, z):
    """Modes, too few and too many values, masks of another shape."""
    B = A * 2.0
    np.put(B, [13, -14], z[:2], mode="wrap")
    np.put(B, [99, 1], z, mode="clip")
    B.put([0, 1, 2, 3], z[:1] * z[1])
    np.put(B, 5, z[2])
    C = A * A
    np.place(C, A > 0, z)
    np.putmask(C, (A < 0).ravel(), z[:2])
    np.putmask(C, A < -1, 0.0)
    return np.sum(B**2) + np.sum(C**3)


@program(args=lambda rng: (rng.normal(size=(5, 2)), rng.normal(size=2)), wrt=(0, 1))
def diagonals(A, d):
    """Tall, wrapped, wide, cubes."""
    T = A * 1.0
    np.fill_diagonal(T, d)
    W = A * 1.0
    np.fill_diagonal(W, d[0], wrap=True)
    F = (A * 1.0).T
    np.fill_diagonal(F, d[::-1])
    C = np.zeros((2, 2, 2)) + A[:2, 0]
    np.fill_diagonal(C, d * 3)
    return np.sum(T**2) + np.sum(W**2) + np.sum(F**3) + np.sum(C**2)


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=(3, 4))), wrt=(0, 1))
def copies_by_mask(A, B):
    C = A * 1.0
    np.copyto(C, B, where=[True, False, True, False])
    np.copyto(C[0], B[1] * 2.0, where=B[0] > 0)
    np.copyto(C, 0.0, where=C < -1)
    np.copyto(C[1:, :2], [[1.0, 2.0]], casting="same_kind")
    return np.sum(C * A)


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=(3, 2))), wrt=(0, 1))
def put_along_axes(A, v):
    B = A * 1.0
    order = np.argsort(A, axis=1)
    np.put_along_axis(B, order[:, :2], v, axis=1)
    np.put_along_axis(B, np.array([[1, 0, 2, 1]]), 2.0, axis=0)
    np.put_along_axis(B, np.array([0, 5]), v[0], axis=None)
    return np.sum(B**2)


@program(args=lambda rng: (rng.normal(size=(4, 3)),))
def sorts_of_views(A):
    """Sorting a column and a reversed row where they lie."""
    B = A * 1.0
    B[:, 1].sort()
    B[2, ::-1].sort()
    B[:2].sort(axis=0)
    B.T[0].partition(1)
    s = np.sort(B, axis=None)
    return B[0] @ B[3] + B[1, 1] * B[2, 0] + s @ np.arange(12.0)


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def operators_as_functions(x, y):
    """operator.iadd and its like write into an array, and give it back."""
    a = x * 2.0
    b = operator.iadd(a, y)
    operator.imul(b, x)
    operator.setitem(a, slice(1, 3), y[0])
    t = operator.isub(1.5, x[0])
    return np.sum(a * b) + t


@program(args=lambda rng: (rng.normal(size=3), 0.5), wrt=(0, 1), tags=["mutates"])
def writes_into_arguments(x, k):
    """The caller's array is written by every kind of function."""
    np.multiply(x, k, out=x)
    x[1:].fill(k)
    np.add.at(x, [0, 0], k)
    np.put(x, [2], x[0] * 2)
    return np.sum(x**2)


@program(args=lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=3)), wrt=(0, 1))
def results_in_pairs(A, x):
    """Two results into two buffers, one of them left to NumPy."""
    frac, whole = np.modf(x * 3.0, out=(np.empty(3), None))
    buf = A * 0.0
    m, e = np.frexp(np.abs(A) + 0.1, out=(buf, None))
    q = np.divmod(x, 0.4, np.zeros(3), np.zeros(3))
    return np.sum(frac * x) + np.sum(m**2) + np.sum(q[1] ** 2) + np.sum(whole * e[0])


@program(args=lambda rng: (rng.normal(size=(4, 4)), rng.normal(size=4), 6), wrt=(0, 1))
def power_iteration_without_allocation(A, x, steps):
    """The buffers change roles; nothing is allocated in the loop."""
    v, w = x / 2.0, np.empty(4)
    for _ in range(steps):
        np.matmul(A, v, out=w)
        np.divide(w, np.sqrt(np.sum(w * w)), out=w)
        v, w = w, v
    return v @ A @ v


@program(args=lambda rng: (rng.normal(size=(6,)), 0.1, 4), wrt=(0, 1))
def leapfrog_with_scratch(u, dt, steps):
    """Finite differences with two scratch arrays."""
    u = u * 1.0
    lap, tmp = np.zeros(6), np.zeros(6)
    for _ in range(steps):
        np.subtract(u[2:], u[1:-1], out=lap[1:-1])
        np.subtract(u[1:-1], u[:-2], out=tmp[1:-1])
        np.subtract(lap, tmp, out=lap)
        np.multiply(lap, dt, lap)
        np.add(u, lap, u)
    return np.sum(u**2)
