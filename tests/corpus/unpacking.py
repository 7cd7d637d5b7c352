"""Tuple assignment in all its forms."""

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=3),))
def unpack_array(x):
    a, b, c = x
    return a * b - c**2


@program(args=lambda rng: ((0.4, 1.2, -0.3, 2.0),))
def starred_middle(values):
    first, *middle, last = values
    return first * last + sum(m**2 for m in middle) * len(middle)


@program(args=lambda rng: ([1.1, 0.7],))
def starred_empty(values):
    a, b, *rest = values
    return a / b + sum(rest)


@program(args=lambda rng: (1.1, 0.7), wrt=(0, 1))
def swap(a, b):
    a, b = b, a
    a, b = b * a, a - b
    return a**2 / b


@program(args=lambda rng: (1.1, 0.7, 0.2), wrt=(0, 1, 2))
def nested_pattern(a, b, c):
    (p, q), [r, (s, t)] = (a, b), [c, (a * b, b * c)]
    return p * q * r + s * t


@program(args=lambda rng: (rng.normal(size=(2, 2)),))
def matrix_pattern(A):
    (a, b), (c, d) = A
    return a * d - b * c


@program(args=lambda rng: (0.8,))
def chained_assignment(x):
    a = b = x**2
    b = b + 1
    c = d = e = a * b
    return a + b + c * d * e


@program(args=lambda rng: (0.8, 0.3), wrt=(0, 1))
def rotate_in_while(a, b):
    """x, y, z take each other's place until they settle."""
    x, y, z = a, b, a * b
    n = 0
    while n < 7:
        x, y, z = y, z, x
        z = z * 0.9
        n += 1
    return x + 10 * y + 100 * z


@program(args=lambda rng: (rng.normal(size=(3, 2)),))
def loop_targets(points):
    s = 0.0
    for i, (px, py) in enumerate(points):
        s += (i + 1) * px * py
    for (a, b), c in zip(points, (1.0, 2.0, 3.0)):
        s -= c * (a - b) ** 2
    for head, *tail in points:
        s += head * tail[0]
    return s


@program(args=lambda rng: (rng.normal(size=6),))
def split_and_unpack(x):
    left, right = np.split(x, 2)
    (a, b, c), d = left, right[::-1]
    return a * b * c + left @ d


@program(args=lambda rng: (0.5, 0.6), wrt=(0, 1))
def ignored_parts(x, y):
    def polar(a, b):
        return np.hypot(a, b), np.arctan2(b, a), "radians"

    r, _, _ = polar(x, y)
    _, angle, *_ = polar(y, x)
    return r * angle


@program(args=lambda rng: (0.5, 0.6), wrt=(0, 1))
def augmented_assignments(x, y):
    x += y
    y *= x
    x -= 2 * y
    x /= 3.0
    y **= 2
    return x * y


@program(args=lambda rng: (rng.uniform(0.5, 1.5, 3),))
def rest_of_an_array_that_a_function_hands_out(x):
    """Once lost: what the lambda returns may be the list, so that its items are objects."""
    first, *rest = x
    u = first
    for g in [np.tanh, lambda t: rest[1] * t]:
        u = g(u)
    u /= 1.2
    return u


@program(args=lambda rng: (rng.uniform(0.5, 1.5, 3),))
def rests_of_rows_and_lists_handed_out(x):
    u = x[0]
    for _, *rest in [x, x * x, list(x)]:
        for g in [np.tanh, lambda t, rest=rest: rest[-1] * t + rest[0]]:
            u = g(u)
    u *= x[1]
    return u
