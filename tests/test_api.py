"""The public functions: what they take, what they return, what they look like."""

from __future__ import annotations

import collections
import dataclasses
import functools
import inspect
import math
import pickle
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import check_grad, errors, grad, value_and_grad, vjp


def product(x: Any, y: Any = 5.0) -> Any:
    """x times y."""
    return x * y


def squares(*terms: float) -> Any:
    return sum(t**2 for t in terms)


def line(x: float, **options: float) -> float:
    return options["slope"] * x + options["start"]


def keyword(x: float, *, k: float = 2.0) -> float:
    return k * x * x


def doubled(f: Any) -> Any:
    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return 2.0 * f(*args, **kwargs)

    return wrapper


@doubled
def scaled(x: float, y: float = 1.0) -> float:
    return x * x * y


@grad
def decorated(x: Any) -> Any:
    """The doc."""
    return np.sum(x**2)


class Model:
    """Decorated methods of every kind."""

    factor = 2.0

    def __init__(self, c: float) -> None:
        self.c = c

    @grad(wrt="w")
    def named(self, w: float) -> float:
        """By name."""
        return self.c * w * w * self.factor

    @grad
    def first(self, w: float) -> float:
        return self.c * w * w

    @staticmethod
    @grad
    def inner_static(w: float) -> float:
        return w * w

    @grad
    @staticmethod
    def outer_static(w: float) -> float:
        return w * w

    @grad
    @classmethod
    def of_class(cls, w: float) -> float:
        return cls.factor * w

    def plain(self, w: float) -> float:
        return self.c * w * w


Pair = collections.namedtuple("Pair", "w b")


@dataclasses.dataclass
class Params:
    """Two arguments in one."""

    w: Any
    b: float


# -- wrt ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrt", "expected"),
    [
        (0, 3.0), (1, 2.0), (-1, 2.0), (-2, 3.0), ("x", 3.0), ("y", 2.0),
        ((0,), (3.0,)), ((1, 0), (2.0, 3.0)), (("y", "x"), (2.0, 3.0)), ((0, "y"), (3.0, 2.0)),
        (np.int64(1), 2.0), ([0, 1], (3.0, 2.0)),
    ],
)  # fmt: skip
def test_wrt_by_position_and_name(wrt: Any, expected: Any) -> None:
    assert grad(product, wrt)(2.0, 3.0) == expected
    assert grad(product, wrt)(2.0, y=3.0) == expected
    assert grad(product, wrt)(y=3.0, x=2.0) == expected
    assert value_and_grad(product, wrt)(2.0, 3.0) == (6.0, expected)


def test_a_default_may_be_differentiated() -> None:
    assert grad(product, wrt="y")(2.0) == 2.0


@pytest.mark.parametrize(
    ("wrt", "expected"),
    [(0, 2.0), (1, 4.0), (-1, 6.0), ((0, 1, -1), (2.0, 4.0, 6.0)), ("terms", (2.0, 4.0, 6.0))],
)
def test_wrt_of_star_arguments(wrt: Any, expected: Any) -> None:
    assert grad(squares, wrt)(1.0, 2.0, 3.0) == expected
    assert value_and_grad(squares, wrt)(1.0, 2.0, 3.0) == (14.0, expected)


def test_wrt_of_options() -> None:
    assert grad(line, wrt="slope")(2.0, slope=3.0, start=4.0) == 2.0
    assert grad(line, wrt="options")(2.0, slope=3.0, start=4.0) == {"slope": 2.0, "start": 1.0}
    assert grad(line)(2.0, slope=3.0, start=4.0) == 3.0
    assert grad(keyword, wrt="k")(3.0) == grad(keyword, wrt="k")(3.0, k=7.0) == 9.0


def test_wrt_goes_through_functools_wraps() -> None:
    assert grad(scaled)(3.0) == 12.0
    assert grad(scaled, wrt="y")(3.0, 5.0) == grad(scaled, wrt="y")(3.0, y=5.0) == 18.0
    assert grad(scaled, wrt=1)(3.0, y=5.0) == 18.0


