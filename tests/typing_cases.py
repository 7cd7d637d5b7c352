"""Read by mypy in tests/test_api_typing.py: the signatures of derivatives survive."""

from typing import Any, assert_type

from srcad import (
    GradFunction,
    check_grad,
    custom_jvp,
    custom_vjp,
    explain,
    grad,
    root,
    source,
    value_and_grad,
    vjp,
)


def loss(w: float, x: float, *, rate: float = 1.0) -> float:
    """A plain function."""
    return rate * w * x


@grad
def plain(w: float, x: float) -> float:
    """Decorated without arguments."""
    return w * x


@value_and_grad(wrt=("w", "x"))
def both(w: float, x: float) -> float:
    """Decorated with arguments."""
    return w * x


class Model:
    """Methods lose `self` when bound."""

    @grad(wrt="w")
    def loss(self, w: float, scale: int = 1) -> float:
        """A decorated method."""
        return scale * w * w

    @staticmethod
    @grad
    def free(w: float) -> float:
        """A decorated static method."""
        return w * w


derivative = grad(loss)
assert_type(derivative(1.0, 2.0, rate=3.0), Any)
assert_type(value_and_grad(loss)(1.0, 2.0), tuple[Any, Any])
assert_type(both(1.0, 2.0), tuple[Any, Any])
assert_type(derivative.source, str)
assert_type(source(derivative), str)
assert_type(vjp(loss, 1.0, 2.0), tuple[Any, Any])
model = Model()
bound: GradFunction[..., Any] = model.loss
model.loss(1.0, scale=2)
Model.loss(model, 1.0)
Model.free(1.0)
print(check_grad(derivative, 1.0, 2.0), explain(loss, 1.0, 2.0))

derivative("1", 2.0)  # type: ignore[arg-type]
derivative(1.0)  # type: ignore[call-arg]
derivative(1.0, 2.0, speed=3.0)  # type: ignore[call-arg]
plain(1.0, x="2")  # type: ignore[arg-type]
model.loss("w")  # type: ignore[arg-type]
model.loss(1.0, 2, 3)  # type: ignore[call-arg]
both(1.0)  # type: ignore[call-arg]


@custom_vjp
def two_parts(x: float, w: int) -> float:
    """Its parts come later."""
    return x * w


two_parts.defvjp(lambda x, w: (x * w, w), lambda w, bar: (bar * w, None))


@custom_vjp(lambda y_bar, y, x, w: y_bar * w, None)
def one_line(x: float, w: int) -> float:
    """One lambda for each argument."""
    return x * w


@custom_vjp(lambda y_bar, y, x: y_bar)
def same(x: float) -> float:
    """One argument."""
    return x


@custom_jvp
def moved(x: float) -> float:
    """With a rule for tangents."""
    return x


@moved.defjvp
def moved_rule(args: tuple[float], tangents: tuple[float]) -> tuple[float, float]:
    """The rule."""
    return args[0], tangents[0]


@root(lambda x, a: x - a)
def solved(a: float) -> float:
    """A solver."""
    return a


assert_type(two_parts(1.0, 2), float)
assert_type(one_line(1.0, 2), float)
assert_type(moved(1.0), float)
assert_type(solved(1.0), float)
same(1.0)
