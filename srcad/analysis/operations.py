"""What an expression does, as far as derivatives are concerned.

np.sum(x, axis=0)     Apply(np.sum, (x,), axis=0)         a rule of the table
helper(x)             Invoke(unit, (x,), …)               a function of the program
p["W"]   p.W          Part(p, "W")                        an element of a container
(a, b)   {"W": w}     its parts, as written               Build
f(x), f unknown       Dynamic                             resolved when it runs
x.shape, len(x)       Inert                               no derivative
"""

from __future__ import annotations

import operator
from typing import Any

from srcad.errors import SrcadError
from srcad.ir import nodes as ir
from srcad.ir.records import record
from srcad.ir.types import AnyType, Dct, Type
from srcad.rules.table import TABLE, Rule

BINARY_FUNCTIONS: dict[str, Any] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow, "@": operator.matmul,
    "&": operator.and_, "|": operator.or_, "^": operator.xor, "<<": operator.lshift,
    ">>": operator.rshift,
}  # fmt: skip
UNARY_FUNCTIONS: dict[str, Any] = {
    "-": operator.neg, "+": operator.pos, "~": operator.invert, "not": operator.not_,
}  # fmt: skip
COMPARE_FUNCTIONS: dict[str, Any] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


@record(frozen=True)
class Apply:
    """A function with a rule in the table (or, `rule is None`, one that would need it)."""

    function: Any
    args: tuple[ir.Expr, ...]
    kwargs: tuple[tuple[str, ir.Expr], ...]
    rule: Rule | None
    types: tuple[Type, ...]
    form: str = "call"  # "call", "method", "attribute", "operator"
    within: Invoke | None = None  # what a function with a rule of the user does by itself


@record(frozen=True)
class Invoke:
    """A function of the program; one argument for each parameter."""

    unit: Any
    args: tuple[ir.Expr, ...]
    params: tuple[Type, ...]
    closure: ir.Expr | None = None  # the function object, when it captures variables


@record(frozen=True)
class Part:
    """An element or attribute of a container: `key` is the index expression or the name."""

    owner: ir.Expr
    key: ir.Expr | str


@record(frozen=True)
class Element:
    """`x[index]` of an array."""

    owner: ir.Expr
    index: ir.Expr


@record(frozen=True)
class Make:
    """A namedtuple or dataclass built from its fields, in order."""

    cls: type
    fields: tuple[tuple[str, ir.Expr], ...]


@record(frozen=True)
class Same:
    """The value of one operand, unchanged (`stop` cuts the derivative)."""

    value: ir.Expr


@record(frozen=True)
class Copy:
    """A new container with the items of another: `list(xs)`, `dict(d)`, `tuple(xs)`."""

    value: ir.Expr


@record(frozen=True)
class Append:
    """`items.append(value)`."""

    owner: str
    value: ir.Expr


@record(frozen=True)
class Mutation:
    """A call that writes into an object: fine where no derivative is involved."""

    owner: ir.Expr
    what: str


@record(frozen=True)
class Refused:
    """A construct that has no derivative yet: an error if it carries one.

    `reason` names it, `cure` says what to write instead; `error` is the whole of it where another
    function was refused.
    """

    reason: str
    cure: str = ""
    error: SrcadError | None = None


@record(frozen=True)
class Handed:
    """`d.get(k, default)`: what a container holds somewhere, or a default."""

    owner: ir.Expr
    default: ir.Expr | None


@record(frozen=True)
class Dynamic:
    """A call whose target is known only when it runs."""

    func: ir.Expr
    args: tuple[ir.Expr, ...]
    kwargs: tuple[tuple[str | None, ir.Expr], ...]


@record(frozen=True)
class Inert:
    """No derivative passes through."""


_BITWISE = {"|", "&", "^", "<<", ">>"}  # of numbers without derivative; of dicts and sets, not


def operator_of(op: str, args: tuple[ir.Expr, ir.Expr], kinds: tuple[Type, Type]) -> Operation:
    """What a binary operator does with operands of these types."""
    if op in _BITWISE and any(isinstance(k, Dct | AnyType) for k in kinds):
        return Refused(f"`{op}`", "To join dicts, write `{**one, **other}`.")
    function = BINARY_FUNCTIONS[op]
    return Apply(function, args, (), TABLE.get(function), kinds, "operator")


def invoked(operation: Operation | None) -> Invoke | None:
    """The function of the program that an operation runs, as far as its source is read."""
    if isinstance(operation, Apply):
        return operation.within
    return operation if isinstance(operation, Invoke) else None


Operation = (
    Apply | Invoke | Part | Element | Make | Same | Copy | Append | Mutation | Handed | Dynamic
    | Refused | Inert
)  # fmt: skip
