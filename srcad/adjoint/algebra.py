"""Build expressions of the backward part without writing `1.0 *`, `0.0 +` or `- -`."""

from __future__ import annotations

from srcad.ir import nodes as ir
from srcad.runtime.elementwise import divide

ONE, ZERO = ir.Const(1.0), ir.Const(0.0)


def is_number(expr: ir.Expr, value: float) -> bool:
    return (
        type(expr) is ir.Const
        and isinstance(expr.value, (int, float))
        and not isinstance(expr.value, bool)
        and expr.value == value
    )


def mul(a: ir.Expr, b: ir.Expr) -> ir.Expr:
    """a * b."""
    if isinstance(a, ir.Const) or isinstance(b, ir.Const):
        for one, other in ((b, a), (a, b)):
            if type(one) is ir.Const and (is_number(one, 1) or is_number(one, -1)):
                return other if is_number(one, 1) else neg(other)
    if isinstance(b, ir.Unary) and b.op == "-":
        return neg(mul(a, b.operand))
    if isinstance(a, ir.Unary) and a.op == "-":
        return neg(mul(a.operand, b))
    if isinstance(b, ir.Const) and not isinstance(a, ir.Const):
        return mul(b, a)
    return _product(a, b)


_JOINED = frozenset((ir.Const, ir.Binary, ir.Call))


def _product(a: ir.Expr, b: ir.Expr) -> ir.Expr:
    """a * b, neither of which is negative or one; a quotient is divided last."""
    if type(a) not in _JOINED and type(b) not in _JOINED:
        return ir.Binary("*", a, b)
    match a, b:
        case ir.Const(p), ir.Const(q) if _number(p) and _number(q):
            return ir.Const(p * q)
        case ir.Const(p), ir.Binary("*", ir.Const(q), rest) if _number(p) and _number(q):
            return mul(ir.Const(p * q), rest)
        case _, ir.Binary("*", ir.Const(q), rest) if _number(q):
            return mul(mul(b.left, a), rest)  # the numbers meet before the arrays
        case _, ir.Binary("/", numerator, denominator):
            return ir.Binary("/", mul(a, numerator), denominator)
        case _, ir.Call(ir.Ref(f) as ref, (numerator, denominator), ()) if f is divide:
            return ir.Call(ref, (mul(a, numerator), denominator))
        case ir.Binary("/", ir.Const(1), denominator), _:
            return ir.Binary("/", b, denominator)
        case ir.Call(ir.Ref(f) as ref, (ir.Const(1), denominator), ()), _ if f is divide:
            return ir.Call(ref, (b, denominator))
        case _:
            pass
    return ir.Binary("*", a, b)


def _number(value: object) -> bool:
    return type(value) in (int, float)


def neg(a: ir.Expr) -> ir.Expr:
    """-a."""
    if isinstance(a, ir.Unary) and a.op == "-":
        return a.operand
    if isinstance(a, ir.Const) and isinstance(a.value, int | float):
        return ir.Const(-a.value)
    return ir.Unary("-", a)


def without_minus(a: ir.Expr) -> ir.Expr | None:
    """-a, where that is shorter to write than a."""
    match a:
        case ir.Name():
            return None
        case ir.Binary():
            rest = without_minus(a.left) if a.op in ("*", "/") else None
            return None if rest is None else ir.Binary(a.op, rest, a.right)
        case ir.Unary("-", operand):
            return operand
        case ir.Const(value) if _number(value) and value < 0:
            return ir.Const(-value)
        case _:
            return None


def add(a: ir.Expr, b: ir.Expr) -> ir.Expr:
    """a + b."""
    rest = without_minus(b)
    if rest is not None:
        return ir.Binary("-", a, rest)
    return ir.Binary("+", a, b)


def call(ref: ir.Ref, *args: ir.Expr, **kwargs: ir.Expr) -> ir.Call:
    return ir.Call(ref, args, tuple(kwargs.items()))


def groups(args: tuple[ir.Expr, ...]) -> tuple[ir.Expr, ...]:
    """`a, b, *xs, c` as `(a, b), xs, (c,)`."""
    groups: list[ir.Expr] = []
    for arg in args:
        if isinstance(arg, ir.Star):
            groups.append(arg.value)
        elif groups and isinstance(groups[-1], ir.Sequence):
            groups[-1] = ir.Sequence("tuple", (*groups[-1].items, arg))
        else:
            groups.append(ir.Sequence("tuple", (arg,)))
    return tuple(groups)


def tables(kwargs: tuple[tuple[str | None, ir.Expr], ...]) -> tuple[ir.Expr, ...]:
    """`k=b, **more` as `{"k": b}, more`."""
    return tuple(v if k is None else ir.Mapping((ir.Const(k),), (v,)) for k, v in kwargs)


def place_in(stmt: ir.Unpack, k: int) -> ir.Expr:
    """Where in the value the k-th target of an assignment to several stands: `a, *b, c = x`."""
    if stmt.star is None or k < stmt.star:
        return ir.Const(k)
    if k > stmt.star:
        return ir.Const(k - len(stmt.targets))
    stop = k - len(stmt.targets) + 1
    return ir.Slice(ir.Const(k), ir.Const(stop) if stop else None, None)


def added_to(bar: str, value: ir.Expr) -> ir.Stmt:
    """bar += value."""
    if isinstance(value, ir.Unary) and value.op == "-":
        return ir.AddTo(bar, value.operand, None, "-")
    return ir.AddTo(bar, value)


def added_at(bar: str, index: ir.Expr, value: ir.Expr) -> ir.Stmt:
    """bar[index] += value."""
    if isinstance(value, ir.Unary) and value.op == "-":
        return ir.AddAt(bar, index, value.operand, None, "-")
    return ir.AddAt(bar, index, value)
