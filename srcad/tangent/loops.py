"""Loop over the values and their tangents side by side.

for x in xs                    for x, x_dot in zip(xs, xs_dot)
for i, x in enumerate(xs)      for (i, x), x_dot in zip(enumerate(xs), xs_dot)
for a, b in zip(x, y)          for (a, b), (a_dot, b_dot) in zip(zip(x, y), zip(x_dot, y_dot))
for k, v in d.items()          for (k, v), v_dot in zip(d.items(), d_dot.values())
"""

from __future__ import annotations

from dataclasses import replace

from srcad.adjoint import algebra
from srcad.analysis.operations import Refused
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Dct, Obj
from srcad.runtime import tangents
from srcad.tangent.values import Values

PARTS_DOT = ir.Ref(tangents.parts_dot, "parts_dot")
ENTRIES = ir.Ref(tangents.entries, "entries")
ZIP = ir.Ref(zip, "zip")
Side = tuple[ir.Target, ir.Expr] | None


class Loops(Values):
    """The headers of loops."""

    def header(self, stmt: ir.For, body: ir.Block) -> ir.For:
        """The loop with the tangents of what it binds, where these have any."""
        names = [n for n in ir.leaves(stmt.target) if n in self.moving]
        self.check_header(stmt.iterable)
        if not names or not self.moves(stmt.iterable):
            zeros = tuple(ir.Assign(self.dot(n), self.zero(ir.Name(n)), stmt.at) for n in names)
            return replace(stmt, body=(*zeros, *body))
        side = self.side(stmt.target, stmt.iterable)
        if side is None:
            zeros = tuple(ir.Assign(self.dot(n), self.zero(ir.Name(n)), stmt.at) for n in names)
            return replace(stmt, body=(*zeros, *body))
        target, dots = side
        left = set(names) - {n for n in names if self.dots.get(n) in ir.leaves(target)}
        zeros = tuple(ir.Assign(self.dot(n), self.zero(ir.Name(n)), stmt.at) for n in sorted(left))
        both = ir.Call(ZIP, (stmt.iterable, dots))
        return replace(stmt, target=(stmt.target, target), iterable=both, body=(*zeros, *body))

    def check_header(self, expr: ir.Expr) -> None:
        """Refuse to run over what is not followed: its items would have no tangents."""
        operation = self.operation(expr)
        if isinstance(operation, Refused) and ir.reads(expr) & self.moving:
            raise self.refusal(operation)
        method = isinstance(expr, ir.Call) and isinstance(expr.func, ir.Attr)
        for part in ir.children(expr):
            if not (method and part is expr.func):  # type: ignore[union-attr]
                self.check_header(part)

    def side(self, target: ir.Target, iterable: ir.Expr) -> Side:  # noqa: C901 - one case a form
        """What binds the tangents, and what they come out of; None: nothing here moves."""
        if not self.moves(iterable) and ir.reads(iterable).isdisjoint(self.moving):
            return None
        match iterable:
            case ir.Name(name):
                if isinstance(self.type(name), Dct):
                    return None  # its keys
                return self.dots_of(target), self.parts(iterable)
            case ir.Call(ir.Name("enumerate") | ir.Ref(_, "enumerate"), (inner, *_)):
                if isinstance(target, str) or len(target) != 2:
                    raise self.unsupported("A loop over `enumerate` that binds one variable")
                return self.side(target[1], inner)
            case ir.Call(ir.Name("zip") | ir.Ref(_, "zip"), args):
                return self.zipped(target, args)
            case ir.Call(ir.Name("reversed") | ir.Ref(_, "reversed") as func, (inner,)):
                found = self.side(target, inner)
                return None if found is None else (found[0], ir.Call(func, (found[1],)))
            case ir.Call(ir.Name("list" | "tuple") as func, (inner,), ()) if not isinstance(
                inner, ir.Name
            ):
                found = self.side(target, inner)
                return None if found is None else (found[0], ir.Call(func, (found[1],)))
            case ir.Call(ir.Attr(ir.Name(owner), "items"), ()) if not isinstance(target, str):
                values = ir.Call(ir.Attr(ir.Name(self.dot(owner)), "values"))
                return self.dots_of(target[1]), values
            case ir.Call(ir.Attr(ir.Name(owner), "items"), ()):
                return self.dots_of(target), algebra.call(ENTRIES, ir.Name(self.dot(owner)))
            case ir.Call(ir.Attr(ir.Name(owner), "values"), ()):
                return self.dots_of(target), ir.Call(ir.Attr(ir.Name(self.dot(owner)), "values"))
            case ir.Call(ir.Attr(ir.Name(), "keys"), ()):
                return None
            case _:
                operation = self.operation(iterable)
                if operation is not None and not isinstance(self.type_of(iterable), AnyType):
                    return self.dots_of(target), self.value(iterable)
                raise self.unsupported("A loop over this")

    def parts(self, whole: ir.Expr) -> ir.Expr:
        """The tangents of the items of something, which may be an object with a way of its own."""
        kind = self.type_of(whole)
        if isinstance(kind, AnyType) and self.moves(whole):
            return algebra.call(PARTS_DOT, self.value(whole), whole)
        if isinstance(kind, Obj):
            problem = self.unsupported("The iteration over an object of a class")
            problem.reading = "generators"  # where it says what it hands out
            raise problem
        return self.value(whole)

    def zipped(self, target: ir.Target, args: tuple[ir.Expr, ...]) -> Side:
        if isinstance(target, str) or len(target) != len(args):
            raise self.unsupported("A loop over `zip` that binds one variable")
        sides = [self.side(t, a) for t, a in zip(target, args, strict=True)]
        found = [s for s in sides if s is not None]
        if len(found) < 2:
            return found[0] if found else None
        return tuple(t for t, _ in found), ir.Call(ZIP, tuple(e for _, e in found))

    def dots_of(self, target: ir.Target) -> ir.Target:
        """The variables of the tangents, in the same arrangement."""
        if isinstance(target, str):
            return self.dot(target)
        return tuple(map(self.dots_of, target))
