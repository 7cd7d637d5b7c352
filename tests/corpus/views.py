"""Several names for one storage: views, maybe-views, aliases, helpers that write what they get."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=6), 0.4), wrt=(0, 1))
def slice_of_slice(x, k):
    y = x * 2.0
    z = y[1:][:4][::2]
    z[0] = k
    z += y[:2]
    y[3] *= k
    return np.sum(y**2) + np.sum(z**3)


@program(args=lambda rng: (rng.normal(size=4),))
def view_read_between_writes(x):
    """The view is read before, between and after writes to its base."""
    y = x * 1.0
    v = y[1:3]
    s = np.sum(v**2)
    y[1] = s
    s += np.sum(v**3)
    v[1] = s
    return s * y[2] + y[1]


@program(args=lambda rng: (rng.normal(size=(3, 3)),))
def transposed(A):
    B = A * 1.0
    T = B.T
    T[0] = A[1]
    T += B
    B[2] *= T[1]
    return np.sum(T**2)


@program(args=lambda rng: (rng.normal(size=(2, 3)),))
def reshaped(A):
    B = A * 2.0
    flat = B.reshape(-1)
    flat[1:] *= flat[:-1]
    cube = flat.reshape(3, 2)
    cube[:, 0] = A[0]
    return np.sum(B**2)


@program(
    args=[
        lambda rng: (rng.normal(size=(2, 3)),),
        lambda rng: (np.asfortranarray(rng.normal(size=(2, 3))),),
        lambda rng: (rng.normal(size=(2, 6))[:, ::2],),
        lambda rng: (rng.normal(size=(4, 3))[::2],),
    ],
    tags=["mutates"],
)
def ravel_view_or_copy(A):
    """Memory decides at run time whether the write reaches A."""
    flat = A.ravel()
    flat *= 2.0
    flat[0] = flat[1] * flat[2]
    return np.sum(A**3) + np.sum(flat**2)


@program(
    args=[
        lambda rng: (rng.normal(size=(2, 3)),),
        lambda rng: (np.asfortranarray(rng.normal(size=(2, 3))),),
        lambda rng: (rng.normal(size=(3, 2)).T,),
    ],
    tags=["mutates"],
)
def reshape_view_or_copy(A):
    B = A.reshape(3, 2)
    B[0] = B[1] ** 2
    C = np.ascontiguousarray(A)
    C[1] *= B[2, 0]
    return np.sum(A**2) + np.sum(B * C.reshape(3, 2))


@program(
    args=[lambda rng: (rng.normal(size=3),), lambda rng: ([0.3, -0.8, 1.2],)],
    tags=["mutates"],
)
def asarray_view_or_copy(x):
    """An array is not copied, a list is."""
    y = np.asarray(x)
    y[0] = 5.0
    y[1:] *= y[2]
    return np.sum(y**2) + x[0] * x[1]


@program(args=lambda rng: (rng.normal(size=4),))
def astype_and_array_copy(x):
    y = x * 1.0
    a = y.astype(float, copy=False)
    b = np.array(y)
    c = np.asarray(y)
    a[0] *= 3.0
    b[1] = 0.0
    c[2] = y[0]
    return np.sum(y**2) + np.sum(b**3)


@program(args=lambda rng: (rng.normal(size=(2, 3)),))
def flat_iterator(A):
    B = A * 1.0
    B.flat[2] = A[0, 0] ** 2
    B.flat[::3] = A[0, 1]
    B.flat[[1, 4]] *= 2.0
    s = 0.0
    for v in B.flat:
        s += v**2
    return s + B.flat[4]


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3)), wrt=(0, 1))
def real_and_imag(a, b):
    z = np.zeros(3, dtype=complex)
    re, im = z.real, z.imag
    re[:] = a
    im[1:] = b[1:]
    z *= 1 + 1j
    re += im
    return np.sum(np.abs(z) ** 2)


@program(args=lambda rng: (rng.normal(size=(3, 3)),))
def diagonal_read_after_write(A):
    """np.diagonal is a view that is only read."""
    B = A * 1.0
    d = np.diagonal(B)
    B[0, 0] = A[1, 2]
    B[1] *= d
    return np.sum(d**2) + np.trace(B)


@program(args=lambda rng: (rng.normal(size=(3, 3)), 0.5), wrt=(0, 1))
def diagonal_through_flat_stride(A, k):
    """The trick to write a diagonal: every n + 1st element."""
    B = A @ A
    B.ravel()[::4] += k
    B.reshape(-1)[1::4] = 0.0
    np.einsum("ii->i", B)[:] *= 2.0
    return np.sum(B**2)


@program(args=lambda rng: (rng.normal(size=(1, 3, 2)),))
def squeeze_swapaxes_moveaxis(T):
    U = T * 2.0
    S = np.squeeze(U)
    S[0] = T[0, 1]
    W = U.swapaxes(1, 2)
    W[0, 0] *= S[:, 1]
    M = np.moveaxis(U, 0, -1)
    M[..., 0] += 1.0
    E = np.expand_dims(S, 0)
    E[0, 2] = 3.0
    return np.sum(U**2 * T)


@program(args=lambda rng: (rng.normal(size=(3, 2)),))
def rows_from_iteration(A):
    B = A * 1.0
    for i, row in enumerate(B):
        row *= i + 1
        row[0] = row[1] ** 2
    first, second, third = B
    second += first
    return np.sum(B**2) + third[0]


@program(args=lambda rng: (rng.normal(size=(3, 2)), rng.normal(size=(3, 2))), wrt=(0, 1))
def zip_of_rows(A, B):
    C = np.zeros((3, 2))
    for c, a, b in zip(C, A, B):
        c[:] = a * b[::-1]
        c += C[0]
    return np.sum(C**2)


@program(args=lambda rng: (rng.normal(size=6),))
def split_parts(x):
    y = x * 1.0
    a, b, c = np.split(y, 3)
    a *= b
    c[0] = a[1]
    y[2] = c[1] * 3
    upper, lower = np.vsplit(y.reshape(2, 3), 2)
    lower[0, 1:] = upper[0, :2]
    return np.sum(y**2) + np.sum(b)


@program(args=lambda rng: (rng.normal(size=3),))
def broadcast_read_after_write(x):
    """Every row of B is y, also after y was written."""
    y = x * 2.0
    B = np.broadcast_to(y, (4, 3))
    s = np.sum(B * np.arange(12.0).reshape(4, 3))
    y[0] = s
    y *= x
    return np.sum(B**2) + s


@program(args=lambda rng: (rng.normal(size=6),))
def windows_read_after_write(x):
    y = x * 1.0
    W = sliding_window_view(y, 3)
    s = np.sum(W[:, 0] * W[:, 2])
    y[2] = s
    y[3:] *= 0.5
    return np.sum(W**2) + s


@program(args=lambda rng: (rng.normal(size=5),))
def strided_windows(x):
    y = np.ascontiguousarray(x * 2.0)
    W = as_strided(y, shape=(3, 3), strides=(y.strides[0], y.strides[0]))
    y[2] = x[0] ** 2
    return np.sum(W * W.T) + np.sum(W[1] ** 2)


@program(args=lambda rng: (rng.normal(size=4),))
def copies_are_no_views(x):
    y = x * 1.0
    a, b, c = y.copy(), y[[0, 1]], y[y < 9]
    d, e = y + 0, y.flatten()
    for z in (a, b, c, d, e):
        z[0] = 7.0
    y[1] *= a[1] + b[1] + c[1] + d[1] + e[1]
    return np.sum(y**2) + a[0] * e[2]


@program(args=lambda rng: (rng.normal(size=3), 0.4), wrt=(0, 1))
def second_name(x, k):
    """y and z are one array."""
    y = x * k
    z = y
    z[0] = k
    y += z
    z = z * 2
    z[1] = 0.0
    return np.sum(y**2) + np.sum(z)


@program(
    args=[lambda rng: (rng.normal(size=3), 1), lambda rng: (rng.normal(size=3), -1)],
)
def name_of_one_or_other(x, which):
    """Which array is written is known when it runs."""
    a, b = x * 2.0, x**2
    target = a if which > 0 else b
    target[0] = a[1] * b[2]
    target *= b
    return np.sum(a**2) + np.sum(b**3)


@program(args=lambda rng: (rng.normal(size=6), [0, 3, 1, 3]))
def view_moves_through_a_loop(x, starts):
    y = x * 1.0
    window = y[:2]
    for s in starts:
        window *= 1.5
        window = y[s : s + 3]
        window[0] = window[-1] * x[s]
    return np.sum(y**2) + np.sum(window)


def scale(v, k):
    """Writes its argument."""
    v *= k


def set_first(v, value):
    v[0] = value
    return v


def head(v, n=2):
    """Returns a view of its argument."""
    return v[:n]


def checked(v):
    """Returns its argument unchanged, as validators do."""
    if np.ndim(v) == 0:
        v = np.array([v])
    return v


def axpy(a, x, y):
    """y += a x"""
    y += a * x
    return y


@program(args=lambda rng: (rng.normal(size=4), 0.6), wrt=(0, 1))
def helper_mutates(x, k):
    y = x * 1.0
    scale(y, k)
    s = np.sum(y**2)
    scale(y[1:], s)
    for row in (y[:2], y[2:]):
        scale(row, k)
    return np.sum(y)


@program(args=lambda rng: (rng.normal(size=4), 0.6), wrt=(0, 1))
def helper_returns_its_argument(x, k):
    y = x * 1.0
    z = set_first(y, k)
    z[1] *= k
    w = checked(y)
    w[2] = z[0] * z[1]
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=4),))
def helper_returns_a_view(x):
    y = x * 1.0
    h = head(y)
    h *= 3.0
    y[1] = h[0] ** 2
    head(head(y, 3))[1:] += x[0]
    return np.sum(h) * np.sum(y)


@program(args=lambda rng: (rng.normal(size=4), 0.3), wrt=(0, 1))
def helper_gets_one_array_twice(x, k):
    y = x * 1.0
    axpy(k, y, y)
    axpy(2.0, y[:-1], y[1:])
    z = axpy(k, x, y[::-1])
    return np.sum(y**2) + np.sum(z**3)


def relax(u, f, out, h):
    """Three arguments that may be one array."""
    out[1:-1] = 0.5 * (u[2:] + u[:-2] - h * f[1:-1])
    return out


@program(args=lambda rng: (rng.normal(size=6), 0.1), wrt=(0, 1))
def helper_gets_views_of_one_array(x, h):
    work = np.zeros((2, 6))
    work[0] = x
    relax(work[0], x, work[1], h)
    relax(work[1], work[0], work[0], h)
    relax(work[0], work[0], work[0], h)
    return np.sum(work**2)


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def arrays_in_a_list(x, z):
    """Written through the list, the loop variable and the first name."""
    a, b = x * 1.0, z * 2.0
    arrays = [a, b, a]
    arrays[0][1] = 3.0
    for v in arrays:
        v *= 2.0
        v[0] += b[3]
    a[3] = b[0]
    return np.sum(arrays[2] ** 2) + np.sum(arrays[1])


@program(args=lambda rng: (rng.normal(size=3), 0.5), wrt=(0, 1))
def arrays_in_a_dict(x, k):
    state = {"u": x * 1.0, "v": np.zeros(3)}
    u = state["u"]
    for _ in range(3):
        state["v"] += k * state["u"]
        u -= k * state["v"]
    state["u"][0] = k
    return np.sum(u**2) + np.sum(state["v"])


@program(args=lambda rng: (rng.normal(size=3),))
def arrays_in_a_tuple(x):
    pair = (x * 1.0, np.zeros(3))
    pair[0][:] *= 2.0
    pair[1][1] = pair[0][0] ** 2
    a, b = pair
    b += a
    return np.sum(pair[1] ** 2)


class Holder:
    def __init__(self, data):
        self.data = data
        self.half = data[::2]


@program(args=lambda rng: (rng.normal(size=4),))
def arrays_in_an_object(x):
    y = x * 1.0
    h = Holder(y)
    h.half[0] = 2.0
    h.data *= x
    y[1] = h.half[1]
    return np.sum(h.data**2)


@program(args=lambda rng: (rng.normal(size=4), 0.4), wrt=(0, 1))
def array_in_a_closure(x, k):
    y = x * 1.0

    def bump(i):
        y[i] += k * y[i - 1]

    for i in (1, 2, 1, 3):
        bump(i)
    add = lambda v: np.add(y, v, out=y)
    add(x**2)
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=3), [1.0, 2.0, 3.0]), wrt=(0, 1), tags=["mutates"])
def argument_list_of_floats(x, weights):
    weights[1] = weights[0] * x[0]
    weights[2] += x[1]
    return weights[0] * weights[1] * weights[2] + x[2]


@program(
    args=lambda rng: ({"W": rng.normal(size=(2, 2)), "b": rng.normal(size=2)}, rng.normal(size=2)),
    wrt=(0, 1),
    tags=["mutates"],
)
def argument_dict_of_arrays(p, x):
    """Weights are normalised where they lie, then used."""
    W, b = p["W"], p["b"]
    W /= np.sqrt(np.sum(W**2))
    b[:] = np.tanh(b)
    return np.sum((W @ x + p["b"]) ** 2)


@program(args=lambda rng: (rng.normal(size=4),))
def result_aliases_result(x):
    """Two results, one storage: both cotangents reach it."""
    y = x**2
    v = y[1:]
    v[0] = y[0] * x[2]
    return {"all": y, "part": v, "last": y[-1]}


@program(args=lambda rng: (rng.normal(size=4),), tags=["mutates"])
def result_is_view_of_argument(x):
    x[0] *= x[1]
    return x[:2], x[1:]


@program(args=lambda rng: (rng.normal(size=(4, 4)), 0.25), wrt=(0, 1))
def quadrants(A, k):
    """Blocks of a matrix by name."""
    M = A * 1.0
    a, b, c, d = M[:2, :2], M[:2, 2:], M[2:, :2], M[2:, 2:]
    d -= c @ b * k
    b[:] = a @ b
    c += b.T
    a[0], a[1] = d[1], d[0] * k
    return np.sum(M**2)


@program(args=lambda rng: (rng.normal(size=(3, 4)),))
def rotated_and_flipped(A):
    B = A * 1.0
    F = np.flip(B, axis=1)
    F[0] = A[1]
    R = np.rot90(B)
    R[0] *= 2.0
    U = np.flipud(B)
    U[0, 0] = F[2, 1]
    return np.sum(B**2)


@program(args=lambda rng: (rng.normal(size=5),))
def buffer_by_meshgrid_and_atleast(x):
    y = x * 2.0
    row = np.atleast_2d(y)
    row[0, 1] = 4.0
    col = y[:, None]
    col[3:] *= x[0]
    xx, yy = np.meshgrid(y, y)
    y[0] = 0.0
    return np.sum(xx * yy) + np.sum(row**2)
