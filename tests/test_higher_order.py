"""Derivatives of derivatives: gradients of gradients, Jacobians, Hessians, products with them."""

from __future__ import annotations

import numpy as np
import pytest

import srcad
import srcad.second
from srcad import errors
from srcad.runtime.results import only_scalar

A = np.random.default_rng(1).normal(size=(3, 3))


def product(x):
    return np.sin(x) * x**3


def helper(a, b):
    return a * np.exp(b)


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def recurrence(x):
    t = 0.0
    for _ in range(3):
        t = t + np.sum(np.tanh(x * t + x))
    return t


def in_place(x):
    w = x.copy()
    for i in range(1, 3):
        w[i] += w[i - 1] ** 2 * np.sin(x[i])
    return np.sum(w**3)


def calls(x):
    return np.sum(helper(x, x[::-1])) * helper(x[0], x[1])


def branches(x):
    return np.sum(x**3) if x[0] > 0 else np.sum(x)


def newton(x):
    y = x[0]
    while y < 3:
        y = y * 1.3 + x[1] ** 2
    return y**2 * x[2]


def matrices(x):
    return np.sum(np.linalg.solve(A + np.diag(x), x) ** 2) + np.linalg.det(A + np.diag(x)) ** 2


def statistics(x):
    return np.max(x) ** 3 + np.mean(x) ** 2 * np.var(x) + np.linalg.norm(x) ** 3 + np.prod(x)


def orders(x):
    return np.sum(np.sort(x) ** 3 * np.arange(3)) + np.sum(np.cumsum(x**2) ** 2)


def pieces(x):
    rows = [v**2 for v in x]
    return np.sum(np.stack(rows) ** 2) + np.sum(np.where(x > 1, x**3, x**2))


def softmax(x):
    return np.log(np.sum(np.exp(A @ x))) + np.sum(np.outer(x, x) ** 2 @ x)


PROGRAMS = [
    rosenbrock, recurrence, in_place, calls, branches, newton, matrices, statistics, orders,
    pieces, softmax,
]  # fmt: skip
POINT = np.array([1.14, 0.73, 0.91])


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_hessian(f) -> None:
    """Against differences of the gradient, in both modes, and symmetric."""
    found = srcad.hessian(f)(POINT)
    df, eps = srcad.grad(f), 1e-5
    columns = [(df(POINT + eps * e) - df(POINT - eps * e)) / (2 * eps) for e in np.eye(3)]
    np.testing.assert_allclose(found, np.stack(columns, -1), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found, found.T, rtol=1e-10, atol=1e-10)
    if f is not pieces:  # its gradient stacks a list: right or refused
        backwards = srcad.jacobian(df, mode="reverse")(POINT)
        np.testing.assert_allclose(found, backwards, rtol=1e-10, atol=1e-10)
    v = np.array([0.3, -1.2, 0.7])
    np.testing.assert_allclose(srcad.hvp(f)(POINT, v), found @ v, rtol=1e-10, atol=1e-10)


def test_to_the_fourth_order() -> None:
    f = lambda x: x * np.exp(x)  # noqa: E731
    for order in range(1, 5):
        f = srcad.grad(f)
        assert f(0.5) == pytest.approx((0.5 + order) * np.exp(0.5), rel=1e-12)


def test_third_order_through_a_loop() -> None:
    def powers(x):
        y = 1.0
        for _ in range(5):
            y = y * x
        return y

    d3 = srcad.grad(srcad.grad(srcad.grad(powers)))
    assert d3(1.3) == pytest.approx(60 * 1.3**2, rel=1e-12)


def test_pullback_and_tangent_of_a_gradient() -> None:
    df, v = srcad.grad(rosenbrock), np.array([0.3, -1.2, 0.7])
    value, pullback = srcad.vjp(df, POINT)
    again, t = srcad.jvp(df, (POINT,), (v,))
    np.testing.assert_array_equal(value, again)
    np.testing.assert_allclose(pullback(v)[0], t, rtol=1e-12)


def test_gradient_of_a_value_and_gradient_notices_changes() -> None:
    global SCALE
    second = srcad.grad(srcad.grad(scaled))
    assert second(2.0) == pytest.approx(12.0)
    SCALE = 3.0
    try:
        assert second(2.0) == pytest.approx(36.0)
    finally:
        SCALE = 1.0


SCALE = 1.0


def scaled(x):
    return SCALE * x**3


def test_second_derivative_reads_like_one() -> None:
    text = srcad.source(srcad.grad(srcad.grad(lambda x: x**3)), 2.0)
    assert "6 * x" in text or "3 * 2 * x" in text or "2 * x" in text


