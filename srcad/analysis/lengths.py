"""Find the sizes of slices whose bounds are variables.

for k in range(n):
    below = a[k + 1:, k]            one size, "a's rows from k + 1 on",
    right = a[k, k + 1:]
    block = np.outer(below, right)  and block has as many rows and columns
    a[k + 1:, k + 1:] -= block      as what it is taken from

Such a size holds in one iteration.  It is told of variables that no other iteration reads, after
all types are known, so that it never gets into the type of a container, an argument or a result.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from srcad.analysis import shapes
from srcad.analysis.elements import index_parts
from srcad.analysis.infer import Inferred, constant
from srcad.analysis.liveness import Liveness
from srcad.analysis.operations import Apply, Element
from srcad.analysis.regions import affine
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Array, Dim, Scalar, Type


def steady(body: ir.Block, params: frozenset[str]) -> frozenset[str]:
    """Variables that are bound once, by a loop or outside of loops: bounds made of them stay."""
    bound: Counter[str] = Counter(params)
    found: set[str] = set(params)

    def walk(block: ir.Block, inside: bool) -> None:
        for stmt in block:
            bound.update(ir.targets(stmt))
            if isinstance(stmt, ir.For) or not inside:
                found.update(ir.targets(stmt))
            for part in ir.blocks(stmt):
                walk(part, inside or isinstance(stmt, ir.For | ir.While))

    walk(body, False)
    return frozenset(n for n in found if bound[n] == 1)


def with_lengths(facts: Inferred, body: ir.Block, live: Liveness) -> frozenset[str]:
    """Put the sizes into the types of variables; returns the names of which bounds may be made."""
    code = facts.unit.code
    names = steady(body, frozenset(p.name for p in code.params)) - code.captured
    bound = Counter(n for s in ir.walk(body) for n in ir.targets(s))
    lasting = {code.result, *code.captured}.union(*live.body.values())
    for stmt in ir.walk(body):
        if isinstance(stmt, (ir.For, ir.While)):
            lasting |= live.after.get(id(stmt), frozenset())
    for stmt in ir.walk(body):
        match stmt:
            case ir.Assign(target, value) if bound[target] == 1 and target not in lasting:
                kind = facts.types.get(target, ANY)
                if isinstance(kind, Array) and None in kind.dims:
                    facts.types[target] = _refined(kind, _dims(value, facts, names, kind.ndim))
            case _:
                pass
    return names


def _refined(kind: Array, dims: tuple[Dim, ...] | None) -> Array:
    if dims is None or len(dims) != kind.ndim:
        return kind
    known = tuple(d if d is not None else new for d, new in zip(kind.dims, dims, strict=True))
    return replace(kind, dims=known)


def _dims(
    value: ir.Expr, facts: Inferred, names: frozenset[str], rank: int
) -> tuple[Dim, ...] | None:
    operation = facts.operations.get(id(value))
    if isinstance(operation, Element) and isinstance(operation.owner, ir.Name):
        owner = facts.types.get(operation.owner.id, ANY)
        if isinstance(owner, Array) and isinstance(operation.index, ir.Expr):
            return lengths(owner, operation.index, facts.types, names)
    if not isinstance(operation, Apply):
        return None
    types = [_type(a, facts) for a in operation.args]
    options = {k: _type(v, facts) for k, v in operation.kwargs}
    return shapes.dims_of_result(operation.function, tuple(types), options, rank)


def _type(expr: ir.Expr, facts: Inferred) -> Type:
    if isinstance(expr, ir.Name):
        return facts.types.get(expr.id, ANY)
    return constant(expr.value) if isinstance(expr, ir.Const) else ANY


def lengths(
    owner: Array, index: ir.Expr, types: dict[str, Type], names: frozenset[str]
) -> tuple[Dim, ...] | None:
    """The shape of `owner[index]`; `names` are those of which bounds may be made."""
    out: list[Dim] = []
    axis = 0
    for part in index_parts(index):
        if part == ir.Const(None):
            out.append(1)
            continue
        if axis >= owner.ndim:
            return None
        if isinstance(part, ir.Slice):
            out.append(_length(owner.dims[axis], part, types, names))
        elif not _integer(part, types):
            return None
        axis += 1
    return (*out, *owner.dims[axis:])


def _integer(part: ir.Expr, types: dict[str, Type]) -> bool:
    bound = affine(part)
    return bound is not None and (not bound[0] or _counts(bound[0], types))


def _counts(name: str, types: dict[str, Type]) -> bool:
    kind = types.get(name, ANY)
    return isinstance(kind, Scalar) and kind.kind is int


def _length(dim: Dim, part: ir.Slice, types: dict[str, Type], names: frozenset[str]) -> Dim:
    if dim is None or part.step is not None:
        return None
    bounds = [None if b is None else affine(b) for b in (part.lower, part.upper)]
    for given, bound in zip((part.lower, part.upper), bounds, strict=True):
        if given is not None and bound is None:
            return None
        if bound is not None and bound[0] and not (bound[0] in names and _counts(bound[0], types)):
            return None
    shown = ["" if b is None else f"{b[0]}{b[1]:+}" for b in bounds]
    if not any(b is not None and b[0] for b in bounds):
        low, high = (None if b is None else b[1] for b in bounds)
        return shapes.sliced(dim, low, high, None)
    return f"{dim}[{shown[0]}:{shown[1]}]", 0
