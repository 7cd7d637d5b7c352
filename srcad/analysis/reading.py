"""Say how a program is read; what is refused in one reading may be accepted in another.

Each reading is right by itself.  The first is the one that gives the best code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srcad.errors import SrcadError


@dataclass(frozen=True)
class Reading:
    """How the functions of one compilation are read.

    checks: where only the running program knows what a value is, it is checked there: what a
    function of NumPy writes into is an array of numbers (`Writer.written`).  anew: and `x += e` is
    `x = x + e` of a number (`runtime/rebinding`).  objects: a variable that a function made inside
    reads, and that is bound more than once, is an object (`frontend/variables`).  whole: objects
    that stay inside a function are objects, not variables for their attributes
    (`analysis/scattered`).  contexts: context managers are the calls that they are
    (`analysis/written_contexts`).  generators: generators of classes and of other modules run where
    they are consumed (`analysis/generated`).  early: what loops take of those that cannot stand
    there is listed before, where the two do not meet (`analysis/early`).
    """

    checks: bool = False
    anew: bool = False
    objects: bool = False
    whole: bool = False
    contexts: bool = False
    generators: bool = False
    early: bool = False

    def after(self, refused: SrcadError) -> Reading:
        """The reading in which what was refused may be accepted; this one if there is none."""
        if refused.reading == "checks" and self.checks:
            return replace(self, anew=True)
        if refused.reading == "generators" and self.generators:
            return replace(self, early=True)
        return replace(self, **{refused.reading: True}) if refused.reading else self


FIRST = Reading()
WHOLE = "whole"
