"""Python's own functions on active values."""

import operator

import numpy as np

from tests.corpus.registry import program, register


@program(args=[lambda rng: (0.7, -1.2), lambda rng: (-1.2, 0.7)], wrt=(0, 1))
def max_min_abs(a, b):
    return max(a, b) ** 2 + min(a, b, 3.0) + abs(a) * abs(b) + max([a, b, 0.1]) + min((a, b))


@program(args=lambda rng: ([0.7, -1.2, 0.1],))
def extremum_with_key(xs):
    return max(xs, key=abs) * 2 + min(xs, key=lambda v: v**2) ** 2 + max([], default=xs[0])


@program(args=lambda rng: (1.3, 2.2), wrt=(0, 1))
def powers(x, y):
    return pow(x, y) + x**y + pow(x, 2) + 2**x + x**-1 + x**0.5


@program(args=lambda rng: (7.4, 2.2), wrt=(0, 1))
def division(x, y):
    q, r = divmod(x, y)
    return r * x + q * y + x // y * x + x % y


@program(args=lambda rng: (2.7,))
def rounding(x):
    return round(x) * x + round(x, 1) + int(x) * x**2 + float(x) + float("0.5") * x


@program(args=lambda rng: ([0.5, 1.5, 2.5], rng.normal(size=3)), wrt=(0, 1))
def sums_and_lengths(xs, v):
    return sum(xs) * len(v) + sum(v) + sum(xs, 10.0) + sum([v, v * 2]).max() + len(xs)


@program(args=lambda rng: (rng.normal(size=3),))
def zip_map_list(x):
    ys = list(map(lambda a, b: a * b, x, x[::-1]))
    pairs = list(zip(ys, range(3)))
    return sum(a * k for a, k in pairs) + sum(map(abs, x)) + sum(filter(lambda a: a > 0, ys))


@program(args=lambda rng: (rng.normal(size=3),))
def reversed_sorted_enumerate(x):
    backwards = list(reversed(x))
    ordered = sorted(x, reverse=True)
    return sum(i * v for i, v in enumerate(ordered)) + backwards[0] ** 2


@program(args=lambda rng: (0.4, 1.3), wrt=(0, 1))
def operator_module(a, b):
    ops = [operator.add, operator.mul, operator.truediv, operator.sub, operator.pow]
    s = 0.0
    for op in ops:
        s = s + op(a, b)
    return operator.neg(s) * operator.itemgetter(1)([a, b])


@program(args=[lambda rng: (0.5,), lambda rng: (np.float64(0.5),), lambda rng: (np.array(0.5),)])
def type_checks(x):
    if isinstance(x, float):
        k = 2.0
    elif isinstance(x, np.ndarray) and x.ndim == 0:
        k = 3.0
    else:
        k = 5.0
    if type(x) is float:
        k = k + 1
    return k * x**2 if callable(abs) else x


@program(args=lambda rng: (0.6,))
def strings_and_formats(x):
    name = f"{'a'!s:>3}" + str(len("abc")) + "-".join(["u", "v"]).upper()
    return x**2 * len(name.strip().split("-"))


@program(args=lambda rng: (3.0, 2), wrt=0)
def truthiness_and_bools(x, n):
    total = x * True + x * (n > 1) + bool(x) * x
    return total if n else -total


@program(args=lambda rng: (0.5,))
def integer_arithmetic(x):
    n = 7 // 2 + 7 % 4 - (1 << 3) + (6 & 3) + (~2) + abs(-4)
    return x**n if n > 0 else x * n


@program(args=lambda rng: (1.5,))
def iterators(x):
    """next and iter by hand."""
    it = iter([x, x**2, x**3])
    first = next(it)
    rest = sum(it)
    return first * rest + next(it, 2.0) * x


@program(args=lambda rng: (rng.normal(size=3),))
def settings_out_of_text(p):
    cfg = {}
    for part in "alpha = 2;beta = 3;gamma = 1".split(";"):
        k, v = part.split("=")
        cfg[k.strip()] = float(v)
    counts = {}
    for word in "the cat the dog".split():
        counts[word] = counts.get(word, 0) + 1
    for line in "w 1.5\nb 2".splitlines():
        name, _, value = line.partition(" ")
        cfg[name.upper()] = float(value) * p[0]
    return cfg["alpha"] * p[0] ** 2 + cfg["W"] * cfg["B"] * p[1] + counts["the"] * p[2]


register("abs_itself", abs, args=lambda rng: (-0.4,))
register("pow_itself", pow, args=lambda rng: (1.4, 2.5), wrt=(0, 1))
