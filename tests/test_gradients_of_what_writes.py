"""Gradients inside differentiated functions, of functions that write into lists, dicts, objects.

Their code keeps cotangents by memory; forward mode's code of the function, or the symmetry of its
second derivatives, stands in for it.
"""

from __future__ import annotations

import numpy as np
import pytest

import srcad
from srcad import grad, value_and_grad
from tests.test_gradients_inside import X, differences


def summed(w, x):
    d = {"s": 0.0}
    for i in range(len(w)):
        d["s"] = d["s"] + np.sin(w[i] * x[i]) * w[0]
    return d["s"]


def adapted(x):
    w = np.ones(3)
    for _ in range(2):
        w = w - 0.1 * grad(lambda w: summed(w, x))(w)
    return np.sum(w**2)


def hamiltonian(x):
    def energy(q, p):
        parts = {}
        parts["k"] = p**2 / 2
        parts["v"] = x[0] * q**2
        return parts["k"] + parts["v"]

    q, p = x[1], x[2]
    for _ in range(3):
        p = p - 0.1 * grad(energy, 0)(q, p)
        q = q + 0.1 * grad(energy, 1)(q, p)
    return q


def residual(x):
    def u(t):
        layers = [t]
        for i in range(3):
            layers.append(np.tanh(layers[-1] * x[i] + 0.1))
        return layers[-1]

    second = grad(grad(u))
    return sum((second(t) + u(t)) ** 2 for t in (0.1, 0.5))


def with_value(x):
    v, g = value_and_grad(lambda w: summed(w, x))(x * 2)
    return v * np.sum(g * x)


def with_aux(x):
    def loss(w):
        xs = []
        for v in w:
            xs.append(v * v * x[0])
        return sum(xs), xs[0]

    g, a = grad(loss, has_aux=True)(x * 1.0)
    return np.sum(g) * a


def in_two(x):
    def loss(a, b):
        xs = [a]
        xs.append(xs[0] * b)
        xs[0] = xs[0] * x[2]
        return xs[0] * xs[1]

    g = grad(loss, (1, 0))(x[0], x[1])
    return g[0] * g[1]


def of_a_dict(x):
    def loss(p):
        q = dict(p)
        q["w"] = q["w"] * q["b"]
        return np.sum(q["w"] * x) ** 2

    g = grad(loss)({"w": x * 1.0, "b": x[1]})
    return np.sum(g["w"]) * g["b"]


def changes_afterwards(x):
    w, c = x * 2.0, x.copy()

    def loss(w):
        xs = [w[0]]
        xs[0] = xs[0] * w[1] * c[2]
        return xs[0] ** 2

    g = grad(loss)(w)
    w[0] = x[1] ** 2
    c[2] = 5.0 * x[1]
    return np.sum(g * x) * w[0] * c[2]


def by_keyword_and_default(x):
    def loss(w, s=x[1], *, k=1.0):
        xs = [w]
        xs[0] = xs[0] * k * s
        return np.sum(xs[0] ** 3)

    return np.sum(grad(loss)(x * 1.0, k=x[0]) * x)


PROGRAMS = [
    adapted, hamiltonian, residual, with_value, with_aux, in_two, of_a_dict, changes_afterwards,
    by_keyword_and_default,
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS)
def test_both_modes(f) -> None:
    wanted = differences(f, X)
    for naive in (False, True):
        np.testing.assert_allclose(grad(f, naive=naive)(X), wanted, rtol=1e-5, atol=1e-7)
    found = [srcad.jvp(f, (X,), (e,))[1] for e in np.eye(3)]
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("f", [hamiltonian, residual])
def test_once_more(f) -> None:
    wanted = differences(grad(f), X, 1e-5)
    np.testing.assert_allclose(srcad.hessian(f)(X), wanted, rtol=1e-4, atol=1e-5)


COUNT = [0]


def counts(w):
    COUNT[0] += 1


def shows(w):
    print(end="")


def draws(w):
    w[0] = w[0] + np.random.normal()


@pytest.mark.parametrize("act", [counts, shows, draws])
def test_what_cannot_run_again_is_refused(act) -> None:
    def f(x):
        def loss(w):
            xs = [w * x]
            act(xs)
            xs[0] = xs[0] * x
            return np.sum(xs[0] ** 3)

        return np.sum(grad(loss)(x * 1.0))

    with pytest.raises(srcad.errors.SrcadError):
        grad(f)(X)


@pytest.mark.parametrize("act", [shows, draws])
def test_what_cannot_run_again_runs_once_for_a_tangent(act, capsys) -> None:
    def f(x):
        def loss(w):
            xs = [w * x]
            print("run")
            act(xs)
            xs[0] = xs[0] * x
            return np.sum(xs[0] ** 3)

        return np.sum(grad(loss)(x * 1.0))

    def seeded(x):
        np.random.seed(3)
        return f(x)

    value, moved = srcad.jvp(seeded, (X,), (X,))
    assert capsys.readouterr().out == "run\n"
    after = np.random.normal()
    assert abs(value - seeded(X)) <= 1e-12 * abs(value)
    assert np.random.normal() == after
    wanted = (seeded(X + 1e-5 * X) - seeded(X - 1e-5 * X)) / 2e-5
    assert abs(moved - wanted) <= 1e-6 * abs(wanted)


