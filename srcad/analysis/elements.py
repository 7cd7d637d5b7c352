"""The type of an element or a part of an array.

x[1:]            x: float64[n]            float64[n-1]
x[:, None]       x: float64[n]            float64[n, 1]
x[rows, y]       rows, y: int64[n]        float64[n]      (an index with arrays: a copy)
x[mask]          mask: bool[n]            float64[?]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from srcad.analysis import shapes
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, BOTTOM, Array, Bottom, Dim, Lst, Number, Scalar, Tup, Type

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

ADVANCED = object()  # the place where the dimensions of the index arrays go


def element(expr: ir.Item, owner: Array, inference: Inference) -> Type:
    """The type of `owner[expr.index]`."""
    parts: list[Any] = []
    symbolic = True
    for part in index_parts(expr.index):
        if isinstance(part, ir.Slice):
            bounds = [
                None if b is None else b.value if isinstance(b, ir.Const) else ...
                for b in (part.lower, part.upper, part.step)
            ]
            parts.append(tuple(bounds))
            continue
        if isinstance(part, ir.Const) and part.value in (None, Ellipsis):
            parts.append(part.value)
            continue
        kind = inference.expr(part)
        if isinstance(kind, Bottom):
            return BOTTOM
        for each in kind.items if isinstance(kind, Tup) else (kind,):
            if isinstance(each, Scalar) and each.kind in (type(None), type(Ellipsis)):
                # np.newaxis, or a variable that holds one of these
                parts.append(None if each.kind is type(None) else Ellipsis)
                continue
            parts.append(each)
            ints = (isinstance(each, Scalar) and each.kind is int) or (
                isinstance(each, Number) and "int" in each.dtype
            )
            symbolic = symbolic and ints
    if not symbolic:
        return _fancy(owner, parts)
    dims = shapes.indexed(owner, tuple(parts))
    if dims is None:
        return ANY
    ellipsis = any(p is Ellipsis for p in parts)
    if dims or ellipsis:
        return Array(owner.dtype, dims)
    return ANY if owner.dtype == "object" else Number(owner.dtype)


def index_parts(index: ir.Expr) -> tuple[ir.Expr, ...]:
    """The subscripts of `x[i, j]`."""
    if isinstance(index, ir.Sequence) and index.kind == "tuple":
        return index.items
    return (index,)


def adds_axes(index: ir.Expr, inference_type: Any) -> bool:
    """Whether an index has `...` or `None`, or nothing, `x[()]`: numbers of NumPy take it too."""
    kinds = list(map(inference_type, index_parts(index)))
    return not kinds or any(
        isinstance(k, Scalar) and k.kind in (type(None), type(Ellipsis)) for k in kinds
    )


def is_basic(index: ir.Expr, inference_type: Any) -> bool | None:
    """Whether the index selects a view (ints, slices, ... and None); None when not known."""
    for part in index_parts(index):
        if isinstance(part, ir.Slice | ir.Const):
            if isinstance(part, ir.Const) and isinstance(part.value, bool):
                return False
            continue
        kind = inference_type(part)
        if isinstance(kind, Scalar) and kind.kind in _BASIC:
            continue
        if isinstance(kind, Number) and "int" in kind.dtype:
            continue
        if isinstance(kind, Array | Lst) or (isinstance(kind, Scalar) and kind.kind is bool):
            return False
        if isinstance(kind, Tup) and all(
            isinstance(i, Scalar) and i.kind in _BASIC for i in kind.items
        ):
            continue
        if isinstance(kind, Tup) and any(isinstance(i, Array | Lst) for i in kind.items):
            return False
        return None
    return True


_BASIC = (int, slice, type(None), type(Ellipsis))


def _fancy(owner: Array, parts: list[Any]) -> Type:
    """An index with arrays: their common shape goes where they stand, or first if apart.

    Source: NumPy's user guide, "Combining advanced and basic indexing".
    """
    arrays: list[tuple[Dim, ...]] = []
    out: list[Any] = []
    used = 0  # dimensions of the owner that the index takes up
    total = sum(_takes(p) for p in parts)
    for part in parts:
        shape = _index_shape(part)
        if part is None:
            out.append(1)
        elif part is Ellipsis:
            rest = owner.ndim - total
            out.extend(owner.dims[used : used + rest])
            used += rest
            continue
        elif isinstance(part, tuple):
            if used >= owner.ndim:
                return ANY
            out.append(shapes.sliced(owner.dims[used], *part))
        elif isinstance(part, Scalar) and part.kind is slice:
            out.append(None)
        elif shape is None:
            return ANY
        else:
            arrays.append(shape)
            out.append(ADVANCED)
        used += _takes(part)
    if used > owner.ndim:
        return ANY
    advanced = shapes.broadcast(arrays) or ()
    return Array(owner.dtype, _placed([*out, *owner.dims[used:]], advanced))


def _takes(part: Any) -> int:
    """How many dimensions of the indexed array a subscript takes up."""
    if part is None or part is Ellipsis:
        return 0
    return part.ndim if isinstance(part, Array) and part.dtype == "bool" else 1


def _index_shape(part: Any) -> tuple[Dim, ...] | None:
    """The shape that an index array brings in; None when the subscript is not understood."""
    match part:
        case Array("bool"):
            return (None,)
        case Array(_, dims):
            return dims
        case Lst(items, Scalar(kind)) if kind is bool:
            return (None,)
        case Lst(items, Scalar(kind)) if kind is int:
            return (None if items is None else len(items),)
        case Scalar(kind) if kind is int:
            return ()
        case Number(dtype) if "int" in dtype:
            return ()
    return None


def _placed(out: list[Any], advanced: tuple[Dim, ...]) -> tuple[Dim, ...]:
    where = [k for k, part in enumerate(out) if part is ADVANCED]
    basic = tuple(part for part in out if part is not ADVANCED)
    if not where:
        return basic
    together = where[-1] - where[0] + 1 == len(where)
    start = where[0] if together else 0
    return (*basic[:start], *advanced, *basic[start:])
