"""Functions made inside that find themselves by a variable, and functions bound anew around them.

Once a lambda that calls itself lost the derivatives of what it captured, or called the lambda of an
earlier run; what a function captured went to the value that its variable had later.
"""

import numpy as np

from tests.corpus.registry import program


def one(rng):
    return (rng.uniform(0.5, 1.5),)


def number_and_table(rng):
    return (rng.uniform(0.5, 1.5), np.array([[0.5, 0.2, 0.3], [0.1, 0.2, 0.3]]))


def two_arrays(rng):
    return rng.uniform(0.5, 1.5, 2), rng.uniform(0.5, 1.5, 2)


@program(args=one)
def lambda_by_its_name(x):
    u = x * x
    power = lambda n: u if n <= 0 else power(n - 1) * x  # noqa: E731
    return power(2)


@program(args=one)
def lambda_out_of_a_dict(x):
    u = x * x
    power = lambda n: u if n <= 0 else power(n - 1) * x  # noqa: E731
    return {"power": power}["power"](2)


@program(args=one)
def lambda_twice(x):
    fib = lambda n: x if n < 2 else fib(n - 1) + fib(n - 2) * x  # noqa: E731
    return fib(6)


@program(args=one)
def lambda_with_a_type_and_a_default(x):
    u = x * x
    power: object = lambda n, k=1.0: u if n <= 0 else power(n - 1, k=2.0) * k * x
    return power(2)


@program(args=one)
def lambda_in_a_test(x):
    u = x * x
    if power := lambda n: u if n <= 0 else power(n - 1) * x:
        return power(2)
    return u


@program(args=one)
def lambda_in_a_loop(x):
    y = 0.0
    for i in range(3):
        u = x * i
        power = lambda n: u if n <= 0 else power(n - 1) * x  # noqa: B023, E731
        y = y + power(2)
    return y


@program(args=one)
def lambda_handed_out(x):
    def powers(u):
        power = lambda n: u if n <= 0 else power(n - 1) * x  # noqa: E731
        return power

    return powers(x)(2) + powers(2 * x)(1)


@program(args=one)
def lambda_in_a_lambda(x):
    u = x * x
    power = lambda n: u if n <= 0 else sum(map(lambda m: power(m - 1) * x, [n, n]))  # noqa: E731
    return {"power": power}["power"](2)


@program(args=one)
def called_by_a_function_inside(x):
    u = x * x

    def power(n):
        if n <= 0:
            return u

        def next_one(m):
            return power(m - 1) * x

        return next_one(n)

    return power(2)


@program(args=one)
def called_by_a_lambda_inside_that_writes(x):
    u = [x * x]

    def power(n):
        if n <= 0:
            return u[0]
        u[0] = u[0] * x
        return (lambda m: power(m - 1) * x)(n)

    return {"power": power}["power"](2) * power(1)


@program(args=number_and_table)
def variable_bound_anew_behind_a_recursion(x, table):
    """What the second call of this found was the variable of the first one."""
    u = np.float64(x)

    def last(n):
        if n <= 0:
            return u
        return last(n - 1)

    a = last(1)
    u = a.sum() + 2.5
    a *= table
    return a + u


class Kept:
    def __init__(self, f):
        self.parts = [f, 1, "a"]


def of_a_lambda(u):
    power = lambda n: u if n <= 0.1 else again(n - 1) * u  # noqa: E731
    again = power
    return power


def of_its_own(u):
    power = lambda n: u * n if n <= 0.1 else power(n - 1) * u  # noqa: E731
    return power


KEPT = {name: Kept(make(u)) for name, make, u in (
    ("a", of_a_lambda, 0.5), ("b", of_a_lambda, 0.7), ("c", of_its_own, 0.5), ("d", of_its_own, 0.7)
)}  # fmt: skip


@program(args=one)
def lambdas_from_outside(x):
    y = 0.0
    for name in sorted(KEPT, key=lambda s: s):
        y = y + KEPT[name].parts[0](x + 1) * x
    return y


@program(args=two_arrays)
def parameter_bound_anew_to_what_a_function_gave(p, m):
    _, *rest = p

    def outer(a):
        def scaled(c):
            return m * a

        a = scaled(*rest)
        return scaled(5)

    return np.sum(outer(p))


@program(args=two_arrays)
def array_bound_anew_to_one_of_another_shape(p, m):
    rows = np.stack([m, 2 * m])
    _, *rest = p

    def outer(a):
        def scaled(c):
            return rows * a

        a = scaled(*rest)
        return scaled(5)

    return np.sum(outer(p))


@program(args=two_arrays)
def arguments_of_unknown_number(p, m):
    first, *rest = p

    def outer(a):
        def sums(c, k=1.0):
            return np.einsum("i,j->j", m, np.outer(a, 1)[:, 0]) * k

        a = sums(*rest)
        return sums(first, 1.4)

    return outer(p)
