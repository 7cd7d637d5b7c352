"""Comprehensions and generator expressions."""

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=4),))
def squares(x):
    return sum([v**2 for v in x])


@program(args=lambda rng: ([0.3, -0.8, 1.2],))
def generator_in_sum(xs):
    return sum(np.exp(v) for v in xs) + sum((v * v for v in xs if v > 0), start=1.0)


@program(args=lambda rng: (np.array([0.3, -0.8, 1.2, 2.0]),))
def filtered(x):
    positive = [v for v in x if v > 0]
    return np.prod(positive) / len(positive)


@program(args=lambda rng: (rng.normal(size=(3, 4)),))
def nested_comprehension(A):
    return sum(sum(a * b for a, b in zip(row, row[::-1])) for row in A)


@program(args=lambda rng: (rng.normal(size=(2, 3)),))
def two_fors(A):
    flat = [v * i for i, row in enumerate(A, 1) for v in row if v < 5]
    return np.sum(np.sin(np.array(flat)))


@program(args=lambda rng: (rng.normal(size=3), 0.4), wrt=(0, 1))
def stack_of_rows(x, k):
    rows = [x * k**i for i in range(4)]
    return np.sum(np.stack(rows) ** 2) + np.linalg.norm(np.array(rows)[1:])


@program(args=lambda rng: (0.7, 1.9), wrt=(0, 1))
def dict_comprehension(a, b):
    params = {"a": a, "b": b}
    squared = {name: value**2 for name, value in params.items()}
    return squared["a"] * squared["b"] + sum(squared.values())


@program(args=lambda rng: (rng.normal(size=6),))
def set_of_indices(x):
    picked = {i % 4 for i in range(6)}
    return sum(x[i] ** 2 for i in sorted(picked))


@program(args=lambda rng: (rng.normal(size=4),))
def max_of_generator(x):
    biggest = max(v * v for v in x)
    smallest = min(abs(v) for v in x)
    return biggest - smallest


@program(args=[lambda rng: (rng.normal(size=3),), lambda rng: (np.ones(3) * 2.0,)])
def any_all_generator(x):
    if any(v < 0 for v in x) or not all(v < 1.5 for v in x):
        return x.sum()
    return np.sum(x**2)


@program(args=lambda rng: (rng.normal(size=(3, 2)), rng.normal(size=2)), wrt=(0, 1))
def list_of_generator(X, w):
    scores = list(row @ w for row in X)
    pairs = tuple(s * t for s, t in zip(scores, scores[1:]))
    return sum(pairs) + scores[-1]


@program(args=lambda rng: (rng.normal(size=4),))
def comprehension_scope(x):
    """The loop variable of a comprehension does not leak."""
    v = 2.0
    y = [v * 3 for v in x]
    return v * sum(y)


@program(args=lambda rng: (rng.normal(size=(4, 3)),))
def gram(X):
    """Matrix of inner products by a nested list."""
    K = np.array([[np.exp(-0.5 * np.sum((a - b) ** 2)) for b in X] for a in X])
    return K.sum() - np.trace(K @ K)


@program(args=lambda rng: (0.4,))
def walrus_filter(x):
    ys = [y for k in range(5) if (y := x * k) > 0.5]
    return sum(y**2 for y in ys) + y


@program(args=lambda rng: ({"w": rng.normal(size=3), "b": 0.2},))
def l2_over_params(params):
    return sum(np.sum(p**2) for p in params.values())


@program(args=lambda rng: (rng.normal(size=3),))
def ternary_inside(x):
    return sum(v if v > 0 else 0.1 * v for v in x) + sum([1 if v > 0 else 0 for v in x]) * x[0]


@program(args=lambda rng: (rng.normal(size=5),))
def generator_function(x):
    """A generator consumed by a loop."""

    def differences(values):
        for a, b in zip(values, values[1:]):
            yield b - a

    s = 0.0
    for d in differences(x):
        s += d**2
    return s


@program(args=lambda rng: (0.4, (0.7, [1.5, 0.3])), wrt=(0, 1))
def first_iterable_stands_outside(s, pair):
    """The variable of a comprehension may have the name of what it runs over."""
    first = [s * pair for pair in pair[1] if pair > 0.5]
    second = [pair * x for x, pair in zip(pair[1], map(np.sin, pair[1]))]
    return sum(first) + sum(second) * pair[0] + next((pair for pair in pair[1] if pair < 1), s)


@program(args=lambda rng: (0.4, [0.7, 1.5, 0.3]), wrt=(0, 1))
def generator_sees_changes(s, xs):
    """A generator expression makes each item when the loop asks for it."""
    total = 0.0
    for x in (s * x for x in xs if x > 0.1):
        s = s / 2 + x
        total = total + x * s
        if total > 5:
            break
    for a, b in ((s, y) for y in xs):
        s = s * 0.5 + b
        total = total + a * b
    return total + sum(y * z for y in (s * y for y in xs) for z in xs)
