"""Kinds of storage written in place: precision, order, strides, no elements, 0-d, records."""

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=4).astype(np.float32),))
def single_precision(x):
    y = np.zeros_like(x)
    y[1:] = x[:-1] * x[1:]
    y[0] = 0.5
    y *= x
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=4),))
def double_into_single(x):
    """A cast on assignment is a cast in reverse."""
    y = np.zeros(4, dtype=np.float64)
    z = np.ones(4, dtype=np.float32)
    y[:] = z * x
    y += z
    return np.sum(y**2)


@program(args=lambda rng: (np.asfortranarray(rng.normal(size=(3, 4))),), tags=["mutates"])
def fortran_order(A):
    A[1] = A[0] * A[2]
    A[:, 2] += A[:, 1]
    return np.sum(A**2)


@program(args=lambda rng: (rng.normal(size=6)[::-1],), tags=["mutates"])
def negative_strides(x):
    x[1:] += x[:-1] ** 2
    x[::-2] *= 2.0
    return np.sum(x * x[::-1])


@program(args=lambda rng: (rng.normal(size=(4, 6))[::2, 1::2], 0.3), wrt=(0, 1), tags=["mutates"])
def strided_argument(x, k):
    """A view with gaps; what lies in the gaps is none of ours."""
    x[0] *= k
    x[:, 1] = x[:, 0] * x[:, 2]
    return np.sum(x**2)


@program(args=[lambda rng: (np.zeros((0, 3)), 0.5), lambda rng: (rng.normal(size=(2, 3)), 0.5)])
def no_elements(A, k):
    B = A * 2.0
    B[:, 0] = k
    B += A
    B[B > 9.0] = 0.0
    for row in B:
        row *= k
    return np.sum(B**2)


@program(args=lambda rng: (np.array(0.7), 1.3), wrt=(0, 1), tags=["mutates"])
def zero_dimensional(a, k):
    """A 0-d array is storage: `+=` and `[...] =` write it."""
    b = a
    a += k
    a[...] = a * b
    a[()] *= k
    return b * k


@program(args=[lambda rng: (np.array([0.7]), 2), lambda rng: (0.7, 2)], tags=["mutates"])
def in_place_or_not(a, n):
    """`+=` writes an array and rebinds a float."""
    b = a
    for _ in range(n):
        a += b * b
    return a * b


@program(args=lambda rng: (rng.normal(size=3),))
def complex_buffer(x):
    z = np.zeros(3, dtype=complex)
    z[:] = x + 1j * x**2
    z[1] *= 1j
    z.imag[0] = x[2]
    z.real += x
    return np.sum(np.abs(z) ** 2)


@program(args=lambda rng: (rng.normal(size=3),))
def integer_buffer_beside(x):
    """Counts are integers and carry nothing."""
    count = np.zeros(3, dtype=int)
    y = np.zeros(3)
    for v in x:
        k = int(v > 0)
        count[k] += 1
        y[k] += v * count[k]
    return np.sum(y**2) + count[0]


@program(args=lambda rng: (rng.normal(size=4),))
def object_array(x):
    """Rows of different lengths in an array of objects."""
    rows = np.empty(2, dtype=object)
    rows[0] = x[:1] * 2
    rows[1] = x[1:] ** 2
    return np.sum(rows[0]) * np.sum(rows[1])


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3)), wrt=(0, 1))
def record_array(pos, vel):
    """Fields of a structured array."""
    body = np.zeros(3, dtype=[("pos", float), ("vel", float)])
    body["pos"] = pos
    body["vel"] = vel
    body["pos"] += 0.1 * body["vel"]
    return np.sum(body["pos"] ** 2) + body[0]["vel"] ** 2
