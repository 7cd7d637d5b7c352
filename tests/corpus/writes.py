"""Arrays written in place: assignments and augmented operators through every kind of index."""

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=4),))
def elements(x):
    """One element at a time into a fresh buffer."""
    y = np.zeros(4)
    for i in range(4):
        y[i] = np.sin(x[i]) * x[i - 1]
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=5), 0.7), wrt=(0, 1))
def slice_of_a_copy(x, k):
    """A slice takes new values, its old ones count no more."""
    y = x.copy()
    y[1:4] = k * x[:3]
    return np.sum(y**3)


@program(args=lambda rng: (rng.normal(size=5), 0.7), wrt=(0, 1))
def overwritten_after_use(x, k):
    """The product was taken with the element as it was."""
    y = x * 2.0
    s = y[0] * y[1]
    y[0] = k
    return s * y[0] + y[1]


@program(args=lambda rng: (rng.normal(size=(3, 4)),))
def ellipsis_and_newaxis(x):
    y = np.empty((3, 4))
    y[...] = np.cos(x)
    y[..., 0] = x[:, 1]
    y[1, ...] = x[0] * x[2]
    y[:, None, 3] = x[:, :1] ** 2
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=3), 1.3), wrt=(0, 1))
def broadcast_into_rows(v, k):
    """A vector into every row, a number into a column."""
    A = np.ones((2, 3))
    A[:] = v
    A[:, 1] = k
    A[0] *= 2.0
    return np.sum(A * np.arange(6.0).reshape(2, 3)) ** 2


@program(args=lambda rng: (rng.normal(size=6),))
def strided_and_reversed(x):
    y = x * x
    y[::2] = x[::-2]
    y[4:1:-1] = x[:3] * y[1:4]
    y[-1] = y[0] * x[0]
    return np.sum(np.sin(y))


@program(args=lambda rng: (rng.normal(size=6),))
def overlapping_shift(x):
    """Source and target overlap."""
    y = x**2
    y[1:] = y[:-1]
    y[:-1] = y[1:] * x[1:]
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=6), 0.3), wrt=(0, 1))
def mask_with_scalar(x, k):
    y = np.exp(x)
    y[x < 0] = k
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=6), rng.normal(size=6)), wrt=(0, 1))
def mask_with_array(x, z):
    """Both sides through one mask, which is then written itself."""
    y = x * 1.0
    m = x > 0
    y[m] = z[m] ** 2
    m[:] = True
    return np.sum(y * x) + np.sum(y[m])


@program(args=lambda rng: (rng.normal(size=(3, 4)),))
def mask_of_rows_and_elements(x):
    y = x.copy()
    y[np.array([True, False, True])] = x[1]
    y[y > 1.0] = 1.0
    y[:, np.array([False, True, False, False])] = x[:, :1] * 2
    return np.sum(y**2 * x)


@program(args=lambda rng: (rng.normal(size=5), rng.normal(size=4)), wrt=(0, 1))
def fancy_without_repeats(x, z):
    y = x * 2.0
    idx = np.array([3, 0, 4])
    y[idx] = z[:3]
    idx[0] = 1
    y[[-4, 2]] = z[2:] ** 2
    return np.sum(y**2) + y[idx[0]]


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=5)), wrt=(0, 1))
def fancy_with_repeats(x, z):
    """The last value given to an index wins."""
    y = x * x
    y[np.array([1, 1, 3, 1, 3])] = z
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=3)), wrt=(0, 1))
def fancy_augmented_with_repeats(x, z):
    """`+=` through an index with repeats adds once."""
    y = np.sin(x)
    y[[0, 0, 2]] += z
    y[[1, 1, 1]] *= z
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=3)), wrt=(0, 1))
def fancy_pairs_and_ix(A, v):
    B = A * 1.0
    B[[0, 1, 2], [2, 1, 0]] = v
    B[np.ix_([0, 2], [0, 1])] = A[1:, 1:] ** 2
    B[[2, 0], 1:] += v[:2]
    return np.sum(B**2 * A)


@program(args=lambda rng: (rng.normal(size=4), rng.uniform(1, 2, size=4)), wrt=(0, 1))
def augmented_names(x, d):
    y = x * 2.0
    y += x
    y -= d * x
    y *= d
    y /= d + x**2
    y += 1.0
    return np.sum(y**2)