def test_partial_arguments_are_not_counted() -> None:
    assert grad(functools.partial(product, 2.0))(3.0) == 2.0
    assert grad(functools.partial(product, y=3.0))(2.0) == 3.0


# -- methods -----------------------------------------------------------------------------


def test_methods() -> None:
    model = Model(3.0)
    assert model.named(2.0) == Model.named(model, 2.0) == 24.0
    assert model.first(2.0) == Model.first(model, 2.0) == 12.0
    assert model.inner_static(2.0) == Model.inner_static(2.0) == 4.0
    assert model.outer_static(2.0) == Model.outer_static(2.0) == 4.0
    assert model.of_class(2.0) == Model.of_class(2.0) == 2.0
    assert grad(model.plain)(2.0) == grad(Model.plain, wrt=1)(model, 2.0) == 12.0


def test_bound_methods_share_what_was_compiled() -> None:
    model = Model(3.0)
    model.first(2.0)
    before = Model.first.shown[0]
    Model(4.0).first(5.0)
    assert Model.first.shown[0] is before


def test_looks_like_its_function() -> None:
    assert (decorated.__name__, decorated.__doc__) == ("decorated", "The doc.")
    assert str(inspect.signature(grad(keyword))) == str(inspect.signature(keyword))
    assert str(inspect.signature(Model(1.0).named)) == "(w: 'float') -> 'float'"
    assert list(inspect.signature(Model.named).parameters) == ["self", "w"]
    assert Model.named.__qualname__ == "Model.named"
    assert repr(grad(product)) == "<grad of product, wrt=0>"


@pytest.mark.parametrize(
    "derivative",
    [decorated, grad(product), value_and_grad(product, ("x", "y")), value_and_grad(decorated.f),
     Model.named, Model(2.0).named, Model.inner_static],
)  # fmt: skip
def test_pickles(derivative: Any) -> None:
    again = pickle.loads(pickle.dumps(derivative))
    args = (Model(2.0), 3.0) if derivative is Model.named else (3.0,)
    assert again(*args) == derivative(*args)
    assert (again.wrt, again.value) == (derivative.wrt, derivative.value)


def test_a_decorated_function_pickles_by_name() -> None:
    assert pickle.loads(pickle.dumps(decorated)) is decorated


# -- arguments and results ---------------------------------------------------------------


def test_structures() -> None:
    w = np.ones(2)
    found = grad(lambda p: np.sum(p.w) * p.b)(Pair(w, 3.0))
    assert isinstance(found, Pair)
    assert found.w.tolist() == [3.0, 3.0]
    made = grad(lambda p: np.sum(p.w) * p.b)(Params(w, 3.0))
    assert isinstance(made, Params)
    assert made.b == 2.0
    assert grad(lambda p: p[0] * p[1])([2.0, 3.0]) == [3.0, 2.0]
    assert grad(lambda p: p[0] * p[1])((2.0, 3.0)) == (3.0, 2.0)
    assert grad(lambda p: p["a"] * p["b"][0])({"a": 2.0, "b": (3.0,)}) == {"a": 3.0, "b": (2.0,)}


def test_unused_arguments_give_zeros() -> None:
    found = grad(lambda x, y, z: 2 * x, wrt=(0, 1, 2))(1.0, np.ones((2, 3), np.float32), [1.0])
    assert found[0] == 2.0
    assert found[1].shape == (2, 3)
    assert found[1].dtype == np.float32
    assert not found[1].any()
    assert found[2] == [0.0]


def test_has_aux() -> None:
    def with_aux(x: float) -> Any:
        return x * x, {"x": x}

    assert grad(with_aux, has_aux=True)(3.0) == (6.0, {"x": 3.0})
    assert value_and_grad(with_aux, has_aux=True)(3.0) == ((9.0, {"x": 3.0}), 6.0)


