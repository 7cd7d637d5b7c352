"""Functions that compute derivatives themselves: they are differentiated through these."""

from __future__ import annotations

import functools
import linecache

import numpy as np
import pytest

import srcad
from srcad import grad, value_and_grad

X = np.array([0.7, 1.3, 0.4])


def energy(x):
    return np.sum(np.sin(x))


force = grad(energy)
TOOLS = {"force": force}


def by_name(x):
    return np.sum(force(x) ** 2)


def by_table(x):
    return np.sum(TOOLS["force"](x))


def made_here(x):
    return np.sum(grad(energy)(x) * x)


def with_value(x):
    v, g = value_and_grad(energy)(x)
    return v * np.sum(g**2)


def of_a_lambda(x):
    c = np.sum(x**2)
    return np.sum(grad(lambda z: c * np.sum(z**3))(x))


def of_a_function(x):
    c = np.sum(x**2)

    def inner(z):
        return c * np.sum(z**3)

    g = grad(inner)
    return np.sum(g(x) * g(2 * x))


def by_decorator(x):
    c = x[0]

    @grad
    def inner(z):
        return c * z**3

    return inner(x[1]) * inner(c)


def by_decorator_with_options(x):
    c = x[0]

    @grad(wrt=1)
    def inner(a, z):
        return c * z**3 * a

    return inner(x[1], c)


def twice(x):
    c = x[0]
    return grad(grad(lambda z: c * z**3))(x[1])


def nested(x):
    f = lambda z: grad(lambda y: y**3 * z * x[0])(z)
    return grad(f)(x[1])


def descent(x):
    w = x.copy()
    for _ in range(3):
        w = w - 0.1 * grad(energy)(w)
    return np.sum(w**2)


def descent_in_place(x):
    w = x.copy()
    for _ in range(3):
        w -= 0.1 * grad(lambda w: np.sum((w - x) ** 2) * x[0])(w)
    return np.sum(w**2)


def momentum(x):
    def loss(w):
        return np.sum((w - x) ** 4)

    w, m = np.zeros(3), np.zeros(3)
    for _ in range(4):
        m = 0.9 * m + grad(loss)(w)
        w = w - 0.05 * m
    return np.sum(w * x)


class Spring:
    def __init__(self, k):
        self.k = k

    def energy(self, x):
        return np.sum(self.k * x**3)

    @grad
    def stress(self, x):
        return np.sum(self.k * x**3)

    def force(self, x):
        return grad(self.energy)(x)


def of_a_method(x):
    return np.sum(Spring(x * 2).force(x))


def a_method(x):
    return np.sum(Spring(x * 2).stress(x))


def of_an_object(x):
    return np.sum(grad(lambda s: np.sum(s.k * x * x[0]))(Spring(x * 3)).k)


def with_aux(x):
    g, a = grad(lambda z: (np.sum(z * z * x), z[0]), has_aux=True)(x)
    return np.sum(g) * a


def in_two(x):
    a, b = grad(lambda u, v: u * v * x[0], (0, 1))(x[0], x[1])
    return a * b


def in_a_dict(x):
    d = grad(lambda p: np.sum(p["w"] * x) * p["b"])({"w": x, "b": x[0]})
    return np.sum(d["w"]) * d["b"]


def in_star(x):
    return grad(lambda *a: a[0] * a[1] * x[0])(x[1], x[2])


def of_a_partial(x):
    return grad(functools.partial(lambda a, z: a * z**2, x[0]))(x[1])


def by_keyword(x):
    return {"f": grad(lambda z, k: z**k * x[0])}["f"](x[1], k=3.0)


def defaults(x):
    return grad(lambda z, w=x[0]: w * z**2)(x[1])


def kept_in_a_list(x):
    c = x[0]
    gs = []
    for i in range(3):
        gs.append(grad(lambda z, i=i: c * z**i))
    return sum([g(x[1]) for g in gs])


def applied(f, x):
    return f(x)


def handed_on(x):
    return applied(grad(lambda z: z**3 * x[0]), x[1])


def two_names(x):
    g = grad(lambda z: z * z * x[0])
    same = g
    return same(x[1]) * g(x[2])


def by_branch(x):
    c = x[0]
    g = grad(lambda z: c * z**2) if x[1] > 0 else grad(lambda z: c * z**3)
    return g(x[1])


def bound_again(x):
    c = x[0] * 1.0
    g = grad(lambda z: c * z**3)
    c = c * 2
    return g(x[1])


def written_between(x):
    c = x.copy()
    g = grad(lambda z: c[0] * z**3)
    a = g(x[1])
    c[0] = 5 * x[2]
    return a + g(x[1])


def in_a_loop(x):
    total = 0.0
    for i in range(3):
        w = x[i]
        total = total + grad(lambda z: z**2 * w)(x[0])
    return total