@program(args=lambda rng: (rng.uniform(1, 2, size=4), rng.uniform(1, 2, size=4)), wrt=(0, 1))
def augmented_power(x, p):
    y = x + 0.5
    y **= p
    y **= 2
    return np.sum(y)


@program(args=lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=(3, 3))), wrt=(0, 1))
def augmented_matmul(A, B):
    C = A + np.eye(3)
    C @= B
    C @= C
    return np.sum(C * A)


@program(args=lambda rng: (np.array([0.3, 2.7, -1.2, 5.1]), 1.5), wrt=(0, 1))
def augmented_remainder(x, m):
    """Angles wrapped, cells numbered."""
    y = x * 1.1
    y %= m
    cell = x * 1.0
    cell //= 1.0
    return np.sum(y**2) + np.sum(cell * x)


@program(args=lambda rng: (rng.uniform(1, 2, size=6), rng.uniform(1, 2, size=3)), wrt=(0, 1))
def augmented_slices(x, k):
    y = x * x
    y[:3] += k
    y[1:4] *= k
    y[::2] -= y[1::2]
    y[3:] /= k
    y[-2:] **= 2
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=6), 0.4), wrt=(0, 1))
def augmented_masks(x, k):
    y = np.cos(x)
    y[x > 0] *= k
    y[x < 0] += x[x < 0] ** 2
    y[y > 0.5] -= k
    return np.sum(y**2)


@program(args=lambda rng: (rng.uniform(1, 2, size=3), 0.6), wrt=(0, 1))
def augmented_elements(x, k):
    y = x.copy()
    for i in range(1, 3):
        y[i] += y[i - 1] * k
        y[i] *= x[i]
        y[0] /= y[i]
        y[0] -= x[i]
        y[i] **= 2
    return np.sum(y)


@program(args=lambda rng: (rng.normal(size=4),))
def squared_in_place(x):
    """Both operands are the target."""
    y = x + 1.0
    y *= y
    y += y
    y -= 0.5 * y
    y[1:] *= y[:-1]
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=4), np.ones(4)), wrt=(0, 1), tags=["mutates"])
def writes_its_argument(x, y):
    """The gradient is with respect to what came in."""
    y[1:] = y[:-1] * x[1:]
    y *= x
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=3),), tags=["mutates"])
def argument_cleared(x):
    s = np.sum(x**3)
    x[:] = 0.0
    return s + np.sum(x)


@program(args=lambda rng: (rng.normal(size=3),), tags=["mutates"])
def argument_updated_and_returned(x):
    x += np.sin(x)
    x[0] = x[1] * x[2]
    return x


@program(
    args=[lambda rng: (rng.normal(size=3), 1.0), lambda rng: (rng.normal(size=3), -1.0)],
    wrt=(0, 1),
    tags=["mutates"],
)
def argument_written_on_one_path(x, k):
    if k > 0:
        x[0] = k * x[1]
    else:
        k = k * x[2]
    return np.sum(x**2) * k


@program(args=[lambda rng, n=n: (rng.normal(size=4), n) for n in (0, 1, 3)])
def loop_carried_slice(x, n):
    """The state is overwritten at every step and needed at each."""
    u = x.copy()
    for _ in range(n):
        u[:] = u * np.roll(u, 1) + 0.1
    return np.sum(u**2)


@program(args=lambda rng: (rng.normal(size=5), 0.2), wrt=(0, 1))
def loop_linear_update(x, k):
    """Updates that are linear in the state need no saved state."""
    u = x * 1.0
    for _ in range(6):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


@program(args=lambda rng: (rng.normal(size=3),))
def scratch_buffer(x):
    """One work array for all iterations."""
    work = np.empty(3)
    s = 0.0
    for k in range(1, 4):
        work[:] = x * k
        work[1] = work[0] * work[2]
        s += np.sum(work**2)
    return s


@program(args=lambda rng: (rng.normal(size=4),))
def constant_overwritten_after_use(x):
    """The weights hold no derivative, and their old values are needed."""
    w = np.array([1.0, 2.0, 3.0, 4.0])
    s = np.sum(w * x**2)
    w[:] = 0.0
    w[2] = 7.0
    return s + np.sum(w * x)


@program(args=lambda rng: (rng.normal(size=3),))
def index_overwritten_after_use(x):
    idx = np.array([0, 1, 2])
    s = np.sum(x[idx] ** 2)
    idx[:] = 2
    s += np.sum(x[idx] ** 3)
    for i in range(2):
        idx[i] = i + 1
        s *= x[idx[i]] + 2.0
    return s