def test_objects_that_are_written_take_the_other_way() -> None:
    """The gradient's code writes by memory: the gradient of the tangent's code is taken."""

    def collected(x):
        xs = [x[0]]
        for v in x[1:]:
            xs.append(xs[-1] * np.sin(v))
            xs[0] += v
        return xs[0] * xs[-1] ** 2

    found = srcad.hessian(collected)(POINT)
    df, eps = srcad.grad(collected), 1e-5
    columns = [(df(POINT + eps * e) - df(POINT - eps * e)) / (2 * eps) for e in np.eye(3)]
    np.testing.assert_allclose(found, np.stack(columns, -1), rtol=1e-6, atol=1e-6)


COUNT = {"calls": 0}


def of_unknown_kind(x):
    """A count that changes may be anything the next time, and so may the result."""
    COUNT["calls"] += 1
    return np.sum(x**3) * COUNT["calls"] / COUNT["calls"]


def test_result_of_a_kind_met_at_run_time() -> None:
    """The gradient's code returns the value as well, for a look at it; its derivative does not."""
    value, t = srcad.jvp(srcad.grad(of_unknown_kind), (POINT,), (np.ones(3),))
    np.testing.assert_allclose((value, t), (3 * POINT**2, 6 * POINT))
    np.testing.assert_allclose(srcad.hessian(of_unknown_kind)(POINT), np.diag(6 * POINT))
    both = srcad.jvp(srcad.value_and_grad(of_unknown_kind), (POINT,), (np.ones(3),))
    np.testing.assert_allclose(both[1][0], np.sum(3 * POINT**2))
    for wrong in (np.ones(3), 3, "text", 1j):
        with pytest.raises(errors.NotDifferentiable, match="real scalar"):
            only_scalar(wrong, "f")


def test_arguments_in_lists_that_the_function_writes() -> None:
    def consumed(x, weights):
        weights[0] = weights[0] * 2.0
        return x * weights[0]

    weights = [np.ones(3)]
    found = srcad.jacobian(consumed)(POINT, weights)
    np.testing.assert_allclose(found, 2 * np.eye(3))
    assert weights[0].tolist() == [1.0, 1.0, 1.0]


# -- Jacobians -------------------------------------------------------------------------------------


def several(x):
    return np.array([x[0] * x[1], np.sin(x[2]), x[0] ** 2, x[1] * x[2]])


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobian(mode) -> None:
    x, y, z = POINT
    wanted = [[y, x, 0], [0, 0, np.cos(z)], [2 * x, 0, 0], [0, z, y]]
    np.testing.assert_allclose(srcad.jacobian(several, mode=mode)(POINT), wanted, rtol=1e-12)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_shapes_of_jacobians(mode) -> None:
    outer = srcad.jacobian(lambda x: np.outer(x, x), mode=mode)(POINT)
    assert outer.shape == (3, 3, 3)
    assert outer[0, 1].tolist() == [POINT[1], POINT[0], 0.0]
    assert srcad.jacobian(lambda x: 2 * x, mode=mode)(1.5) == 2.0
    assert srcad.jacobian(lambda x: x * POINT, mode=mode)(1.5).shape == (3,)
    assert srcad.jacobian(np.sum, mode=mode)(np.ones((2, 2))).shape == (2, 2)
    assert srcad.jacobian(lambda x: x[:0], mode=mode)(POINT).shape == (0, 3)
    assert srcad.jacobian(lambda s, x: s * x, 1, mode)(2.0, POINT).shape == (3, 3)
    assert srcad.jacobian(lambda x, *, k: k * x, mode=mode)(POINT, k=2.0)[1, 1] == 2.0


def test_arguments_that_the_function_writes() -> None:
    def squared(x):
        x *= x
        return x

    np.testing.assert_allclose(srcad.jacobian(squared)(POINT.copy()), np.diag(2 * POINT))


def with_defaults(x, k=2.0, *rest, scale=3.0, **more):
    return scale * np.sum(x**3) * k


def test_second_derivatives_of_functions_with_defaults() -> None:
    wanted = np.diag(36.0 * POINT)
    np.testing.assert_allclose(srcad.hessian(with_defaults)(POINT), wanted)
    np.testing.assert_allclose(srcad.hvp(with_defaults)(POINT, POINT), wanted @ POINT)
    np.testing.assert_allclose(srcad.hessian(with_defaults)(POINT, 1.0), wanted / 2)
    second = srcad.grad(lambda x: np.sum(srcad.grad(with_defaults)(x) * x))
    np.testing.assert_allclose(second(POINT), 54.0 * POINT**2)


