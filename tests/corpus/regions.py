"""Arrays of which parts are written while others are read: what stays, and what does not."""

from __future__ import annotations

import numpy as np

from tests.corpus.registry import program


@program(args=[lambda rng: (rng.normal(size=3), 7), lambda rng: (rng.normal(size=3), 2)])
def rows_of_a_history(x, steps):
    """Each row is made of the one before: nothing is written over."""
    h = np.zeros((steps + 1, 3))
    h[0] = x
    for t in range(steps):
        h[t + 1] = np.sin(h[t]) * h[t, 0]
    return np.sum(h**2)


@program(args=[lambda rng: (rng.normal(size=3), 7)])
def two_rows_in_turn(x, steps):
    """The rows are written over again and again."""
    h = np.zeros((2, 3))
    h[0] = x
    for t in range(steps):
        now, then = t % 2, (t + 1) % 2
        h[then] = np.sin(h[now]) * h[now, 0]
    return np.sum(h**2)


@program(args=[lambda rng: (rng.normal(size=6), 6)])
def downwards(x, n):
    """What lies above is done."""
    y = x.copy()
    for i in range(n - 2, -1, -1):
        y[i] = y[i] * y[i + 1] + np.sin(y[i])
    return np.sum(y**2)


@program(args=[lambda rng: (rng.normal(size=6), 6)])
def from_the_end(x, n):
    """At first the index counts from the end: that element is written in the last iteration."""
    y = x.copy()
    for i in range(n):
        y[i] = y[i - 1] * y[i] + np.sin(y[i - 1])
    return np.sum(y**2)


@program(args=[lambda rng: (rng.normal(size=(5, 5)) + 4.0 * np.eye(5),)])
def factors(a):
    """Columns that are done, and the rest that is not."""
    a = a.copy()
    for k in range(len(a)):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return np.sum(np.log(np.abs(np.diag(a)))) + np.sum(np.sin(a))


@program(args=[lambda rng: (rng.normal(size=(5, 5)), rng.normal(size=5))])
def triangle(a, b):
    """Inner loops whose bounds are outer counters."""
    y = b.copy()
    for i in range(len(b)):
        for j in range(i):
            y[i] -= a[i, j] * y[j] * y[i]
        y[i] = y[i] / (2.0 + a[i, i] ** 2)
    return np.sum(y * b)


def _history(x, n):
    h = np.zeros((n + 1, 2))
    h[0] = x
    for t in range(n):
        h[t + 1] = h[t] * np.cos(h[t])
    return h


@program(args=[lambda rng: (rng.normal(size=2), 6)])
def written_by_the_caller(x, n):
    """What the function read of its own array is overwritten by who called it."""
    total = 0.0
    for k in range(3):
        h = _history(x * (k + 1.0), n)
        total += np.sum(h**2)
        h[1:] = 3.0
        total += np.sum(h**3)
    return total


@program(args=[lambda rng: (rng.normal(size=2), 6)])
def held_and_written(x, n):
    """The same, of an array in a tuple."""

    def made(x):
        h = np.zeros((n + 1, 2))
        h[0] = x
        for t in range(n):
            h[t + 1] = h[t] * np.cos(h[t])
        return h, np.sum(h)

    h, total = made(x)
    h[:, 1] = 2.0 * h[:, 0]
    return total + np.sum(h**2)


@program(args=[lambda rng: (rng.normal(size=7), rng.normal(size=7))])
def put_and_read(x, w):
    """A number that was put into an array is read there, until it is written over."""
    y = np.zeros(7)
    z = np.zeros(7)
    for i in range(7):
        y[i] = np.exp(0.3 * w[i] * x[i])
        z[i] = np.sin(y[i] * w[i])
    for i in range(7):
        z[i] = z[i] * z[i - 1]
    return np.sum(y) + np.sum(z)


@program(args=[lambda rng: (rng.normal(size=6).astype(np.float32), rng.normal(size=6))])
def put_into_less(x, w):
    """A float64 in an array of float32 is another number there."""
    y = np.zeros(6, np.float32)
    s = 0.0
    for i in range(6):
        p = np.exp(w[i] * w[0])
        y[i] = p
        s += p * x[i]
    return s + float(np.sum(y))