@program(args=lambda rng: (0.4, 6), wrt=0)
def write_once_history(x, n):
    """Every slot is written once, and read afterwards."""
    path = np.zeros(n + 1)
    path[0] = x
    for t in range(n):
        path[t + 1] = path[t] + 0.1 * np.cos(path[t])
    return np.sum(path**2)


@program(args=lambda rng: (rng.normal(size=3), 0.2), wrt=(0, 1))
def write_once_rows(x, h):
    """A trajectory, a row at a time, returned."""
    out = np.empty((4, 3))
    out[0] = x
    for t in range(1, 4):
        out[t] = out[t - 1] - h * out[t - 1] ** 3
    return out


@program(args=[lambda rng: (rng.normal(size=3), 1.0), lambda rng: (rng.normal(size=3), -1.0)])
def written_on_one_path(x, flag):
    y = x * 2.0
    if flag > 0:
        y[0] = x[1] ** 2
    else:
        y[1:] *= x[0]
    y[2] += y[0] * y[1]
    return np.sum(y**2)


@program(args=[lambda rng: (rng.normal(size=5),), lambda rng: (rng.normal(size=5) + 3,)])
def until_it_breaks(x):
    y = x.copy()
    for i in range(1, 5):
        y[i] += y[i - 1] ** 2
        if y[i] > 5.0:
            y[0] = y[i]
            break
        y[i - 1] *= 0.5
    else:
        y[-1] *= x[0]
    return np.sum(y * x)


@program(args=lambda rng: (rng.normal(size=4),))
def while_filling(x):
    y = np.zeros(8)
    n = 0
    while n < 8:
        y[n] = x[n % 4] * (y[n - 1] if n else 1.0)
        n += 1
    return np.sum(y)


@program(args=lambda rng: (rng.normal(size=3), 0.9), wrt=(0, 1))
def scalar_taken_before_write(x, k):
    """`x[0]` is a value, `x[:1]` is storage."""
    y = x * k
    value, storage = y[0], y[:1]
    y[0] = k**2
    return value * 10 + storage[0] * value


@program(args=lambda rng: (rng.normal(size=(2, 2, 2)), 0.5), wrt=(0, 1))
def chained_indices(T, k):
    U = T * 1.0
    U[0][1][0] = k
    U[1][0] *= k
    U[0, 1][1:] += U[1, 0, 1]
    U[:, 0][:, 1] = U[:, 1][:, 0] ** 2
    return np.sum(U**2)


@program(args=lambda rng: (rng.normal(size=4), 0.5), wrt=(0, 1))
def several_targets(x, k):
    """One value to several places; unpacking into elements."""
    y = np.zeros(4)
    z = np.zeros(2)
    y[0] = z[1] = k * x[0]
    y[1], y[2] = x[1] * k, x[2] ** 2
    y[3], *rest = x[2:]
    (z[0],) = rest
    return np.sum(y**2) * np.sum(z**3)


@program(args=lambda rng: (rng.normal(size=4),))
def floors_of_a_product(x):
    """What is added to is constant afterwards; the other factor stays the argument."""
    y = x * 1.0
    y[...] = np.floor(y)
    y[0] = 0.0
    return np.sum(y * x)


@program(args=lambda rng: (rng.normal(size=3),))
def loop_target_is_an_element(x):
    """The target of the loop is a place in an array."""
    y = np.zeros(2)
    s = 0.0
    for y[0] in x:
        y[1] = y[0] ** 2 + y[1]
        s += y[1]
    return s + y[0]


@program(
    args=[lambda rng: (rng.normal(size=4), 3), lambda rng: (rng.normal(size=4), 7)],
    tags=["mutates", "raises"],
)
def exception_half_way(x, n):
    """What was written before the exception stays written."""
    for i in range(n):
        x[i] = x[i] ** 2
    return np.sum(x)


@program(args=lambda rng: (rng.normal(size=4),))
def restored_by_finally(x):
    """A parameter is changed for a while and put back."""
    y = x.copy()

    def nudged(i):
        old = y[i]
        y[i] = old + 0.5
        try:
            return np.prod(y)
        finally:
            y[i] = old

    return sum(nudged(i) for i in range(4)) + np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=5),))
def deleted_name(x):
    y = x * x
    z = y
    del y
    z[0] = 0.0
    y = z * x
    return np.sum(y)
