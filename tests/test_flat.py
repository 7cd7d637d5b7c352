"""flatten, Jacobians of containers, and SciPy's optimisers."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field

import numpy as np
import pytest

import srcad
from srcad import grad

R = np.random.default_rng(0)
Pair = namedtuple("Pair", "first second")


@dataclass
class Layer:
    W: np.ndarray
    b: float
    name: str = "layer"


class Plain:
    def __init__(self, w):
        self.w = w


@dataclass
class Checked:
    w: np.ndarray
    n: int = field(default=0, init=False)

    def __post_init__(self):
        self.n = len(self.w)


def same(a, b):
    """Whether two trees hold equal numbers of equal types."""
    if isinstance(a, np.ndarray):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_array_equal(a, b)
    elif isinstance(a, dict):
        assert type(a) is type(b) and list(a) == list(b)
        for k in a:
            same(a[k], b[k])
    elif isinstance(a, list | tuple):
        assert type(a) is type(b) and len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            same(x, y)
    elif hasattr(a, "__dict__"):
        assert type(a) is type(b)
        same(vars(a), vars(b))
    else:
        assert type(a) is type(b) and a == b


TREES = [
    1.5,
    np.float32(2.5),
    np.ones((2, 3)),
    np.array(3.0),
    np.zeros((0, 2)),
    [],
    {"W": R.normal(size=(2, 3)), "b": 0.5, "steps": 3, "on": True, "name": "n", "none": None},
    [R.normal(size=2).astype(np.float32), (1.0, [2.0])],
    Pair(np.ones(2), {1: 2.0, (1, 2): np.ones(1)}),
    [Layer(np.ones((2, 2)), 0.1), Layer(np.zeros(1), 0.2, "other")],
    {"z": 1 + 2j, "x": np.ones(2), "c": np.array([1j])},
    (np.arange(3), np.ones(2)),
    Plain(np.ones(2)),
    OrderedDict(a=1.0, b=np.ones(2)),
    Checked(np.ones(3)),
]


@pytest.mark.parametrize("tree", TREES)
def test_there_and_back(tree):
    vector, unflatten = srcad.flatten(tree)
    assert vector.ndim == 1
    same(tree, unflatten(vector))
    assert unflatten(vector) is not tree or not vector.size


def test_the_order_is_that_of_the_tree():
    vector, unflatten = srcad.flatten({"b": np.array([1.0, 2.0]), "a": 3.0})
    np.testing.assert_array_equal(vector, [1, 2, 3])
    assert unflatten(vector * 2)["a"] == 6.0


def test_arrays_have_memory_of_their_own():
    tree = {"a": np.ones(2)}
    vector, unflatten = srcad.flatten(tree)
    vector[0] = 5
    assert tree["a"][0] == 1
    back = unflatten(vector)
    back["a"][1] = 7
    assert vector[1] == 1


def test_a_vector_of_another_length():
    _, unflatten = srcad.flatten([1.0, 2.0])
    with pytest.raises(ValueError, match="a vector of 2 numbers"):
        unflatten(np.ones(3))


P = {"W": np.array([[1.0, 2.0], [0.5, -1.0]]), "layers": [Layer(np.ones(2), 0.3)], "s": 2.0}


def loss(p):
    y = p["W"] @ p["layers"][0].W * p["s"] + p["layers"][0].b
    return np.sum(y**2)


def test_a_gradient_through_unflatten():
    vector, unflatten = srcad.flatten(P)
    found = grad(lambda v: loss(unflatten(v)))(vector)
    np.testing.assert_allclose(found, srcad.flatten(grad(loss)(P))[0])
    step = srcad.jvp(lambda v: loss(unflatten(v)), (vector,), (found,))[1]
    assert step == pytest.approx(np.sum(found**2))


def test_second_derivatives_through_unflatten():
    vector, unflatten = srcad.flatten(P)
    flat = srcad.hessian(lambda v: loss(unflatten(v)))(vector)
    np.testing.assert_allclose(flat, flat.T, atol=1e-12)
    tree = srcad.hessian(loss)(P)
    np.testing.assert_allclose(tree["W"]["W"].reshape(4, 4), flat[:4, :4])
    np.testing.assert_allclose(tree["layers"][0].b["s"], flat[-2, -1])


def squared_length(p):
    return np.sum(srcad.flatten(p)[0] ** 2)


@pytest.mark.parametrize("naive", [False, True])
def test_flatten_inside_a_function(naive):
    found = grad(squared_length, naive=naive)(P)
    np.testing.assert_allclose(found["W"], 2 * P["W"])
    assert found["layers"][0].b == pytest.approx(0.6)


def test_flatten_inside_a_function_forward_and_twice():
    dots = {"W": np.ones((2, 2)), "layers": [Layer(np.zeros(2), 0.0)], "s": 1.0}
    assert srcad.jvp(squared_length, (P,), (dots,))[1] == pytest.approx(2 * 2.5 + 4)
    product = srcad.hvp(squared_length)(P, dots)
    np.testing.assert_allclose(product["W"], 2 * np.ones((2, 2)))


# ---- Jacobians of containers ---------------------------------------------------------------------


def outputs(p, x):
    return {"y": p["W"] @ x, "n": np.sum(p["W"]) * p["s"], "k": 3}


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobian_of_containers(mode):
    p, x = {"W": P["W"], "s": 2.0}, np.array([1.0, 3.0])
    J = srcad.jacobian(outputs, mode=mode)(p, x)
    assert J["y"]["W"].shape == (2, 2, 2)
    np.testing.assert_allclose(J["y"]["W"][0, 0], x)
    np.testing.assert_allclose(J["y"]["W"][0, 1], 0)
    np.testing.assert_allclose(J["n"]["W"], np.full((2, 2), 2.0))
    assert J["n"]["s"] == pytest.approx(2.5)
    assert J["k"] == 3
    np.testing.assert_allclose(srcad.jacobian(outputs, "x", mode)(p, x)["y"], P["W"])


def test_jacobian_in_several_arguments():
    by_p, by_x = srcad.jacobian(lambda a, x: a * x, (0, "x"))(2.0, np.ones(2))
    np.testing.assert_allclose(by_p, [1, 1])
    np.testing.assert_allclose(by_x, 2 * np.eye(2))
    np.testing.assert_allclose(srcad.jacobian(lambda a, x: a * x, -1)(2.0, np.ones(2)), by_x)
    with pytest.raises(srcad.errors.WrongArgument, match="no argument of that name"):
        srcad.jacobian(lambda a, x: a * x, "y")(2.0, np.ones(2))


# ---- optimisers ----------------------------------------------------------------------------------

optimize = pytest.importorskip("scipy.optimize")


def rosenbrock(p):
    return (1 - p["x"]) ** 2 + 100 * (p["y"][0] - p["x"] ** 2) ** 2


METHODS = [None, "BFGS", "L-BFGS-B", "Newton-CG", "trust-ncg", "trust-exact", "trust-constr"]


@pytest.mark.parametrize("method", METHODS)
def test_minimize(method):
    start = {"x": -1.2, "y": np.array([1.0])}
    found = srcad.optimize.minimize(rosenbrock, start, method=method)
    assert found.x["x"] == pytest.approx(1.0, abs=1e-3)
    assert found.x["y"].shape == (1,)
    assert found.vector.shape == (2,)


def test_minimize_without_derivatives_and_with_arguments():
    found = srcad.optimize.minimize(
        lambda p, t: np.sum((p - t) ** 2), np.zeros((2, 2)), (np.eye(2),), method="Nelder-Mead"
    )
    np.testing.assert_allclose(found.x, np.eye(2), atol=1e-3)


def test_minimize_in_single_precision():
    start = np.zeros(3, np.float32)
    found = srcad.optimize.minimize(lambda p: np.sum((p - 1) ** 2), start)
    assert found.x.dtype == np.float32
    np.testing.assert_allclose(found.x, 1, atol=1e-4)


def test_least_squares():
    t = np.linspace(0, 1, 20)
    y = 2.0 * np.exp(-1.5 * t)

    def residual(p, t, y):
        return p["a"] * np.exp(-p["rate"] * t) - y

    found = srcad.optimize.least_squares(residual, {"a": 1.0, "rate": 1.0}, (t, y))
    assert found.x["a"] == pytest.approx(2.0)
    assert found.x["rate"] == pytest.approx(1.5)


@pytest.mark.parametrize("method", ["hybr", "lm", "krylov"])
def test_root(method):
    def equations(p):
        x, y = p
        return [x**2 + y - 3.0, x - y + 1.0]

    found = srcad.optimize.root(equations, (1.0, 1.0), method=method)
    np.testing.assert_allclose(equations(found.x), [0, 0], atol=1e-5)
    assert isinstance(found.x, tuple)


def test_derivatives_are_exact():
    problem = srcad.optimize.Problem(rosenbrock, {"x": -1.2, "y": np.array([1.0])})
    x, y = -1.2, 1.0
    np.testing.assert_allclose(
        problem.grad(problem.x0), [-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)]
    )
    np.testing.assert_allclose(
        problem.hess(problem.x0), [[2 - 400 * y + 1200 * x**2, -400 * x], [-400 * x, 200]]
    )


def test_complex_parameters_are_refused():
    with pytest.raises(TypeError, match="real parameters"):
        srcad.optimize.minimize(lambda z: abs(z) ** 2, 1j)