DATA = np.array([1.0, 2.0, 3.0])


def test_data_that_changes_before_the_backward_part_is_refused() -> None:
    def loss(w, x):
        xs = [w * DATA]
        xs[0] = xs[0] * x
        return np.sum(xs[0] ** 3)

    def f(x):
        return np.sum(grad(loss)(x * 1.0, x))

    _, pullback = srcad.vjp(f, X)
    wanted = pullback(1.0)[0]
    DATA[0] = 7.0
    try:
        with pytest.raises(srcad.errors.UnsupportedMutation, match="`DATA` changes"):
            pullback(1.0)
    finally:
        DATA[0] = 1.0
    np.testing.assert_allclose(wanted, differences(f, X), rtol=1e-5)


def powers_in_a_list(x):
    xs = [x]
    for _ in range(3):
        xs.append(xs[-1] * x)
    xs[0] = xs[0] * xs[1]
    return sum(xs)


def test_higher_orders() -> None:
    """x**3 + x**2 + x**3 + x**4."""
    wanted = [6 * 0.7**2 + 2 * 0.7 + 4 * 0.7**3, 12 * 0.7 + 2 + 12 * 0.7**2, 12 + 24 * 0.7]
    f = powers_in_a_list
    for value in wanted:
        f = grad(f)
        np.testing.assert_allclose([f(0.7), f(0.7)], value, rtol=1e-12)


def in_a_list(w):
    xs = [w[0]]
    for v in w[1:]:
        xs.append(xs[-1] * np.sin(v))
        xs[0] += v
    return xs[0] * xs[-1] ** 2


def popped(w):
    rest, t = [v * v for v in w], 0.0
    while rest:
        t = t * w[1] + rest.pop()
    return t


@pytest.mark.parametrize("f", [in_a_list, popped, lambda w: summed(w, 2.0 * w)])
def test_derivatives_of_the_gradient_itself(f) -> None:
    """jvp, vjp, jacobian of grad(f), by symmetry; f leaves nothing behind."""
    df, v = grad(f), np.array([0.3, -1.2, 0.7])
    wanted = np.stack([(df(X + 1e-5 * e) - df(X - 1e-5 * e)) / 2e-5 for e in np.eye(3)], -1)
    for _ in range(2):
        value, t = srcad.jvp(df, (X,), (v,))
        np.testing.assert_array_equal(value, df(X))
        np.testing.assert_allclose(t, wanted @ v, rtol=1e-6, atol=1e-7)
        value, pullback = srcad.vjp(df, X)
        np.testing.assert_array_equal(value, df(X))
        np.testing.assert_allclose(pullback(v)[0], wanted @ v, rtol=1e-6, atol=1e-7)
    for mode in ("forward", "reverse"):
        found = srcad.jacobian(df, mode=mode)(X)
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-7)
    with pytest.raises(srcad.errors.WrongArgument, match="gradient|in_a_list|popped|lambda"):
        srcad.vjp(df, X)[1](np.ones(2))
    both = srcad.value_and_grad(f)
    (_, g), (moved, t) = srcad.jvp(both, (X,), (v,))
    np.testing.assert_allclose(moved, g @ v, rtol=1e-12)
    np.testing.assert_allclose(t, wanted @ v, rtol=1e-6, atol=1e-7)


def test_what_cannot_run_twice_has_no_pullback_of_its_gradient(capsys) -> None:
    def f(w):
        print("run")
        return in_a_list(w)

    with pytest.raises(srcad.errors.SrcadError):
        srcad.vjp(grad(f), X)
    capsys.readouterr()
    g, moved = srcad.jvp(grad(f), (X,), (X,))
    assert capsys.readouterr().out == "run\n"
    np.testing.assert_allclose(g, grad(in_a_list)(X), rtol=1e-12)
    np.testing.assert_allclose(moved, srcad.hvp(in_a_list)(X, X), rtol=1e-12)
    aux, moved = srcad.jvp(grad(lambda w: (f(w), w[0]), has_aux=True), (X,), (X,))
    np.testing.assert_allclose(aux[0], g, rtol=1e-12)
    assert (aux[1], moved[1]) == (X[0], X[0])
    both, moved = srcad.jvp(srcad.value_and_grad(f), (X,), (X,))
    assert both[0] == in_a_list(X)
    np.testing.assert_allclose(moved[0], g @ X, rtol=1e-12)
    np.testing.assert_allclose(moved[1], srcad.hvp(in_a_list)(X, X), rtol=1e-12)
    np.testing.assert_allclose(srcad.hvp(f)(X, X), srcad.hvp(in_a_list)(X, X), rtol=1e-12)