def in_a_while(x):
    r, w = 0.0, x[0]
    while w < 50:
        w = w + grad(lambda z: z**2)(w)
        r = r + w
    return r * x[1]


def recursive(x):
    if x[0] > 5:
        return np.sum(x)
    return recursive(x + np.abs(grad(energy)(x)) + 1)


def by_vjp(x):
    y, pull = srcad.vjp(lambda z: z**2 * x[0], x)
    return np.sum(y * pull(np.ones(3))[0])


def by_vjp_of_a_dict(x):
    y, pull = srcad.vjp(lambda p, q: {"a": p * q, "b": q**2}, x, x[0])
    bars = pull({"a": x, "b": x[1]})
    return np.sum(bars[0]) * bars[1] * y["b"]


def by_vjp_with_a_keyword(x):
    y, pull = srcad.vjp(lambda z, k=1.0: z**2 * k, x, k=x[0])
    return np.sum(y * pull(x)[0])


def by_jacobian_of_a_list(x):
    J = srcad.jacobian(lambda z: np.array([z[0] * z[1], z[2] ** 2]))
    return np.sum(J(x) ** 2)


def by_jvp(x):
    y, t = srcad.jvp(lambda z: np.sin(z) * x[0], (x,), (x * x,))
    return np.sum(y * t)


def by_hvp(x):
    return np.sum(srcad.hvp(lambda z: np.sum(z**3) * x[0])(x, x * x))


def by_jacobian(x):
    J = srcad.jacobian(lambda z: z**3 * x[0])(x)
    return np.sum(J * np.arange(9.0).reshape(3, 3))


def by_hessian(x):
    return np.trace(srcad.hessian(lambda z: np.sum(z**3) * x[0])(x))


def by_hessian_of_a_constant(x):
    return np.linalg.det(srcad.hessian(energy)(x) + np.eye(3) * 3)


def newton(x):
    J = srcad.jacobian(lambda z: z * np.sum(z))
    r = x
    for _ in range(2):
        r = r - 0.1 * np.linalg.solve(J(r) + np.eye(3), r * r)
    return np.sum(r)


def wave(p, t):
    return p[0] * np.sin(p[1] * t) + p[2]


def residual_of_an_equation(x):
    speed = grad(wave, 1)
    acceleration = grad(speed, 1)
    r = 0.0
    for t in (0.1, 0.5, 0.9):
        r += (acceleration(x, t) + x[1] ** 2 * wave(x, t) + speed(x, t)) ** 2
    return r


PROGRAMS = [
    by_vjp, by_vjp_of_a_dict, by_vjp_with_a_keyword, by_jvp, by_hvp, by_jacobian,
    by_jacobian_of_a_list, by_hessian, by_hessian_of_a_constant, newton, residual_of_an_equation,
    by_name, by_table, made_here, with_value, of_a_lambda, of_a_function, by_decorator,
    by_decorator_with_options, twice, nested, descent, descent_in_place, momentum, of_a_method,
    a_method, of_an_object, with_aux, in_two, in_a_dict, in_star, of_a_partial, by_keyword,
    defaults, kept_in_a_list, handed_on, two_names, by_branch, bound_again, written_between,
    in_a_loop, in_a_while, recursive,
]  # fmt: skip
# Their gradients keep cotangents by memory, write into dicts, or are of third order.
ONLY_ONCE = [by_vjp_with_a_keyword, of_an_object, in_a_dict, of_a_partial]


def differences(f, x, step=1e-6):
    """Central differences in each number."""
    units = step * np.eye(len(x))
    return np.array([(f(x + e) - f(x - e)) / (2 * step) for e in units])