def test_scalars_of_every_rank() -> None:
    assert grad(lambda x: np.sum(x, keepdims=True))(np.ones(3)).tolist() == [1.0, 1.0, 1.0]
    found = grad(lambda x: np.asarray(2 * x))(np.array(2.0))
    assert isinstance(found, np.ndarray)
    assert found.shape == ()
    assert grad(np.tanh)(0.0) == 1.0


def unknown(x: Any, table: dict[str, Any]) -> Any:
    return getattr(np, str(table["name"]))(x)


def test_a_result_of_unknown_type_is_checked_when_it_is_there() -> None:
    assert grad(unknown)(np.ones(2), {"name": "sum"}).tolist() == [1.0, 1.0]
    with pytest.raises(errors.NotDifferentiable, match="returns an array float64"):
        grad(unknown)(np.ones(2), {"name": "sin"})


# -- vjp ---------------------------------------------------------------------------------


def test_pullback_may_be_called_again() -> None:
    def steps(x: Any) -> Any:
        for _ in range(3):
            x = np.sin(x) * x
        return x

    _, pullback = vjp(steps, np.array([1.0, 2.0]))
    (one,), (two,) = pullback(np.ones(2)), pullback(np.ones(2))
    assert one.tolist() == two.tolist()
    assert not np.shares_memory(one, two)


def test_pullback_takes_what_fits() -> None:
    _, pullback = vjp(lambda x: (x, {"a": 2 * x}), 2.0)
    assert pullback((1.0, {"a": 1.0})) == pullback([1, {"a": 1}]) == (3.0,)
    assert pullback((1.0, None)) == (1.0,)
    assert pullback((1.0, {})) == (1.0,)
    for wrong in (1.0, (1.0,), (1.0, {"b": 1.0}), (1.0, {"a": np.ones(2)}), ("a", {})):
        with pytest.raises(errors.WrongArgument, match="must be"):
            pullback(wrong)


# -- exceptions of the user --------------------------------------------------------------


def rooted(x: float) -> float:
    y = 2 * x
    return math.sqrt(y) + helped(y)


def helped(y: float) -> float:
    if y > 1:
        raise KeyError("mine")
    return y


def chosen(x: float, table: dict[str, Any]) -> Any:
    return table["f"](x)


@pytest.mark.parametrize("call", [lambda: grad(rooted)(2.0), lambda: vjp(rooted, 2.0),
                                  lambda: grad(chosen)(2.0, {"f": helped})])  # fmt: skip
def test_exceptions_arrive_with_the_users_line(call: Any) -> None:
    with pytest.raises(KeyError) as caught:
        call()
    assert caught.value.args == ("mine",)
    (note,) = caught.value.__notes__
    place, text = note.split("\n")
    first = helped.__code__.co_firstlineno
    assert place == f"srcad: at {__file__}:{first + 2}, in helped:"
    assert text.strip() == 'raise KeyError("mine")'


def test_multi_line_statements_name_their_first_line() -> None:
    def inverse(a: Any) -> Any:
        b = np.linalg.inv(2 * a)
        return np.sum(b)

    with pytest.raises(np.linalg.LinAlgError) as caught:
        grad(inverse)(np.zeros((2, 2)))
    assert "b = np.linalg.inv(" in caught.value.__notes__[0]


# -- check_grad --------------------------------------------------------------------------


def test_check_grad_takes_gradients() -> None:
    assert check_grad(grad(product, wrt=("x", "y")), 2.0, 3.0).ok
    assert check_grad(value_and_grad(product), 2.0, 3.0).ok
    assert check_grad(grad(lambda x: (x * x, "aux"), has_aux=True), 3.0).ok


def test_source_before_and_after_a_call() -> None:
    derivative = grad(product)
    assert "def product_grad(x, y):" in derivative.source
    derivative(2.0, 3.0)
    assert "in x: float." in derivative.source
    with pytest.raises(errors.WrongArgument, match="source takes"):
        srcad.source(product)
