"""Cut a derivative in two functions: `f_fwd` returns what `f_bwd` needs, and `f_bwd` opens it."""

from __future__ import annotations

from srcad.ir import nodes as ir

BACKWARD = ir.Note("backward")


def cut(whole: ir.Block) -> tuple[ir.Block, ir.Block]:
    """The forward and the backward part of a body that ends in `return value, gradients`."""
    place = next(k for k, s in enumerate(whole) if isinstance(s, ir.Note))
    forward, backward = whole[:place], whole[place + 1 :]
    last = backward[-1]
    assert isinstance(last, ir.Return) and isinstance(last.value, ir.Sequence)
    return forward, (*backward[:-1], ir.Return(last.value.items[1]))


def residuals_of(
    forward: ir.Block, backward: ir.Block, params: list[str], seed: str
) -> tuple[str, ...]:
    """The variables of the forward part that the backward part reads."""
    known = set(params) | ir.assigned(forward)
    return tuple(sorted(ir.free_reads(backward, frozenset({seed})) & known))


def returning(forward: ir.Block, residuals: tuple[str, ...], result: str) -> ir.Block:
    """The forward part, ending in `return value, saved`."""
    saved = ir.Sequence("tuple", tuple(ir.Name(r) for r in residuals))
    return (*forward, ir.Return(ir.Sequence("tuple", (ir.Name(result), saved))))


def opening(
    backward: ir.Block, residuals: tuple[str, ...], saved: str, copied: list[str]
) -> ir.Block:
    """The backward part, taking the residuals out of `saved`; the lists of `copied` anew."""
    opened: list[ir.Stmt] = []
    if len(residuals) == 1:
        opened.append(ir.Assign(residuals[0], ir.Item(ir.Name(saved), ir.Const(0))))
    elif residuals:
        opened.append(ir.Unpack(residuals, ir.Name(saved)))
    for name in copied:
        opened.append(ir.Assign(name, ir.Call(ir.Ref(list, "list"), (ir.Name(name),))))
    return (*opened, BACKWARD, *backward)
