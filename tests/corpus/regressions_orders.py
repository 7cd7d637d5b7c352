"""Programs whose derivative was wrong or crashed where a second one was looked for."""

import numpy as np

from tests.corpus.registry import program


def four(rng):
    return (rng.uniform(0.5, 1.5, 4),)


@program(args=four)
def means_of_groups_of_which_some_are_empty(x):
    total = 0.0
    for part in (x[:2], x[4:], x[1:]):
        with np.errstate(invalid="ignore"):
            mean = np.sum(part) / part.size
            other = np.sum(part**2) / len(part)
        if np.isfinite(mean):
            total = total + mean**3 * other
    return total


@program(args=four)
def quotient_by_zero_that_is_not_taken(x):
    count, total = 0, np.float64(0.0)
    for k in range(3):
        with np.errstate(divide="ignore"):
            quotient = x[k] ** 2 / count
        total = total + np.where(count > 0, quotient, x[k])
        count = count + 1
    return total


@program(args=four)
def sums_of_what_is_a_number(x):
    with np.errstate(invalid="ignore"):
        y = np.sqrt(x - 1.0)
    scale = np.nansum(y) + np.nanmean(y) ** 2
    return scale * np.sum(np.nancumsum(y)) + np.sum(y, where=x > 1.0) ** 2


def squared_in_place(a):
    a[0] = a[0] ** 2
    return np.sum(a)


@program(args=lambda rng: (rng.uniform(1, 2, 4), {"f": squared_in_place, 2: None}))
def function_that_writes_into_what_another_captured(x, table):
    y = x * 1.0
    chosen = table["f"]

    def run():
        return chosen(y)

    return run() * np.sum(x * y)


def multiplied_into(items, a, b):
    items[0] = a[0] * b[0]
    return np.exp(a)


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def factor_that_the_caller_writes_after_the_call(s):
    u, factors = np.array([s, 2 * s, 3 * s]), np.array([2.0, 3.0, 4.0])
    xs = [1.0]
    r = multiplied_into(xs, u, factors)
    factors[0] = 0.0
    return xs[0] * r[1]
