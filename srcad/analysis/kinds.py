"""Tell of a value whether it goes into a container as an object of its own, or is a container."""

from __future__ import annotations

from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.operations import Apply, Copy, Make
from srcad.analysis.shared import has_memory, is_cell
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType, Array, Known, Lst, Number, Scalar, Tup, Type


def is_owned(kind: Type) -> bool:
    """Whether a value of the type may be a number with a derivative, or hold some as a tuple."""
    match kind:
        case Scalar(python):
            return python in (float, complex)
        case Number(dtype):
            return dtype.startswith(("float", "complex", "longdouble"))
        case Array(_, dims):
            return not dims
        case Tup() | AnyType():
            return True
        case _:
            return False


def makes_container(facts: Inferred, value: ir.Expr) -> bool:
    """Whether the value is certainly a new list, dict or object."""
    match facts.operations.get(id(value)):
        case None:
            lists = isinstance(value, ir.Sequence) and value.kind == "list"
            return lists or isinstance(value, ir.Mapping)
        case Make(cls):
            return not issubclass(cls, tuple)
        case Copy(ir.Name(name)):
            return is_cell(facts.types.get(name, ANY)) and not _makes_tuple(facts, value)
        case Apply(form="operator", types=types):
            return any(isinstance(t, Lst) for t in types) and not any(map(has_memory, types))
        case _:
            return False


def _makes_tuple(facts: Inferred, value: ir.Expr) -> bool:
    called = value.func if isinstance(value, ir.Call) else None
    return called is not None and Inference(facts.session, facts).expr(called) == Known.of(tuple)
