"""Tell of a value whether it goes into a container as an object of its own, or is a container."""

from __future__ import annotations

import operator

from srcad.analysis.asked import is_cell
from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.operations import Apply, Copy, Make
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType, Known, Lst, Number, Scalar, Tup, Type, is_count


def is_owned(kind: Type) -> bool:
    """Whether a value of the type may be a number with a derivative, or hold some as a tuple."""
    match kind:
        case Scalar(python):
            return python in (float, complex)
        case Number(dtype):
            return dtype.startswith(("float", "complex", "longdouble"))
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
        case Apply(operator.add, form="operator", types=types):
            return all(isinstance(t, Lst) for t in types)
        case Apply(operator.mul, form="operator", types=types):
            return any(isinstance(t, Lst) for t in types) and any(map(is_count, types))
        case _:
            return False  # what is no number and no list may make an array of it


def _makes_tuple(facts: Inferred, value: ir.Expr) -> bool:
    called = value.func if isinstance(value, ir.Call) else None
    return called is not None and Inference(facts.session, facts).expr(called) == Known.of(tuple)
