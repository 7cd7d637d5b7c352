"""Helpers, recursion, defaults, keywords, star arguments, decorators, partials."""

import functools
import math
import statistics
from functools import partial, reduce

import numpy as np

from tests.corpus import helpers_elsewhere
from tests.corpus.helpers_elsewhere import energy as far_energy
from tests.corpus.helpers_elsewhere import softplus, standardise
from tests.corpus.registry import program, register


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def energy(x):
    """Same name as in helpers_elsewhere, another function."""
    return np.sum(np.cos(x))


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3), 0.1), wrt=(0, 1, 2))
def logistic_unit(x, w, b):
    return sigmoid(np.dot(w, x) + b)


@program(args=lambda rng: (rng.normal(size=4),))
def two_energies(x):
    return energy(x) + 2 * far_energy(x)


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def helper_module(x, y):
    z = helpers_elsewhere.scaled(x) + standardise(y, eps=0.1)
    return np.sum(softplus(z)) * helpers_elsewhere.GRAVITY


@program(args=[lambda rng: (1.2, 5), lambda rng: (1.2, 0)])
def power(x, n):
    """Recursive, by squaring."""
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    if n % 2:
        return half * half * x
    return half * half


def is_even_step(x, n):
    return x if n == 0 else is_odd_step(np.sin(x) + x, n - 1)


def is_odd_step(x, n):
    return x**2 if n == 0 else is_even_step(x * 1.1, n - 1)


@program(args=[lambda rng: (0.7, 4), lambda rng: (0.7, 3)])
def mutual_recursion(x, n):
    return is_even_step(x, n)


@program(args=lambda rng: (rng.normal(size=8),))
def tree_sum(x):
    """Divide and conquer over slices."""
    if len(x) == 1:
        return np.tanh(x[0])
    mid = len(x) // 2
    left, right = tree_sum(x[:mid]), tree_sum(x[mid:])
    return left + right + 0.1 * left * right


def dense(x, W, b=0.0, *, activation=np.tanh, scale=1.0):
    return scale * activation(x @ W + b)


@program(
    args=lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)),
    wrt=(0, 1, 2),
)
def keyword_calls(x, W, b):
    h = dense(x, W, b=b)
    g = dense(W=W, x=x, activation=sigmoid, scale=h.mean())
    return np.sum(dense(g, W.T) ** 2)


def shifted(a, k=1.0):
    return a * k**2


@program(args=lambda rng: (1.7,))
def active_keyword(a):
    """The derivative goes through the keyword too."""
    return shifted(a, k=a * a) + shifted(a)


def product_of(*factors, **options):
    p = options.get("start", 1.0)
    for f in factors:
        p = p * f
    if options.get("square", False):
        p = p**2
    return p


@program(args=lambda rng: (1.2, 0.7, 2.0), wrt=(0, 1, 2))
def star_arguments(a, b, c):
    parts = (a, b)
    settings = {"start": c, "square": True}
    return product_of(*parts, c, **settings) + product_of() + product_of(a, start=b)


@program(args=lambda rng: (1.2, 0.7, -0.4), wrt=(0, 1, -1))
def varargs_parameter(*terms):
    return sum(t**2 for t in terms) + len(terms) * terms[0]


@program(args=lambda rng: (0.9,), kwargs={"damping": 0.2, "forcing": 1.5})
def kwargs_parameter(x, **params):
    return params["forcing"] * np.cos(x) - params["damping"] * x


@program(args=lambda rng: (0.9,), kwargs={"k": 3.0, "label": "stiff"})
def keyword_only(x, *, k, label="soft", power=2):
    if label == "stiff":
        k = 10 * k
    return 0.5 * k * x**power


@program(args=lambda rng: (rng.normal(size=(4, 2)), rng.normal(size=2), 0.3), wrt=("w", "b"))
def by_name(X, w, b):
    return np.mean((X @ w + b) ** 2)


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3), 2.0), wrt=-1)
def last_argument(x, y, k):
    return np.sum(np.abs(x - y) ** k)


@program(args=lambda rng: (1.3, 5.0, rng.normal(size=(2, 2))), wrt=(0, 1, 2))
def unused_arguments(x, never, nor_this):
    ignored = nor_this * 2
    return x * x


@program(args=lambda rng: (1.3, rng.normal(size=3)), wrt=(0, 1), tags=["constant"])
def constant_returned(x, v):
    return 4.0


def logged(f):
    """A decorator as everybody writes it."""

    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return 2.0 * f(*args, **kwargs)

    return wrapper


def with_gain(gain):
    def decorate(f):
        def inner(x):
            return gain * f(x) + x

        return inner

    return decorate


