"""Keep an iterator that is asked more than once as the object that it is.

    pairs = zip(x, y)                       items = zip(x, y)          a list
    s = sum(a * b for a, b in pairs)   →    pairs = walked(items)
    n = len(list(pairs))                                               0: it was exhausted

What is consumed at one place, once, is a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.types import Clo, Known, Method, Obj
from srcad.runtime.substitutes import EXHAUSTED, SUBSTITUTES
from srcad.runtime.walks import walked

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

WALKED = ir.Ref(walked, "walked")
ITERATORS = frozenset(f for f, plain in SUBSTITUTES.items() if plain in EXHAUSTED)


def kept_iterator(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The iterator as an object, where it may be asked more than once; None of other statements."""
    match stmt:
        case ir.Assign(target, ir.Call(func) as call) if isinstance(func, (ir.Name, ir.Attr)):
            pass
        case _:
            return None
    if inference.unit.of_runtime or not _makes_iterator(func, inference):
        return None
    if _consumed_once(target, inference):
        return None
    writer = Writer(stmt, inference)
    items = writer.let("items", call)
    return (*writer.block, ir.Assign(target, ir.Call(WALKED, (items,)), stmt.at))


def _makes_iterator(func: ir.Expr, inference: Inference) -> bool:
    kind = inference.expr(func)
    try:
        return isinstance(kind, Known) and kind.value in ITERATORS
    except TypeError:
        return False


def _consumed_once(target: str, inference: Inference) -> bool:
    """Whether the variable is read at one place, by what takes its items at once."""
    code = inference.unit.code
    if target == code.result or target in code.captured:
        return False
    reads = _Reads(target, inference)
    reads.block(code.body, False)
    return not reads.many and reads.count <= 1


class _Reads:
    """Where a variable is read; `many`: also in a loop around, or by what may keep it."""

    def __init__(self, target: str, inference: Inference) -> None:
        self.target, self.inference = target, inference
        self.count, self.many = 0, False

    def block(self, block: ir.Block, again: bool) -> None:
        bound = any(self.target in ir.targets(s) for s in block)
        for stmt in block:
            if self.target in ir.statement_reads(stmt):
                self.count += 1
                self.many = self.many or (again and not bound) or not self.consumes(stmt)
            loop = isinstance(stmt, ir.For | ir.While)
            for inner in ir.blocks(stmt):
                self.block(inner, loop or (again and not bound))

    def consumes(self, stmt: ir.Stmt) -> bool:
        """Whether a statement takes the items, and forgets the iterator."""
        match stmt:
            case ir.For() | ir.Unpack(_, ir.Name()):
                return True
            case (
                ir.Assign(_, ir.Call(func)) | ir.Effect(ir.Call(func)) | ir.Unpack(_, ir.Call(func))
            ):
                return self.takes_items(func)
            case ir.Assign(_, ir.Sequence(_, items)):
                return ir.Name(self.target) not in items
            case _:
                return False

    def takes_items(self, func: ir.Expr) -> bool:
        if isinstance(func, ir.Ref):
            return True
        if isinstance(func, ir.Attr) and func.name in ("extend", "extendleft", "update", "join"):
            return True
        kind: Any = self.inference.expr(func)
        if isinstance(kind, Clo | Method | Obj):
            return False
        return isinstance(kind, Known) and not _of_user(kind.value)


def _of_user(value: Any) -> bool:
    module = str(getattr(value, "__module__", None) or "").split(".")[0]
    return value in (iter, next) or module not in _LIBRARIES


_LIBRARIES = {"", "builtins", "numpy", "itertools", "functools", "math", "collections", "heapq",
              "operator", "statistics", "scipy", "srcad"}  # fmt: skip
