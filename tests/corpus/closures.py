"""Nested functions and what they capture; global constants; names that could collide."""

import functools

import numpy
import numpy as np
from numpy import exp, sin

from tests.corpus.registry import program, register

RATE = 0.3
WEIGHTS = np.array([0.2, -0.5, 1.5])
CONFIG = {"decay": 0.9, "layers": [0.5, 0.25], "mode": "fast"}


@program(args=lambda rng: (rng.normal(size=3), 1.3), wrt=(0, 1))
def captures_active(x, k):
    def inner(t):
        return np.sum(np.sin(k * x + t))

    return inner(0.0) + inner(k)


@program(args=lambda rng: (0.6,))
def captures_later_value(x):
    """A closure sees the value at the time of the call."""
    scale = 2.0

    def f(v):
        return scale * v

    first = f(x)
    scale = x
    return first + f(x)


@program(args=lambda rng: (0.6,))
def late_binding_lambdas(x):
    fs = [lambda v: v * i for i in range(3)]
    gs = [lambda v, i=i: v * i for i in range(3)]
    return sum(f(x) for f in fs) + sum(g(x**2) for g in gs)


@program(args=lambda rng: (rng.normal(size=3),))
def global_constants(x):
    return RATE * np.sum(WEIGHTS * x) ** 2 * CONFIG["decay"] + sum(CONFIG["layers"]) * x[0]


@program(args=lambda rng: (0.9,))
def nonlocal_read_and_count(x):
    """nonlocal for a counter that carries no derivative."""
    calls = 0

    def f(v):
        nonlocal calls
        calls += 1
        return v * v

    y = f(x) + f(2 * x)
    return y * calls


@program(args=lambda rng: (0.9, 0.4), wrt=(0, 1))
def three_levels(a, b):
    def outer(u):
        def inner(v):
            return u * v + a

        return inner(b) * inner(u)

    return outer(a + b)


@program(args=lambda rng: (1.4,))
def curried(x):
    add = lambda a: lambda b: a + b
    mul = lambda a: lambda b: a * b
    return mul(add(x)(1.0))(x)


def make_polynomial(*coefficients):
    def p(x):
        y = 0.0
        for c in reversed(coefficients):
            y = y * x + c
        return y

    return p


register("closure_over_tuple", make_polynomial(1.0, -2.0, 0.5), args=lambda rng: (0.7,))
register("closure_other_values", make_polynomial(0.3, 0.1), args=lambda rng: (0.7,))


def make_loss(X, y):
    """Data captured once, as a training script does."""
    n = len(X)

    def loss(w):
        return np.sum((X @ w - y) ** 2) / n

    return loss


_rng = np.random.default_rng(3)
register(
    "closure_over_data",
    make_loss(_rng.normal(size=(6, 2)), _rng.normal(size=6)),
    args=lambda rng: (rng.normal(size=2),),
)


@program(args=lambda rng: (1.3, 0.7), wrt=(0, 1))
def hostile_names(x, x_bar):
    """Names that a generator might like for itself."""
    grad = x * x_bar
    y_bar = grad + 1
    x_saved = [y_bar, x]
    _return = x_saved[0] * x_saved[1]
    np_ = _return**2
    d, bx, tangent, out_bar = np_, x, x_bar, 2.0
    return d * bx * tangent + out_bar * grad


@program(args=lambda rng: (0.3,))
def aliases_of_numpy(t):
    return numpy.cos(t) * np.tanh(t) + sin(t) * exp(-t)


@program(args=lambda rng: (rng.normal(size=3),))
def shadowed_builtins(x):
    """Bad style, seen everywhere."""
    sum = np.sum(x)
    max = x[0] * 2
    list = [sum, max]
    id = 3

    def abs(v):
        return v**2

    return list[0] * list[1] + abs(sum) * id


@program(args=lambda rng: (rng.normal(size=3),))
def shadowed_module(x):
    np = 2.0

    def math(v):
        return v * np

    return math(x).sum() * np


@program(args=lambda rng: (0.5,))
def lambdas_on_one_line(x):
    f, g = (lambda v: v**2), (lambda v: v**3)
    return f(x) * g(x) + (lambda v: 5 * v)(x)


@program(args=lambda rng: (0.5,))
def recursive_inner(x):
    def fact_like(n):
        return x if n <= 1 else (n + x) * fact_like(n - 1)

    return fact_like(4)


@program(args=lambda rng: (0.5, 2.0), wrt=(0, 1))
def integrate(a, b):
    """Quadrature of an integrand that captures the parameters."""

    def trapezoid(f, lo, hi, n=6):
        h = (hi - lo) / n
        s = 0.5 * (f(lo) + f(hi))
        for i in range(1, n):
            s += f(lo + i * h)
        return h * s

    return trapezoid(lambda t: np.exp(-a * t) * np.sin(b * t), 0.0, b)


@program(args=lambda rng: (0.8,))
def reassigned_types(x):
    """One name, four types."""
    value = x
    value = np.array([value, 2 * value])
    total = value.sum()
    value = "total"
    value = {value: total}
    value = value["total"], 3
    return value[0] * value[1]


def scaling(factor):
    def apply(t, shift=0.1 * factor):
        return factor * t + shift

    return apply


@program(args=lambda rng: (rng.normal(size=2), 0.3), wrt=(0, 1))
def default_replaced_by_caller(v, u):
    """The default carries a derivative, and this call does not use it."""
    return np.sum(scaling(v)(u, shift=0.2)) + scaling(u)(u) * scaling(u)(u, u)


