"""What every part of the forward mode shares: names, types and zeros."""

from __future__ import annotations

from collections.abc import Callable

from srcad import errors
from srcad.adjoint import algebra
from srcad.analysis.activity import depends
from srcad.analysis.infer import Inferred, constant
from srcad.analysis.operations import Operation, Refused
from srcad.analysis.program import Unit
from srcad.analysis.refusals import of_callee, of_construct
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import ANY, Array, Number, Scalar, Type, is_complex
from srcad.runtime import tangents

STILL = ir.Ref(tangents.still, "still")
NONE = ir.Const(None)

Joined = frozenset[frozenset[str]]  # parameters that may share memory
Request = Callable[[Unit, tuple[Type, ...], tuple[bool, ...], errors.Place, Joined], str]


class Base:
    """The state of the transformation of one function."""

    def __init__(
        self,
        facts: Inferred,
        body: ir.Block,
        moving: frozenset[str],
        names: Names,
        request: Request,
        naive: bool = False,
    ) -> None:
        self.facts, self.body, self.moving = facts, body, moving
        self.names, self.request, self.naive = names, request, naive
        self.dots: dict[str, str] = {}
        self.at: ir.Loc | None = None
        self.trying = 0  # blocks around the statement whose errors the program may catch

    def dot(self, name: str) -> str:
        """The variable that holds the tangent of a variable."""
        if name not in self.dots:
            self.dots[name] = self.names.fresh(f"{name.rstrip('_')}_dot")
            self.facts.types[self.dots[name]] = self.type(name)
        return self.dots[name]

    def type(self, name: str) -> Type:
        return self.facts.types.get(name, ANY)

    def type_of(self, expr: ir.Expr) -> Type:
        if isinstance(expr, ir.Name):
            return self.type(expr.id)
        return constant(expr.value) if isinstance(expr, ir.Const) else ANY

    def operation(self, expr: ir.Expr) -> Operation | None:
        return self.facts.operations.get(id(expr))

    def moves(self, expr: ir.Expr) -> bool:
        """Whether the value of an expression has a tangent."""
        return depends(expr, self.facts, self.moving)

    def place(self) -> errors.Place:
        found: errors.Place = self.facts.unit.place(self.at)
        return found

    def zero(self, expr: ir.Expr) -> ir.Expr:
        """The tangent of what does not move."""
        if isinstance(expr, ir.Const):
            if type(expr.value) in (int, float, bool):
                return ir.Const(0.0)
            return ir.Const(0j) if type(expr.value) is complex else NONE
        kind = self.type_of(expr)
        if isinstance(kind, Scalar | Number) and not isinstance(kind, Array):
            number = kind.dtype if isinstance(kind, Number) else kind.kind.__name__
            if number == "float":
                return ir.Const(0.0)
        match expr:
            case ir.Sequence(form, items) if form != "set":
                return ir.Sequence(form, tuple(map(self.zero, items)))
            case ir.Star(value):
                return ir.Star(self.zero(value))
            case _:
                return algebra.call(STILL, expr)

    def refusal(self, refused: Refused) -> errors.SrcadError:
        """The error for a construct that has no tangent yet."""
        if refused.error is not None:
            return of_callee(refused.error, self.place())
        cure = refused.cure or "Compute it outside the function."
        return of_construct(refused.reason, cure, self.place())

    def unsupported(self, what: str) -> errors.SrcadError:
        """The error for a statement that the forward mode cannot do."""
        return errors.UnsupportedSyntax(f"{what} has no tangent in forward mode yet.", self.place())

    def complex(self, expr: ir.Expr) -> bool:
        return is_complex(self.type_of(expr))
