"""Recursion over structures that the program builds: trees, expressions, lists that are split."""

import numpy as np

from tests.corpus.registry import program


def three(rng):
    return (rng.uniform(0.5, 1.5, 3),)


class Tree:
    def __init__(self, v, left=None, right=None):
        self.v, self.left, self.right = v, left, right


def build(xs):
    if not len(xs):
        return None
    m = len(xs) // 2
    return Tree(xs[m], build(xs[:m]), build(xs[m + 1 :]))


def weighted(t, d):
    return 0.0 if t is None else t.v * d + weighted(t.left, d + 1) + weighted(t.right, 1)


@program(args=three)
def tree_in_two_signatures(x):
    """Once a crash: one signature had been read before the other one was known."""
    return weighted(build(np.concatenate([x, x * x, x[:1]])), 1)


def products(t, d=1):
    if t is None:
        return 0.0
    return t.v * d + products(t.left, d * 2) * products(t.right, d + 1) + products(t.left)


@program(args=three)
def tree_with_a_default(x):
    return products(build(np.concatenate([x, x * x, x[:1]])))


def insert(t, v):
    if t is None:
        return Tree(v)
    if v < t.v:
        t.left = insert(t.left, v)
    else:
        t.right = insert(t.right, v)
    return t


def walk(t, out):
    if t is not None:
        walk(t.left, out)
        out.append(t.v * len(out))
        walk(t.right, out)


@program(args=three)
def sorted_by_a_tree(x):
    t = None
    for v in x:
        t = insert(t, v)
    out = []
    walk(t, out)
    return sum(out)


def value(e, env):
    match e:
        case float() | int():
            return e
        case str():
            return env[e]
        case ("let", n, v, b):
            return value(b, {**env, n: value(v, env)})
        case ("+", *args):
            return sum(value(a, env) for a in args)
        case ("*", a, b):
            return value(a, env) * value(b, env)
        case ("if", c, t, f):
            return value(t, env) if value(c, env) > 0 else value(f, env)


TEXT = (
    "let",
    "y",
    ("*", "x", 2.0),
    ("if", ("+", "y", -1), ("+", "y", "x", "z", 1), ("*", "y", "z")),
)


@program(args=three)
def expression_with_names(x):
    """Once without an end: every level had a dict of another type."""
    return value(TEXT, {"x": x[0], "z": x[1]}) * x[2]


def quick(a):
    if len(a) < 2:
        return a
    low, high = [v for v in a[1:] if v < a[0]], [v for v in a[1:] if v >= a[0]]
    return [*quick(low), a[0], *quick(high)]


@program(args=three)
def quicksort(x):
    return sum((k + 1) * v for k, v in enumerate(quick(list(x))))


def is_flat(rows):
    return not isinstance(rows[0], list)


def sum_of_all(rows):
    if is_flat(rows):
        return sum(rows)
    else:
        return sum(sum_of_all(row) for row in rows)


def combined(f, a, b):
    if is_flat(a):
        return [f(x, y) for x, y in zip(a, b)]
    else:
        return [combined(f, x, y) for x, y in zip(a, b)]


@program(args=lambda rng: (list(rng.normal(size=3)),))
def lists_of_any_depth(xs):
    """A helper asks what it is given; the loop over a number is never met."""
    rows = combined(lambda a, b: a * b, [xs, [1.0, 2.0]], [[0.5, 0.3, 0.1], xs])
    return sum_of_all(rows) + sum_of_all([row for row in rows if len(row) == 2])


def applied(f, rows):
    if is_flat(rows):
        return [f(x) for x in rows]
    return [applied(f, row) for row in rows]


class Doubled:
    def forward(self, xs):
        return [2.0 * x for x in xs]


class Nested:
    def forward(self, xs):
        return [[x, x * x] for x in xs]


@program(args=lambda rng: (list(rng.normal(size=2)),))
def lists_of_unknown_depth(xs):
    for layer in [Doubled(), Nested()]:
        xs = layer.forward(xs)
    return sum_of_all(applied(lambda a: a * a, xs))


@program(args=lambda rng: (rng.normal(size=2),))
def loop_over_a_number(x):
    total = x[0]
    try:
        for v in x[0]:
            total = total + v
    except TypeError:
        total = total * x[1]
    return total
