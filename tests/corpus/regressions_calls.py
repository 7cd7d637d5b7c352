"""Programs that were once silently wrong: what a call changes by a name that the caller has not."""

import numpy as np

from tests.corpus.registry import program


class Cell:
    def __init__(self, x):
        self.x = x

    def grow(self, v):
        self.x = self.x * v
        return v * v


def call(g, t):
    return g(t)


def grow(cell, v):
    cell.x = cell.x * v
    return v


def first_scaled(xs, v):
    xs[0] = xs[0] * v
    return v


def point(rng):
    return (rng.uniform(0.5, 1.5),)


@program(args=point)
def method_handed_to_a_function(x):
    """What the method is bound to carries no derivative before the call, and does afterwards."""
    cell = Cell(0.5)
    call(cell.grow, x)
    return cell.x * x


@program(args=point)
def methods_handed_to_functions_in_containers(x):
    a, b = Cell(0.5), Cell(0.25)
    table = {"a": a.grow, "b": (b.grow, 1.0)}
    call(table["a"], x)
    call(table["b"][0], 2.0 * x)
    return a.x * x + b.x


@program(args=point)
def method_handed_to_an_inner_function(x):
    cell = Cell(0.5 * x)

    def run(g, t):
        return g(t)

    y = run(cell.grow, x)
    return cell.x * y


@program(args=point)
def attribute_changed_under_another_name(x):
    """Python reads `p.x` before it calls `grow`."""
    p = Cell(x)
    q = p
    p.x += grow(q, x)
    p.x *= q.grow(x)
    return p.x


@program(args=point)
def items_changed_under_other_names(x):
    xs, w = [x, 2.0 * x], np.array([x, 2.0 * x])
    ys, v = xs, w[:1]
    xs[0] += first_scaled(ys, x)
    w[0] *= first_scaled(v, x)
    return xs[0] * xs[1] + w[0] * w[1]


@program(args=point)
def changed_through_what_a_function_captured(x):
    p = Cell(x)
    held = [p]

    def step(t):
        held[0].x = t * 3.0
        return t

    p.x += step(x)
    return p.x


@program(args=point)
def changed_by_the_key_of_a_builtin(x):
    p = Cell(x)
    p.x += max([x, 2.0 * x], key=p.grow)
    return p.x


def counted(p, seen):
    seen.append(0)
    return p


@program(args=point)
def place_that_a_call_gives(x):
    p, seen = Cell(x), []
    counted(p, seen).x += p.grow(x)
    return p.x * len(seen)


@program(args=lambda rng: (rng.uniform(-1, 1, size=3),))
def list_in_a_default_that_grows(x):
    """Once a crash: the zeros for what the function holds had the length of a later list."""
    xs = [x[0]]

    def g(t, k=x[2], ys=xs):
        ys.append(t * k)
        return sum(ys) * k

    out = g(x[1])
    kept = [g]
    out = out + kept[0](x[2])
    for f in (g, g):
        out = out + f(out)
    return out + len(xs)