@program(args=lambda rng: (0.7,))
def chosen_function_with_default(x):
    """Which function runs is known late; its defaults carry a derivative too."""
    g = (lambda t, k=x * x: t * k) if x > 0 else np.sin
    h = (lambda t, *, k=x * x: t * k * x) if x > 0 else np.cos
    return g(x) + g(x, k=2.0) + h(x) * h(x, k=0.5)


@program(args=lambda rng: (0.7,))
def functions_handed_to_chosen_function(x):
    """What the arguments captured, were given as defaults, or hold as partials, counts."""

    def total(functions, t):
        result = 0.0
        for function in functions:
            result = result + function(t)
        return result

    inner = lambda t: t * x  # noqa: E731
    h = total if x > 0 else np.multiply
    bound = functools.partial(lambda a, b: a * b * x, x)
    chosen = functools.partial(lambda a, b, k=x: k * a * b, x) if x > 0 else np.sin
    power = bound if x > 0 else functools.partial(np.power, x)
    late = h([lambda t: inner(t) * 2, lambda t, k=x * x: t * k, bound, np.sin], x)
    return late + chosen(x) + power(x)


@program(args=lambda rng: (0.7, 0.3), wrt=(0, 1))
def spread_into_chosen_function(x, y):
    """`*` and `**` in a call of a function that is known late."""
    g = (lambda a, b, *, c=x: a * b * c) if x > 0 else np.power
    pair, options = (x, y), {"c": x * x}
    first = g(*pair, **options) + g(x, *pair[1:])
    return first * g(*np.array([x, 2 * y])) + g(*[x], b=y, **options)


@program(args=lambda rng: (0.3, 0.7), wrt=(0, 1))
def called_in_a_loop(x, w):
    """What a function captured gets its cotangent where the function is called."""
    s = x

    def step(t):
        return t * w * x + offset(t)

    def offset(t):
        return w * t

    for k in range(3):
        s = step(s)
        while s < 0.5:
            s = offset(s) + step(0.5)
    last = lambda t: w * t + x  # noqa: E731
    for k in range(2):
        s = last(s) * last(w)
        w = w * s
    return s


@program(args=lambda rng: (0.3,))
def captured_after_its_life(x):
    """A variable may change once nobody can call the function that captured it."""
    t = x
    r = functools.reduce(lambda p, q: p * t + q, [x, x * x], 0.4)
    t = r * 2
    for v in [x, 2 * x]:
        for u in map(lambda z: z * t, [v, r]):
            t = t + 0.1 * u
    return t * r


@program(args=lambda rng: (0.3, 0.7), wrt=(0, 1))
def captured_rebound_to_another_shape(x, w):
    """A function that is only called reads its variables anew, whatever they are by then."""

    def scale(a, k=0.4, m=w * x):
        return a * w * k * m

    def power(a, n):
        return a if n == 0 else w * power(a * x, n - 1)

    s = scale(x) + power(x, 2)
    w = w * s
    s = s + scale(s) + power(s, 1)
    for _ in range(2):
        s = s * scale(s, k=x) + scale(x, m=s)
        w = np.sum(w * np.array([s, 1.0]))
    w = np.array([s, w])
    return np.sum(power(s, 1) * scale(w))


@program(args=lambda rng: (0.4, 0.7), wrt=(0, 1))
def handed_on_before_a_change(x, s):
    """The inner function sees the last value of `s`, through the function that made it."""

    def make():
        return lambda t: t * s

    g = make()
    s = s * x
    return g(x)


@program(args=lambda rng: ([0.4, 0.7],))
def default_holds_a_list(xs):
    """A default that is a list has zeros of its own kind."""

    def pick(kind, values, other=xs):
        return values[0] * other[1] if kind is float else other[0]

    return pick(float, xs) + pick(float, xs, [2.0, 3.0]) * pick(int, xs)


@program(args=lambda rng: (0.3,))
def captured_across_iterations_and_branches(x):
    """A variable that is read through a function alone, in another iteration or in a branch."""
    t, u = x, 2 * x

    def g(a):
        return a * t

    def deep(b):
        def pair(c):
            return u, c

        return pair(b)[0] if b > 0 else sum

    s = x
    for _ in range(3):
        s = g(s) + deep(x)
        t = s * x
    while s > 0.1:
        if s > 0:
            s = g(s)
        if x > 0:
            t = s * x
    return s


@program(args=lambda rng: ([rng.normal(size=3), rng.normal(size=3)],), tags=["mutates"])
def captured_list_of_which_a_part_is_written_later(xs):
    last = xs[1]

    def stacked():
        buffer = np.zeros(3)
        np.divide(1.4, 0.7, out=buffer[1:])
        return np.stack([xs[0], buffer])

    rows = stacked()
    last[...] = 3.0
    return np.sum(rows**2)


@program(args=lambda rng: (rng.normal(size=3),))
def captured_list_of_views_of_their_own(p):
    xs = [np.outer(p, p)[0], (2 * np.outer(p, p))[1]]
    last = xs[1]

    def stacked():
        buffer = np.zeros(3)
        buffer[1:] = 2.0
        rows = [xs[0], buffer]
        rows.append(xs[0])
        return np.stack(rows)

    rows = stacked()
    last[...] = 3.0
    return np.sum(rows**2)


def smallest_of_each(a):
    return sum(
        0.5 * sorted(a, key=lambda t: t * u)[0] + len(f"{u:.3f}")
        for u in filter(lambda z: z < 0.8, a)
    )


@program(args=lambda rng: (rng.normal(size=3),))
def functions_that_read_the_variable_of_a_generator(x):
    mapped = sum(sorted(x, key=lambda t: t * u)[0] * 2 for u in map(np.sin, x))
    return smallest_of_each(x * 0.3) + mapped * smallest_of_each(x)
