"""Tidy the code of the forward mode.

    prod = 2 * x                     (gone)
    prod_dot = 2 * x_dot             (gone)
    y = np.sin(prod)            →    y = np.sin(2 * x)
    y_dot = np.cos(prod) * prod_dot  y_dot = np.cos(2 * x) * (2 * x_dot)

The function's own statements stay, and compute what they did; of the tangents, what nobody reads
goes.
"""

from __future__ import annotations

from srcad.analysis.infer import Inference
from srcad.ir import nodes as ir
from srcad.optimise.certain import Judge
from srcad.optimise.dead_code import drop_dead_code
from srcad.optimise.nest import nest
from srcad.optimise.total import Total
from srcad.optimise.typing import typer


def tidied_tangents(
    body: ir.Block, inference: Inference, dots: frozenset[str], users: frozenset[str]
) -> ir.Block:
    """The body with single-use temporaries inlined; `users` are the names that the user wrote.

    dots: the names of the tangents.
    """
    facts = inference.facts
    judge = Judge.of(facts)
    total = Total(judge.called, typer(inference))
    kept = {p.name for p in facts.unit.code.params}
    kept |= {n for s in ir.walk(body) if isinstance(s, ir.Augment) for n in ir.reads(s.target)}
    generated = frozenset(facts.types) - users - kept

    def removable(stmt: ir.Stmt, of_user: bool) -> bool:
        bound = ir.targets(stmt)
        quiet = bool(bound) and not getattr(stmt, "alters", None)
        return quiet and dots.issuperset(bound) and judge.removable(stmt)

    body = drop_dead_code(body, removable, frozenset(), lambda _: {})
    return nest(body, generated, judge.pure, lambda e: e, total)
