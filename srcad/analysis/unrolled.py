"""Write out loops over a few names that attributes are read or set by.

    for name in ("rate", "decay"):           name = "rate"
        setattr(p, name, 2.0 * v)      →     p.rate = 2.0 * v
                                             name = "decay"
                                             p.decay = 2.0 * v

    for key, v in options.items():           key, v = "rate", options["rate"]
        setattr(self, key, v)          →     self.rate = v

The names are known: a tuple of texts, or the keys of a dict that nobody writes.  Beside them, in
`zip`, may stand tuples and arrays of known length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srcad.analysis.writer import Writer
from srcad.frontend.leaving import instead_of_exits, part
from srcad.ir import nodes as ir
from srcad.ir.again import once_more
from srcad.ir.types import Array, Dct, Known, Lst, Scalar, Tup, Type
from srcad.runtime import objects

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

PAST_THE_CLASS = ir.Ref(objects.past_the_class, "past_the_class")
MOST = 12
_BY_NAME = (getattr, setattr, hasattr, delattr)


def unrolled(stmt: ir.For, inference: Inference) -> ir.Block | None:
    """The statements of a loop over known names, once for each; None of other loops."""
    names = _asked_by(stmt.body, inference) & set(ir.leaves(stmt.target))
    if not names or names & ir.assigned(stmt.body):
        return None
    rows = _rows(stmt.target, stmt.iterable, inference)
    if rows is None or not 0 < len(rows) <= MOST:
        return None
    if (ir.reads(stmt.iterable) - {"zip", "enumerate"}) & ir.bound(stmt):
        return None
    broken = Writer(stmt, inference).fresh("broken", "broken")
    out: list[ir.Stmt] = []
    for k, row in enumerate(rows):
        known: dict[str, ir.Expr] = {n: v for n, v in row if isinstance(v, ir.Const)}
        for target, value in row:
            out.append(ir.Assign(target, value, stmt.at))
        body = stmt.body if k == 0 else tuple(map(once_more, stmt.body))
        out.extend(_with_names(body, known))
    return part(instead_of_exits(tuple(out), broken, ""), broken)


def _with_names(block: ir.Block, known: dict[str, ir.Expr]) -> ir.Block:
    def change(expr: ir.Expr) -> ir.Expr:
        return ir.substitute(expr, known)

    out: list[ir.Stmt] = []
    for stmt in block:
        inner = tuple(_with_names(b, known) for b in ir.blocks(stmt))
        stmt = ir.with_blocks(stmt, inner) if inner else stmt
        out.append(ir.map_expressions(stmt, change))
    return tuple(out)


def _asked_by(block: ir.Block, inference: Inference) -> set[str]:
    """The variables that hold names of attributes."""
    found: set[str] = set()
    for stmt in ir.walk(block):
        for expr in ir.computed(stmt):
            match expr:
                case ir.Call(ir.Name() as func, (_, ir.Name(name), *_)):
                    kind = inference.expr(func)
                    if isinstance(kind, Known) and kind.value in _BY_NAME:
                        found.add(name)
                case _:
                    pass
    return found


Row = list[tuple[str, ir.Expr]]


def _rows(target: ir.Target, iterable: ir.Expr, inference: Inference) -> list[Row] | None:
    """What each turn of the loop binds."""
    match iterable:
        case ir.Call(ir.Name("zip"), args) if (
            inference.is_builtin("zip") and not isinstance(target, str) and len(args) == len(target)
        ):
            columns = [_rows(t, a, inference) for t, a in zip(target, args, strict=True)]
            found = [c for c in columns if c is not None]
            if len(found) < len(columns):
                return None
            return [sum(parts, []) for parts in zip(*found, strict=False)]
        case ir.Call(ir.Name("enumerate"), (inner,), ()) if (
            inference.is_builtin("enumerate") and not isinstance(target, str) and len(target) == 2
        ):
            rows = _rows(target[1], inner, inference)
            if rows is None or not isinstance(target[0], str):
                return None
            return [[(target[0], ir.Const(k)), *row] for k, row in enumerate(rows)]
        case ir.Call(ir.Attr(ir.Name(table), "items" | "keys" as form), ()):
            return _of_table(target, table, form, inference.types.get(table))
        case ir.Name(name):
            return _of_sequence(target, name, inference.expr(iterable))
        case _:
            return None


def _of_table(target: ir.Target, table: str, form: str, kind: Type | None) -> list[Row] | None:
    if not isinstance(kind, Dct) or kind.items is None or kind.cls is not dict:
        return None
    keys = [k for k, _ in kind.items]
    if not all(isinstance(k, str) for k in keys):
        return None
    if form == "keys":
        return [[(target, ir.Const(k))] for k in keys] if isinstance(target, str) else None
    if isinstance(target, str) or not all(isinstance(t, str) for t in target) or len(target) != 2:
        return None
    first, second = target
    return [
        [(str(first), ir.Const(k)), (str(second), ir.Item(ir.Name(table), ir.Const(k)))]
        for k in keys
    ]


def _of_sequence(target: ir.Target, name: str, kind: Type) -> list[Row] | None:
    if not isinstance(target, str):
        return None
    match kind:
        case Dct():
            return _of_table(target, name, "keys", kind)
        case Tup(items) | Lst(items) if items is not None:
            return [[(target, _item(name, k, t))] for k, t in enumerate(items)]
        case Array(_, (int(count), *_)):
            return [[(target, ir.Item(ir.Name(name), ir.Const(k)))] for k in range(count)]
        case _:
            return None


def _item(name: str, k: int, kind: Type) -> ir.Expr:
    if isinstance(kind, Scalar) and kind.kind is str and kind.known:
        return ir.Const(kind.value)
    return ir.Item(ir.Name(name), ir.Const(k))


def stored_by_name(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """`setattr(obj, "name", v)`, where the name turns out to be known."""
    match stmt:
        case ir.Effect(ir.Call(ir.Name("setattr") as func, (ir.Name() as owner, key, value), ())):
            name = inference.expr(key)
            known = isinstance(name, Scalar) and name.kind is str and name.known
            if known and inference.expr(func) == Known.of(setattr):
                return (ir.Store(ir.Attr(owner, name.value), value, stmt.at),)  # type: ignore[union-attr]
        case ir.Effect(ir.Call(ir.Ref(objects.put_attributes), (owner, table))):
            return _put_attributes(stmt, owner, table, inference)
        case _:
            pass
    return None


def _put_attributes(
    stmt: ir.Effect, owner: ir.Expr, table: ir.Expr, inference: Inference
) -> ir.Block | None:
    """`self.__dict__.update(options)` of known options."""
    kind = inference.expr(table)
    if not isinstance(kind, Dct) or kind.items is None or not isinstance(owner, ir.Name):
        return None
    if not all(isinstance(k, str) for k, _ in kind.items) or not isinstance(table, ir.Name):
        return None
    out: list[ir.Stmt] = [ir.Effect(ir.Call(PAST_THE_CLASS, (owner, table)), stmt.at)]
    writer = Writer(stmt, inference)
    for key, _ in kind.items:
        value = ir.Name(writer.fresh(key, key))
        out.append(ir.Assign(value.id, ir.Item(table, ir.Const(key)), stmt.at))
        out.append(ir.Store(ir.Attr(owner, key), value, stmt.at))
    return tuple(out)
