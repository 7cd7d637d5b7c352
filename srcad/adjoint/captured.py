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


def changing_capture(
    captures: Captures, active: frozenset[str], made: ir.Assign, closure: ir.Closure
) -> str | None:
    """What is wrong with a function that reads its variables when called, if one changes."""
    for name in closure.held:
        if name in active and captures.change(name, made):
            return (
                f"`{name}` changes after this function has captured it. Pass it as an argument "
                "instead."
            )
    return None


def changing_for_others(captures: Captures, made: ir.Assign, closure: ir.Closure) -> str | None:
    """The same of what it hands on to functions that it makes: that is read when it is called."""
    for name in sorted(handed_on(closure)):
        if captures.change_for_made(name, made):
            return (
                f"`{name}` changes after this function has captured it for a function that it "
                "makes. Pass it as an argument instead."
            )
    return None


def mixed_cells(
    captures: Captures, cells: frozenset[str], made: ir.Assign, closure: ir.Closure
) -> str | None:
    """Each run of a comprehension has variables of its own, where ours has one for all."""
    for name in frozenset(closure.captures) & cells:
        if captures.mixed(name, made):
            return (
                f"This function keeps the `{name}` of one comprehension among several. Give it "
                f"the value: `{name}={name}` as a default."
            )
    return None


def refused(what: str | None, place: errors.Place, reading: str = "") -> None:
    """Raise the refusal, if there is one; reading: how the program may be read instead."""
    if what is not None:
        problem = errors.UnsupportedSyntax(what, place)
        if reading:
            problem.reading = reading
        raise problem


class Captured(Cotangents):
    """The checks of what functions capture."""

    captures: Captures

    def check_captures(self, made: ir.Assign, closure: ir.Closure) -> None:
        """A closure reads its variables when called: they must not change after it is made."""
        found = changing_capture(self.captures, self.active, made, closure)
        refused(found, self.place(), "objects")

    def check_handed_on(self, made: ir.Assign, closure: ir.Closure) -> None:
        """What a function hands on to functions that it makes is read when it is called."""
        refused(changing_for_others(self.captures, made, closure), self.place(), "objects")

    def check_cells(self, made: ir.Assign, closure: ir.Closure) -> None:
        """Each run of a comprehension has variables of its own."""
        found = mixed_cells(self.captures, self.facts.unit.code.cells, made, closure)
        refused(found, self.place())