@pytest.mark.parametrize("f", PROGRAMS)
@pytest.mark.parametrize("naive", [False, True])
def test_reverse(f, naive):
    np.testing.assert_allclose(grad(f, naive=naive)(X), differences(f, X), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("f", PROGRAMS)
def test_forward(f):
    found = [srcad.jvp(f, (X,), (e,))[1] for e in np.eye(3)]
    np.testing.assert_allclose(found, differences(f, X), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("f", [f for f in PROGRAMS if f not in ONLY_ONCE])
def test_once_more(f):
    df = grad(f)
    expected = differences(df, X, 1e-5)
    np.testing.assert_allclose(srcad.hessian(f)(X), expected, rtol=1e-4, atol=1e-5)
    if f is by_keyword:  # what a dict gave is not known to be harmless
        return
    along = grad(lambda x: np.sum(df(x) * DIRECTION))
    np.testing.assert_allclose(along(X), DIRECTION @ expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("f", ONLY_ONCE)
def test_the_second_derivative_is_refused(f):
    with pytest.raises(srcad.errors.SrcadError):
        srcad.hessian(f)(X)


def in_two_steps(w):
    """As meta-learning does: the loss behind two steps of gradient descent."""

    def loss(w, x):
        return np.mean((np.tanh(x @ w) - 0.3) ** 2)

    rows = np.array([[0.3, -0.5, 0.2], [0.7, 0.1, -0.4]])
    w = w - 0.1 * grad(loss)(w, rows)
    w = w - 0.1 * grad(loss)(w, rows[::-1] * 2.0)
    return loss(w, rows)


def symplectic(q):
    def energy(q, p):
        return 0.5 * np.sum(p * p) + np.sum(np.cos(q)) * 0.3 + 0.1 * q[0] * q[1]

    dq, dp = grad(energy, wrt=0), grad(energy, wrt=1)
    p = np.zeros(3)
    for _ in range(3):
        p = p - 0.1 * dq(q, p)
        q = q + 0.1 * dp(q, p)
    return np.sum(q**2)


def penalty(w):
    g = grad(lambda x: np.sum(np.tanh(x * w)))(ROWS[0])
    return (np.sqrt(np.sum(g**2)) - 1) ** 2


ROWS = np.array([[0.3, 0.5, 0.2]])
DIRECTION = np.array([0.4, -0.7, 0.3])


@pytest.mark.parametrize("f", [in_two_steps, symplectic, penalty])
def test_the_third_derivative(f):
    """Calls of gradients of gradients: what they rest on is plain code."""

    def once(x):
        return np.sum(grad(f)(x) * DIRECTION)

    def twice(x):
        return np.sum(grad(once)(x) * DIRECTION)

    found = grad(twice)(X)
    np.testing.assert_allclose(found, differences(twice, X, 1e-5), rtol=1e-5, atol=1e-7)
    moved = srcad.jvp(twice, (X,), (DIRECTION,))[1]
    np.testing.assert_allclose(moved, found @ DIRECTION, rtol=1e-9)


def test_the_third_derivative_with_tangents():
    """Reverse over forward over forward of what calls a gradient, and once more forward."""

    def along(x):
        return srcad.jvp(in_two_steps, (x,), (DIRECTION,))[1]

    def twice(x):
        return srcad.jvp(along, (x,), (DIRECTION,))[1]

    found = grad(twice)(X)
    np.testing.assert_allclose(found, differences(twice, X, 1e-5), rtol=1e-5, atol=1e-7)


def test_code_is_written_once():
    """Calls again find what was written before, and leave nothing behind."""
    inner, jacobian = grad(in_star), srcad.jacobian(lambda x: x**2)
    inner(X)
    jacobian(X)
    srcad.flatten({"x": X})
    before = len(linecache.cache)
    for _ in range(3):
        inner(X)
        jacobian(X)
        srcad.flatten({"x": X})
    assert len(linecache.cache) == before


def test_a_gradient_of_constants_is_a_constant():
    def weighted(x):
        return np.sum(x * srcad.grad(energy)(np.array([0.0, 1.0])))

    np.testing.assert_allclose(srcad.grad(weighted)(np.ones(2)), np.cos([0.0, 1.0]))


def test_what_stops_stays_stopped():
    def f(x):
        return grad(lambda z: srcad.stop_gradient(x[0]) * z**2)(x[1])

    np.testing.assert_allclose(grad(f)(X), [0, 2 * X[0], 0])


def test_a_function_that_counts_is_refused():
    class Counting:
        def __init__(self, w):
            self.w, self.calls = w, 0

        def loss(self, x):
            self.calls += 1
            return np.sum(self.w * x**2)

    def f(x):
        return np.sum(grad(Counting(x * 2).loss)(x))

    with pytest.raises(srcad.errors.UnsupportedMutation, match="known only when it runs"):
        grad(f)(X)


def test_errors_of_the_inner_gradient():
    def f(x):
        return np.sum(grad(lambda z: z)(x))

    with pytest.raises(srcad.errors.NotDifferentiable, match="needs a real scalar"):
        grad(f)(X)


def test_what_a_function_holds_is_not_read_behind_its_back():
    def f(x):
        c = x[0]
        g = lambda: c  # noqa: E731
        return g.__closure__[0].cell_contents * 2

    with pytest.raises(srcad.errors.UnsupportedSyntax, match="`.__closure__` of this value"):
        grad(f)(X)

    def h(x):
        g = lambda v: v * x  # noqa: E731
        vars(g)["k"] = x
        return g.k * g(2.0)

    assert grad(h)(3.0) == 12.0
    with pytest.raises(srcad.errors.UnsupportedSyntax, match="`.__closure__` of this value"):
        srcad.jvp(f, (X,), (X,))
