"""Every message a user can meet.

Each error names the user's file, line and expression and says the way out.  The constructors
below are the catalogue: the rest of srcad raises nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """An expression in the user's file; columns count from 0, as in `ast`."""

    file: str
    line: int
    column: int = 0
    end_column: int | None = None
    text: str = ""  # the source line
    function: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    def picture(self) -> str:
        """The source line with a caret under the expression."""
        if not self.text:
            return f'  File "{self.file}", line {self.line}'
        stripped = self.text.lstrip()
        indent = len(self.text) - len(stripped)
        start = max(self.column - indent, 0)
        end = self.end_column if self.end_column is not None else self.column + 1
        carets = "^" * max(min(end - indent, len(stripped.rstrip())) - start, 1)
        where = f", in {self.function}" if self.function else ""
        return (
            f'  File "{self.file}", line {self.line}{where}\n'
            f"    {stripped.rstrip()}\n    {' ' * start}{carets}"
        )


class SrcadError(Exception):
    """Anything that srcad refuses."""

    reading = ""  # how the program may be read so that it is accepted (`analysis/reading`)

    def __init__(self, message: str, place: Place | None = None) -> None:
        self.message = message
        self.place = place
        super().__init__(f"{message}\n{place.picture()}" if place else message)


class UnsupportedSyntax(SrcadError, SyntaxError):
    """A construct that cannot be differentiated (yet); the message says what to write instead."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        SrcadError.__init__(self, message, place)
        self.msg = message
        if place is not None:
            self.filename, self.lineno, self.text = place.file, place.line, place.text or None
            self.offset = place.column + 1
            self.end_lineno = place.line
            self.end_offset = None if place.end_column is None else place.end_column + 1

    def __str__(self) -> str:
        return str(self.args[0])  # SyntaxError's own would show the line number alone


class UnsupportedMutation(UnsupportedSyntax):
    """An in-place write on a path that carries derivatives."""

    reading = "checks"


class MissingRule(SrcadError):
    """A function without source and without a derivative rule, on a path that needs one."""


class NotDifferentiable(SrcadError, TypeError):
    """The question has no answer: an integer argument, an output that is not a real scalar."""


class WrongArgument(SrcadError, TypeError):
    """`wrt`, or the arguments of the call, do not fit the function."""


class SourceUnavailable(SrcadError):
    """The source of the function cannot be found."""


class StaleSourceError(SourceUnavailable):
    """The file changed since the function was defined."""


class GradientMismatch(SrcadError, AssertionError):
    """`check_grad` found a derivative that differs from finite differences."""


class NotConverged(SrcadError, ArithmeticError):
    """The iteration of `fixed_point` did not come to rest."""


class InternalError(SrcadError):
    """A bug in srcad: never the user's fault."""


def called_from(place: Place) -> str:
    """The note that names a call on the way to a refused line."""
    where = f", in {place.function}" if place.function else ""
    return f"srcad: called at {place}{where}:\n    {place.text.strip()}"


def at_place(problem: SrcadError, place: Place) -> SrcadError:
    """The same error once more, at a place."""
    again: SrcadError = type(problem)(problem.message, place)
    again.reading = problem.reading
    for note in getattr(problem, "__notes__", ()):
        again.add_note(note)
    return again
