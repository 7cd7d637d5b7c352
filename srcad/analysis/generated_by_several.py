"""Run the generators of objects of several classes: each class has its own.

    it = layer.parameters()            owner = layer
    for p in it:                       if type(owner) is Linear:
        s += p**2                →         owner_Linear = instance(owner, Linear, "parameters")
                                           it_Linear = owner_Linear.parameters()
                                           for p in it_Linear:
                                               s += p**2
                                       else:
                                           …  (the same of the next class)

So that `generated` knows each; a class may have a method of this name that is no generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from srcad.analysis.dispatch import narrowed, type_is
from srcad.analysis.generated import consumers, generator_function, own_name
from srcad.ir import nodes as ir
from srcad.ir.again import once_more
from srcad.ir.types import AnyType, Obj

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

MOST_CLASSES = 6  # what consumes the items stands once for each


@dataclass(frozen=True)
class Several:
    """A call of a method of an object of several classes, with what it was called with."""

    owner: str
    method: str
    args: tuple[ir.Expr, ...]
    kwargs: tuple[tuple[str | None, ir.Expr], ...]
    classes: tuple[type, ...]
    depth: int  # of the loops around that came out of generators


def generated_by_several(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The statements in place of such a call, or of what consumes its items; None of others."""
    if not inference.session.reading.generators or inference.unit.of_runtime:
        return None
    match stmt:
        case ir.Assign(target, ir.Call(ir.Attr(ir.Name(owner)))):
            kind = inference.types.get(owner)
            objects = kind.objects if isinstance(kind, AnyType) else ()
            return _called(stmt, target, objects, inference) if objects else None
        case _:
            return _consumed(stmt, inference)


def _called(
    stmt: ir.Assign, target: str, objects: tuple[Obj, ...], inference: Inference
) -> ir.Block | None:
    call, known = stmt.value, inference.facts.several
    assert isinstance(call, ir.Call) and isinstance(call.func, ir.Attr)
    classes = tuple(o.cls for o in objects)
    method = call.func.name
    if target not in known and not _fits(target, method, classes, inference):
        return None
    given = [*call.args, *(v for _, v in call.kwargs)]
    if len(classes) > MOST_CLASSES or any(isinstance(a, ir.Star) for a in given):
        known.pop(target, None)
        return None
    values = (call.func.obj, *given)
    names = [own_name(target, f"owner {k}", "owner", inference) for k in range(len(values))]
    args = tuple(map(ir.Name, names[1 : len(call.args) + 1]))
    later = names[len(call.args) + 1 :]
    kwargs = tuple((key, ir.Name(n)) for (key, _), n in zip(call.kwargs, later, strict=True))
    depth = inference.facts.inlined.get(id(stmt), 0)
    known[target] = Several(names[0], method, args, kwargs, classes, depth)
    inference.facts.generators.pop(target, None)
    return tuple(ir.Assign(n, v, stmt.at) for n, v in zip(names, values, strict=True))


def _fits(target: str, method: str, classes: tuple[type, ...], inference: Inference) -> bool:
    """Whether some class has a generator of this name, and all items are taken where it runs."""
    found = [getattr(cls, method, None) for cls in classes]
    some = any(generator_function(inference.session.found(f, method)) for f in found if f)
    return some and consumers(target, inference) is not None


def _consumed(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    known, facts = inference.facts.several, inference.facts
    found = [n for n in sorted(ir.statement_reads(stmt)) if n in known] if known else []
    if not found:
        return None
    target, several = found[0], known[found[0]]
    written = facts.overloads.get(id(stmt))
    if written is not None and facts.chosen.get(id(stmt)) == several:
        return written
    block: ir.Block = ()
    for cls in reversed(several.classes):
        branch = _of_class(stmt, target, several, cls, inference)
        if block:
            test = type_is(several.owner, cls)
            branch = (ir.If(test, branch, block, getattr(stmt, "at", None)),)
        block = branch
    facts.chosen[id(stmt)] = several
    return block


def _of_class(
    stmt: ir.Stmt, target: str, several: Several, cls: type, inference: Inference
) -> ir.Block:
    at, facts = getattr(stmt, "at", None), inference.facts
    narrow = own_name(target, f"narrow {cls.__name__}", f"owner_{cls.__name__}", inference)
    items = own_name(target, f"items {cls.__name__}", f"{target}_{cls.__name__}", inference)
    call = ir.Call(ir.Attr(ir.Name(narrow), several.method), several.args, several.kwargs)
    made = ir.Assign(items, call, at)
    new = ir.map_expressions(once_more(stmt), lambda e: ir.substitute(e, {target: ir.Name(items)}))
    facts.inlined[id(made)] = facts.inlined[id(new)] = several.depth
    first = ir.Assign(narrow, narrowed(several.owner, cls, several.method), at)
    return (first, made, new)
