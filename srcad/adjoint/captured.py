"""Refuse functions made inside whose captured variables change while they are kept.

def step(k):
    return w * k
w = w + 1            refused where `step` is kept: its derivative would be that of the older w
"""

from __future__ import annotations

from srcad import errors
from srcad.adjoint.cotangents import Cotangents
from srcad.analysis.captures import Captures, handed_on
from srcad.ir import nodes as ir


class Captured(Cotangents):
    """The checks of what functions capture."""

    captures: Captures

    def check_captures(self, made: ir.Assign, closure: ir.Closure) -> None:
        """A closure reads its variables when called: they must not change after it is made."""
        own = getattr(closure.code, "name", None)
        for name in closure.captures:
            if name == own or name not in self.active:
                continue
            if self.captures.change(name, made):
                problem = errors.UnsupportedSyntax(
                    f"`{name}` changes after this function has captured it. Pass it as an "
                    "argument instead.",
                    self.place(),
                )
                problem.reading = "objects"
                raise problem

    def check_handed_on(self, made: ir.Assign, closure: ir.Closure) -> None:
        """What a function hands on to functions that it makes is read when it is called."""
        for name in sorted(handed_on(closure)):
            if self.captures.change_for_made(name, made):
                problem = errors.UnsupportedSyntax(
                    f"`{name}` changes after this function has captured it for a function that it "
                    "makes. Pass it as an argument instead.",
                    self.place(),
                )
                problem.reading = "objects"
                raise problem

    def check_cells(self, made: ir.Assign, closure: ir.Closure) -> None:
        """Each run of a comprehension has variables of its own, where ours has one for all."""
        for name in frozenset(closure.captures) & self.facts.unit.code.cells:
            if self.captures.mixed(name, made):
                raise errors.UnsupportedSyntax(
                    f"This function keeps the `{name}` of one comprehension among several. Give "
                    f"it the value: `{name}={name}` as a default.",
                    self.place(),
                )
