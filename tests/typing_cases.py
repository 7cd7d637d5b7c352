"""Read by mypy in tests/test_api_typing.py: the signatures of derivatives survive."""

from typing import Any, assert_type

from srcad import GradFunction, check_grad, explain, grad, source, value_and_grad, vjp


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
