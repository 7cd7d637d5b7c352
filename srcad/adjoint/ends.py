"""The two ends of a backward part: the cotangent that it starts from, and the gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from srcad.adjoint.algebra import call
from srcad.adjoint.cells import CELL_ZEROS
from srcad.adjoint.cotangents import SHADOW
from srcad.analysis.infer import Inferred
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import ANY, Array, Number, Scalar, carries, is_complex
from srcad.runtime.cotangents import finish

FINISH = ir.Ref(finish, "finish")


@dataclass(frozen=True)
class Parts:
    """A function reversed: its two blocks, and the cotangents that the backward one leaves."""

    facts: Inferred
    forward: ir.Block
    backward: ir.Block
    bars: dict[str, str]
    present: frozenset[str]
    seed: str | None
    asked: str  # the variable that is differentiated: the result, or the part of it asked for
    names: Names
    generated: frozenset[str]
    stacks: frozenset[str]
    given: dict[str, str]  # parameters that the function rebinds: where their first value is kept
    in_place: frozenset[str] = frozenset()  # variables whose contents the forward part changes
    handed: tuple[str, ...] = ()  # cotangents that the caller hands in besides the result's
    shadows: str = ""  # the memory of cotangents, where the caller hands it in
    steady: frozenset[str] = frozenset()  # of which the bounds of slices may be made
    by_memory: frozenset[str] = frozenset()  # parameters whose cotangents are kept there

    @property
    def unreversed(self) -> frozenset[str]:
        """The variables of the forward part that no backward statement takes a cotangent of."""
        used = ir.free_reads(self.backward) | ir.assigned(self.backward) | {self.seed, *self.handed}
        reversed_ = {name for name, bar in self.bars.items() if bar in used}
        return frozenset(ir.assigned(self.forward)) - reversed_

    def raw(self, param: str) -> ir.Expr:
        """The cotangent of a parameter as it is."""
        if param in self.present:
            return ir.Name(self.bars[param])
        params = zip(self.facts.unit.code.params, self.facts.params, strict=True)
        kind = next((t for p, t in params if p.name == param), ANY)
        if isinstance(kind, Scalar | Number) and carries(kind):  # an integer may be among them
            return ir.Const(0j if is_complex(kind) else 0.0)
        zeros = CELL_ZEROS if param in self.by_memory else SHADOW
        return call(zeros, ir.Name(self.given.get(param, param)))

    def gradient(self, param: str) -> ir.Expr:
        """The gradient of a parameter, in the parameter's own type and memory."""
        bar: ir.Expr = ir.Const(None)
        if param in self.present:
            bar = ir.Name(self.bars[param])
        return call(FINISH, bar, ir.Name(self.given.get(param, param)))

    def seeded(self, result: str, aux: bool) -> ir.Block:
        """The statement with which the backward part of `grad` begins."""
        if self.seed is None:
            return ()
        return (ir.Assign(self.seed, seed_of(self.facts, result, self.asked, aux)),)

    def outcome(self, result: str, body: ir.Block) -> tuple[str, ir.Block]:
        """The variable that holds the value at the end; another one where the result's is restored.

        The backward part brings back what variables held before: `p = p_saved.pop()`.
        """
        if result not in ir.assigned(self.backward):
            return result, body
        name = self.names.fresh("value")
        return name, kept_outcome(body, name, result)


def seed_of(facts: Inferred, result: str, asked: str, aux: bool) -> ir.Expr:
    """The cotangent of the result of `grad`; `asked` is what stands for it (`asked_result`)."""
    if aux:
        zero = call(SHADOW, ir.Item(ir.Name(result), ir.Const(1)))
        return ir.Sequence("list", (ir.Const(1.0), zero if asked == result else ir.Const(None)))
    if isinstance(facts.types.get(result), Array):
        return call(ir.Ref(np.ones_like, "np.ones_like"), ir.Name(result))
    return ir.Const(1.0)


def generated_names(
    forward: ir.Block, backward: ir.Block, bars: dict[str, str], kept: frozenset[str]
) -> frozenset[str]:
    """The names that only the compiler gave: not those of `kept`, nor their cotangents."""
    bound = frozenset(ir.assigned(forward) | ir.assigned(backward))
    return bound - kept - frozenset(bar for name, bar in bars.items() if name in kept)


def unset(names: frozenset[str] | set[str]) -> ir.Block:
    """Variables that may have no value get None first."""
    return tuple(ir.Assign(n, ir.Const(None)) for n in sorted(names))


def kept_outcome(body: ir.Block, name: str, result: str) -> ir.Block:
    """Keep the value under another name before the backward part, which overwrites it."""
    out: list[ir.Stmt] = []
    for stmt in body:
        if isinstance(stmt, ir.Note):
            out.append(ir.Assign(name, ir.Name(result)))
        out.append(stmt)
    return tuple(out)
