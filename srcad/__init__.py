"""srcad: gradients of plain NumPy code, as code that you can read."""

from srcad import errors, optimize
from srcad import inside as _inside  # noqa: F401 - it registers itself
from srcad import nested as _nested  # noqa: F401
from srcad import twice as _twice  # noqa: F401
from srcad.api import elementwise_grad, grad, value_and_grad
from srcad.check import check_grad
from srcad.check_rule import check_rule
from srcad.flat import flatten
from srcad.forward import jvp
from srcad.gates import custom_jvp, custom_vjp, root
from srcad.gradients import GradFunction
from srcad.inspect.explain import explain
from srcad.jacobians import hessian, hvp, jacobian
from srcad.pullback import vjp
from srcad.rules.table import linear, no_derivative, partials
from srcad.rules.table import vjp as vjp_rule
from srcad.runtime.containers import cotangent, stop_gradient
from srcad.runtime.implicit import fixed_point
from srcad.sources import source

__all__ = [
    "GradFunction",
    "check_grad",
    "check_rule",
    "cotangent",
    "custom_jvp",
    "custom_vjp",
    "elementwise_grad",
    "errors",
    "explain",
    "fixed_point",
    "flatten",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "linear",
    "no_derivative",
    "optimize",
    "partials",
    "root",
    "source",
    "stop_gradient",
    "value_and_grad",
    "vjp",
    "vjp_rule",
]
