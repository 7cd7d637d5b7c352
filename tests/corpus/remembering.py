"""Functions made inside that remember what they gave; decorated functions that call themselves."""

from functools import cache, lru_cache, wraps

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


@program(args=V)
def cached_by_number(x):
    @cache
    def square(n):
        return x[n] ** 2

    return square(0) + square(0) * square(1)


@program(args=V)
def cached_function_that_notes_its_calls(x):
    calls = []

    @lru_cache(maxsize=None)
    def square(n):
        calls.append(n)
        return x[n] ** 2

    out = square(0) + square(0) * square(1)
    return out + len(calls) * x[2]


@program(args=V)
def cached_in_a_loop(x):
    def weigh(n, m):
        return np.sin(x[n]) * m

    weighed = lru_cache(weigh)
    out = 0.0
    for i in range(6):
        out = out + weighed(i % 3, 2) * i
    return out


@program(args=V)
def cached_array_is_one(x):
    @lru_cache
    def doubled():
        return x * 2

    a, b = doubled(), doubled()
    a[0] = x[1]
    return b.sum()


def twice(f):
    @wraps(f)
    def wrapper(*args):
        return f(*args) * 2

    return wrapper


@program(args=V)
def decorated_function_that_calls_itself(x):
    @twice
    def power(n, v):
        return v if n == 0 else power(n - 1, v * v)

    return power(3, x[0]) * x[1]


@program(args=V)
def function_that_calls_itself_by_another(x):
    def power(v):
        return v * x[1] if v > 10 else power(v * 3)

    power = twice(power)
    return power(x[0])