@program(args=[lambda rng: (rng.normal(size=5), rng.normal(size=5), 7)])
def sizes_of_integers(x, y, n):
    """Arrays of n and n + 1 elements, and one of a number that is 1."""
    a = np.zeros(n) + x[0]
    b = np.zeros(n + 1) * y[1] + y[0]
    c = np.ones((n - 6, 1)) * x[1]
    d = np.ones(n - 2) * x
    return np.sum(a * b[1:]) + np.sum(c * a) + np.sum(d * y * c)


def _power(x, k):
    return x if k <= 1 else x * _power(x, k - 1)


@program(args=[lambda rng: (rng.uniform(0.5, 1.5), 9)])
def counting_down(x, k):
    """A recursion with an integer."""
    return _power(x, k) + _power(x, k - 2)


@program(args=[lambda rng: (rng.normal(size=6), rng.normal(size=6))])
def a_minus_of_a_view(x, w):
    """The cotangent of `y[1:] -= e` is no view of the one that goes on changing."""
    y = x * 1.0
    for _ in range(2):
        y[1:-1] += w[1:-1] * (y[2:] - y[:-2])
        y[1:-1] -= 0.1 * w[0] * y[1:-1]
        np.maximum(y, 0.1 * w, out=y)
    return y[2] * y[3]


@program(args=[lambda rng: (rng.normal(size=(4, 4)), rng.normal(size=4))])
def slices_of_one_length(a, b):
    """Slices whose lengths are equal in each iteration, and others in the next."""
    y = b.copy()
    before = b[:0] * 1.0
    for k in range(3):
        tail = a[k, k + 1 :] * y[k]
        y[k + 1 :] -= tail * y[k + 1 :]
        before = np.concatenate([before, tail])[: k + 2]
        y[: len(before)] += before * a[0, 0]
    return np.sum(y * b) + np.sum(before**2)


@program(args=[lambda rng: (rng.normal(size=(5, 5)), rng.normal(size=5))])
def slices_that_are_spread(a, b):
    """Of the slices some have one element, which NumPy spreads."""
    y = a.copy()
    for k in range(4):
        y[k:, :] *= b[k : k + 1]
        y[k + 1 :, k] += a[k, 4:] * b[k + 1 :]
    return np.sum(y * a)


@program(args=[lambda rng: (rng.normal(size=5), rng.normal(size=5))])
def a_slice_kept_for_the_next_round(x, w):
    """What an iteration leaves for the next has another length there."""
    total = 0.0
    held = x[1:] * 1.0
    for k in range(1, 4):
        total += np.sum(held) * w[k]
        now = x[k + 1 :] * w[0]
        total += np.sum(now * held[1:] * w[k + 1 :])
        held = now * 2.0
    return total + np.sum(held * x[4:])


def _added(a, b):
    return a + b


def _doubled(u):
    u *= 1.2
    return np.sum(u) * u * 0.1


@program(args=[lambda rng: (rng.normal(size=3), rng.normal(size=3))], wrt=(0, 1))
def gradients_of_one_sum(a, b):
    """The called function hands one cotangent to both: as gradients they are two arrays."""
    return np.sum(_added(a, b))


@program(args=[lambda rng: (rng.normal(size=7), rng.normal(size=7))], wrt=(0, 1))
def what_a_function_keeps(x, w):
    """Of what the function keeps, argument and result are written later, the rest is not."""
    y = x * 1.0
    total = 0.0
    for k in range(3):
        z = _doubled(y)
        total += np.sum(np.sin(z) * w)
        z[k:] = 1.0
        y[:k] = z[:k] * w[:k]
    return total + np.sum(y * w)


@program(args=[lambda rng: (rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 5)))], wrt=(0, 1))
def a_stack_of_matrices_times_one(a, b):
    """One matrix for all of the stack, also where the stack is a transposed one."""
    return np.sum((a @ b) ** 2) + np.sum(np.sin(a.transpose(1, 0, 2) @ b))