def test_hessian_of_a_slice_of_a_sorted_list() -> None:
    found = srcad.hessian(lambda x: sum(sorted([v**2 for v in x], reverse=True)[:2]))(POINT)
    order = np.argsort(-POINT)[:2]
    np.testing.assert_allclose(found, np.diag([2.0 * (k in order) for k in range(len(POINT))]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: srcad.jacobian(several, mode="both"), "mode='both'"),
        (lambda: srcad.jacobian(several)([1, 2]), "not in"),
        (lambda: srcad.jacobian(several)(np.arange(3)), "floating"),
        (lambda: srcad.jacobian(lambda x: (1, 2))(1.0), "not of a tuple"),
        (lambda: srcad.jacobian(several, 2)(POINT), "no such argument"),
        (lambda: srcad.hvp(rosenbrock)(POINT), "comes after"),
    ],
)
def test_refusals(call, words) -> None:
    with pytest.raises(errors.WrongArgument, match=words):
        call()


class Holder:
    def __init__(self, data):
        self.data = data
        self.half = data[::2]


def an_object_of_views(x):
    h = Holder(x * 1.0)
    h.half[0] = 2.0 * x[1]
    h.data *= x
    return np.sum(h.data**3)


def a_number_that_inner_functions_write(x):
    total = x[0]

    def add(v):
        nonlocal total
        total = total * v + total

    for v in x:
        add(v)
    return total


def of_stars(*terms, k=2.0, **more):
    return sum(t**3 for t in terms) * terms[0] * k * more.get("z", 1.0)


def dotted_lists(x):
    rows = [[v, v * v] for v in x]
    rows[0][1] *= x[2]
    rows.append([rows[0][1] * x[1], 1.0])
    return sum(a * b for a, b in rows)


@pytest.mark.parametrize(
    "f", [an_object_of_views, a_number_that_inner_functions_write, dotted_lists]
)
def test_what_the_gradients_code_does_not_allow(f) -> None:
    found = srcad.hessian(f)(POINT)
    df, eps = srcad.grad(f), 1e-5
    columns = [(df(POINT + eps * e) - df(POINT - eps * e)) / (2 * eps) for e in np.eye(3)]
    np.testing.assert_allclose(found, np.stack(columns, -1), rtol=1e-6, atol=1e-6)
    v = np.array([0.3, -1.2, 0.7])
    np.testing.assert_allclose(srcad.hvp(f)(POINT, v), found @ v, rtol=1e-10, atol=1e-10)


def test_parameters_with_stars() -> None:
    args = (1.2, 0.7, 0.4)
    for k in range(3):
        wanted = 6 * args[k] * 1.2 * 2 * 3 + (k == 0) * 3 * 1.2**2 * 2 * 2 * 3
        for found in (
            srcad.hessian(of_stars, k)(*args, z=3.0),
            srcad.grad(srcad.grad(of_stars, k), k)(*args, z=3.0),
            srcad.hvp(of_stars, k)(*args, 1.0, z=3.0),
        ):
            np.testing.assert_allclose(found, wanted, rtol=1e-12)


def with_a_default(s, n=3):
    values = [s * k for k in range(n)]
    values[0] += s**3
    values[1], last = values[0], values[-1]
    return sum([*values, last]) * values[1]


def test_a_default_behind_what_is_written() -> None:
    df = srcad.grad(with_a_default)
    wanted = (df(0.6 + 1e-5) - df(0.6 - 1e-5)) / 2e-5
    np.testing.assert_allclose(srcad.hvp(with_a_default)(0.6, 1.0), wanted, rtol=1e-7)


def writes_into_its_argument(w):
    w[0] = w[0] ** 2 * 3.0
    return np.sum(w * w)


def test_a_gradient_that_writes_into_a_copy_of_what_moves() -> None:
    """The tangent of the copy has memory of its own, though the call is known when it runs."""

    def f(x):
        inner = lambda w: writes_into_its_argument(w) * x[0]  # noqa: E731
        return np.sum(srcad.grad(inner)(x * 1.0) * x)

    v, eps = np.array([0.3, -1.2, 0.7]), 1e-5
    wanted = (f(POINT + eps * v) - f(POINT - eps * v)) / (2 * eps)
    np.testing.assert_allclose(srcad.jvp(f, (POINT,), (v,))[1], wanted, rtol=1e-7)


class Node:
    def __init__(self, w):
        self.w = w

    def weigh(self, v, k=1.0):
        return self.w * v**2 * k


def known_when_they_run(x):
    """Functions without source, with keywords, and methods of what is found in a table."""
    table, total = {}, 0.0
    for k, g in enumerate([np.sin, lambda v: v**3, np.exp]):
        table[k] = g
        total = total + np.sum(table[k](x)) ** 2
    nodes = [Node(x[0]), Node(x[1] ** 2)]
    for node in sorted(nodes, key=lambda n: -n.w):
        total = total + node.weigh(x[2], k=x[1])
    scaled = (lambda v, k: v**k * x[0]) if x[0] > 0 else np.power
    return total * scaled(x[1], k=3.0)