@logged
def doubled_square(x):
    return x * x


@with_gain(0.5)
@with_gain(3.0)
def amplified(x):
    return np.sin(x)


@program(args=lambda rng: (1.7,))
def decorated_helpers(x):
    return doubled_square(x) + amplified(x)


register("decorated_itself", doubled_square, args=lambda rng: (1.7,))


@program(args=lambda rng: (0.8, 1.9), wrt=(0, 1))
def partials(x, y):
    cube = partial(pow, exp=3)
    damped = partial(dense, activation=np.tanh, scale=0.5)
    row = partial(damped, np.array([[1.0, 2.0]]))
    return cube(x) + np.sum(row(np.array([[3.0], [0.2]]) * y)) + partial(math.hypot, x)(y)


@program(args=lambda rng: ([0.4, 1.2, -0.3],))
def reduced(xs):
    return reduce(lambda a, b: a * b + a, xs) + reduce(max, xs, -10.0)


def square(v):
    return v * v


@program(args=lambda rng: (0.3, "square"))
def compose_by_table(x, name):
    """A dict of functions, chosen by a string."""
    table = {"square": square, "sin": np.sin, "sigmoid": sigmoid}
    f = table[name]
    g = table["sigmoid" if x < 1 else "sin"]
    return f(g(x)) + table["sin"](x)


def newton(f, df, x0, steps=4):
    x = x0
    for _ in range(steps):
        x = x - f(x) / df(x)
    return x


@program(args=lambda rng: (3.0,))
def function_as_argument(a):
    return newton(lambda x: x**3 - a, lambda x: 3 * x**2, 1.5)


@program(args=lambda rng: ([2.0, 3.5, 5.0, 9.0],))
def library_statistics(data):
    """A pure Python library on the path."""
    return statistics.fmean([v * v for v in data])


@program(args=lambda rng: (rng.normal(size=5), rng.uniform(1, 2, size=5)), wrt=(0, 1))
def library_numpy_average(x, weights):
    return np.average(x, weights=weights) ** 2


@program(args=lambda rng: (rng.normal(size=5),))
def library_polynomial(c):
    """numpy.polynomial is plain Python inside."""
    return np.polynomial.polynomial.polyval(0.7, c) + np.trapezoid(c, dx=0.25)


@program(args=lambda rng: (rng.normal(size=3),))
def same_argument_twice(x):
    def quad(u, v):
        return np.sum(u * np.cos(v))

    return quad(x, x)


def _aliased(u, v):
    return np.sum(u * v**2)


def _shared(rng):
    x = rng.normal(size=3)
    return x, x


register("same_array_passed_twice", _aliased, args=_shared, wrt=(0, 1))
register("numpy_function", np.tanh, args=[lambda rng: (0.3,), lambda rng: (rng.normal(size=3),)])
register("numpy_function_two", np.dot, args=lambda rng: tuple(rng.normal(size=(2, 3))), wrt=(0, 1))
register("math_function", math.exp, args=lambda rng: (0.3,))
register("a_lambda", lambda x, y: x**2 * y, args=lambda rng: (1.2, 0.4), wrt=(0, 1))
register("partial_itself", partial(shifted, k=1.5), args=lambda rng: (0.4,))


@program(args=lambda rng: (0.4,))
def returns_nothing_useful(x):
    """A call for its effect only, in the middle of the path."""

    def report(v):
        """Inactive."""

    y = x**2
    report(y)
    return y * x


@program(args=lambda rng: (1.1, 0.2), wrt=(0, 1))
def several_results(a, b):
    """Helpers return tuples and dicts."""

    def stats(u, v):
        return u + v, u * v, {"ratio": u / v}

    s, p, extra = stats(a, b)
    whole = stats(b, a)
    return s * p + extra["ratio"] * whole[0] - whole[2]["ratio"]


@program(args=lambda rng: (rng.normal(size=(5, 2)), rng.normal(size=2)), wrt=1, has_aux=True)
def loss_with_aux(X, w):
    residual = X @ w - 1
    return np.mean(residual**2), {"worst": np.max(np.abs(residual)), "n": len(X)}


def rescaled(values, weight, scale=2.0):
    count = 0
    while True:
        count += 1
        if count > 1:
            break
        weight /= 1.2
    scale *= values[0]
    return np.sum(values) * scale, weight


@program(args=lambda rng: (0.6, rng.normal(size=3)), wrt=(0, 1))
def numbers_as_arguments_are_rebound(w, x):
    """`weight /= 1.2` of a number leaves the caller's alone; that of an array would not."""
    total, weight = rescaled(x, w)
    again, lighter = rescaled(x, weight, w)
    return total * w + again * weight + lighter * w