def test_functions_known_when_they_run() -> None:
    found = srcad.hessian(known_when_they_run)(POINT)
    df, eps = srcad.grad(known_when_they_run), 1e-5
    columns = [(df(POINT + eps * e) - df(POINT - eps * e)) / (2 * eps) for e in np.eye(3)]
    np.testing.assert_allclose(found, np.stack(columns, -1), rtol=1e-6, atol=1e-6)
    twice = srcad.second.Product(known_when_they_run, df, 0)
    for way in twice.ways:
        try:
            product = way((POINT.copy(),), (np.ones(3),))
        except srcad.errors.SrcadError:
            continue
        np.testing.assert_allclose(product, found @ np.ones(3), rtol=1e-8)


def test_element_by_element_to_the_fifth_order() -> None:
    def f(x, k=2.0):
        return np.sin(k * x)

    x, d = np.linspace(-1, 2, 4), f
    for order in range(1, 6):
        d = srcad.elementwise_grad(d)
        expected = 2**order * np.sin(2 * x + order * np.pi / 2)
        np.testing.assert_allclose(d(x), expected, rtol=1e-12, atol=1e-12)
    assert d(0.3, k=1.0) == pytest.approx(np.cos(0.3), rel=1e-12)
    third = srcad.elementwise_grad(srcad.grad(srcad.elementwise_grad(np.tanh)))
    assert third(0.0) == pytest.approx(-2.0)


# -- order three and four: x + x**3 + x**5, in several ways ----------------------------------------


def by_a_loop(x):
    total, term = 0.0, x
    for _ in range(3):
        total = total + term
        term = term * x * x
    return total


def by_writes_in_place(x):
    w = np.zeros(3)
    w[0] = x
    for k in range(1, 3):
        w[k] = w[k - 1] * x * x
    return np.sum(w)


def times(a, b):
    return a * b


def by_helpers(x):
    term = times(x, times(x, x))
    return x + term + times(term, times(x, x))


class Sum:
    def __init__(self, x):
        self.x, self.total, self.term = x, 0.0, x

    def step(self):
        self.total = self.total + self.term
        self.term = self.term * self.x * self.x


def by_an_object(x):
    s = Sum(x)
    for _ in range(3):
        s.step()
    return s.total


def by_a_list(x):
    terms = [x]
    while len(terms) < 3:
        terms.append(terms[-1] * x * x)
    return sum(terms)


@pytest.mark.parametrize(
    "f",
    [by_a_loop, by_writes_in_place, by_helpers, by_an_object, by_a_list],
    ids=lambda f: f.__name__,
)
def test_four_orders_in_both_modes(f) -> None:
    """Reverse mode over itself, and forward mode over that, and reverse over that."""
    x = 1.3
    wanted = [1 + 3 * x**2 + 5 * x**4, 6 * x + 20 * x**3, 6 + 60 * x**2, 120 * x]
    df = f
    for order, value in enumerate(wanted[1:], start=2):
        df = srcad.grad(df)
        np.testing.assert_allclose(srcad.jvp(df, (x,), (1.0,))[1], value, rtol=1e-12)
        np.testing.assert_allclose(srcad.grad(df)(x), value, rtol=1e-12, err_msg=str(order))
        if order < 4:
            slope = srcad.grad(lambda t, df=df: srcad.jvp(df, (t,), (1.0,))[1])
            np.testing.assert_allclose(slope(x), wanted[order], rtol=1e-12)


def test_cumulative_products_with_several_zeros() -> None:
    """A zero behind the first has no part in the first derivative, and one in the second."""
    x, weights = np.array([2.0, 0.0, 3.0, 0.0, 1.5]), np.array([0.3, -0.7, 0.5, 1.1, -0.4])
    f = lambda x: np.sum(np.cumprod(x) * weights)  # noqa: E731
    df = srcad.grad(f)
    wanted = np.stack([(df(x + 1e-4 * e) - df(x - 1e-4 * e)) / 2e-4 for e in np.eye(5)], -1)
    assert wanted[1, 3] != 0
    np.testing.assert_allclose(srcad.hessian(f)(x), wanted, atol=1e-7)
    np.testing.assert_allclose(srcad.jacobian(df, mode="reverse")(x), wanted, atol=1e-7)


def test_product_over_several_axes() -> None:
    """Its cotangent is read with an empty index, of what may be a number."""
    x, u = np.arange(1.0, 7.0).reshape(2, 3) / 3, np.arange(6.0).reshape(2, 3) - 2
    f = lambda x: np.prod(x, axis=(0, 1))  # noqa: E731
    found = srcad.grad(lambda x: srcad.jvp(f, (x,), (u,))[1])(x)
    np.testing.assert_allclose(found, srcad.hvp(f)(x, u), rtol=1e-12)
