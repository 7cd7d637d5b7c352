"""Lower the statements that exceptions leave: `with` and `try`.

    with np.errstate(…), c():      →     with np.errstate(…):
        y = f(x)                             try:
                                                 with c(), Refusals() as refusals:
                                                     y = f(x)
                                                 refuse(refusals)
                                             except ():
                                                 pass

What may discard an exception stands alone in a `try`, which tells all analyses so.  What srcad
refuses while the program runs is no exception of the program: no handler of the user's gets it.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
from typing import Any

from srcad.frontend import contexts
from srcad.frontend.handlers import PASSED_ON, catches_refusals
from srcad.frontend.loops import Loops
from srcad.frontend.state import keyword
from srcad.ir import nodes as ir
from srcad.runtime.refusals import Refusals, refuse

REFUSALS = ir.Ref(Refusals, "Refusals")
REFUSE = ir.Ref(refuse, "refuse")


class Trying(Loops):
    """`with` and `try`."""

    def do_With(self, stmt: ast.With) -> None:
        self.contexts(stmt.items, stmt.body, self.at)

    def contexts(self, items: list[ast.withitem], body: list[ast.stmt], at: ir.Loc | None) -> None:
        """`with a, suppress(E), b: …`: what may discard an exception stands alone."""
        here = next((k for k, i in enumerate(items) if not self.passes_exceptions(i)), len(items))
        if here == len(items):
            entered = tuple(map(self.entered, items))
            self.out.append(ir.With(entered, self.block(body), at))
        elif here:
            entered = tuple(map(self.entered, items[:here]))
            with self.nested() as inner:
                self.contexts(items[here:], body, at)
            self.out.append(ir.With(entered, tuple(inner), at))
        else:
            self.discarding(items[0], items[1:], body, at)

    def entered(self, item: ast.withitem) -> tuple[ir.Expr, str | None]:
        target = item.optional_vars
        if target is not None and not isinstance(target, ast.Name):
            raise self.refuse("Bind the context manager to a plain name.", target)
        name = None if target is None else self.variable(target.id)
        return self.value(item.context_expr), name

    def discarding(
        self,
        item: ast.withitem,
        rest: list[ast.withitem],
        body: list[ast.stmt],
        at: ir.Loc | None,
    ) -> None:
        """`with suppress(E): …` is a `try`, and so is what may or may not discard an exception.

        with c(): …        →     try: (with c(): …)     except (): pass
        """
        kinds = self.suppressed(item)
        caught = () if kinds is None else tuple(map(self.tree, kinds))
        handlers = [ir.Handler(ir.Sequence("tuple", caught), None, ())]
        self.trying += 1
        with self.nested() as inner:
            if kinds is not None:
                if catches_refusals(tuple(map(self.known, kinds))):
                    handlers = [PASSED_ON, *handlers]
                self.inner_contexts(rest, body, at)
            else:
                self.watched(item, rest, body, at)
        self.trying -= 1
        self.out.append(ir.Try(tuple(inner), tuple(handlers), (), (), at))

    def watched(
        self,
        item: ast.withitem,
        rest: list[ast.withitem],
        body: list[ast.stmt],
        at: ir.Loc | None,
    ) -> None:
        """`with c():` that may discard anything, also what srcad refuses in the body."""
        self.check_exits(rest, body)
        entered, refusals = self.entered(item), self.names.fresh("refusals")
        with self.nested() as within:
            self.inner_contexts(rest, body, at)
        inner = (ir.Call(REFUSALS), refusals)
        self.out.append(ir.With((entered, inner), tuple(within), at))
        self.out.append(ir.Effect(ir.Call(REFUSE, (ir.Name(refusals),)), at))

    def check_exits(self, rest: list[ast.withitem], body: list[ast.stmt]) -> None:
        """An exit that an inner block turns into an exception, which is discarded, is none."""
        inner: list[ast.stmt] = [ast.With(rest, body)] if rest else body
        for node in contexts.inside(inner):
            left = None
            if (
                isinstance(node, ast.With)
                and not all(map(self.quiet, node.items))
                or isinstance(node, ast.Try)
                and node.finalbody
            ):
                left = leaving(node.body)
            if left is not None:
                raise self.refuse(
                    f"`{keyword(left).lower()}` leaves two blocks here, of which the inner may "
                    "raise an exception and the outer discard it. Put it behind them.",
                    left,
                )

    def quiet(self, item: ast.withitem) -> bool:
        """Whether leaving the context manager raises no exception of its own."""
        call = item.context_expr
        return isinstance(call, ast.Call) and contexts.is_quiet(self.known(call.func))

    def inner_contexts(
        self, rest: list[ast.withitem], body: list[ast.stmt], at: ir.Loc | None
    ) -> None:
        if rest:
            self.contexts(rest, body, at)
        else:
            self.block_into(body)

    def suppressed(self, item: ast.withitem) -> list[ast.expr] | None:
        """The exceptions of `suppress(E, F)`, where that is what stands there."""
        call = item.context_expr
        if not isinstance(call, ast.Call) or self.known(call.func) is not contextlib.suppress:
            return None
        plain = all(isinstance(a, ast.Name | ast.Attribute) for a in call.args)
        if call.keywords or item.optional_vars is not None or not plain:
            return None
        return call.args

    def passes_exceptions(self, item: ast.withitem) -> bool:
        """Whether the context manager is known to let every exception through."""
        manager = item.context_expr
        if isinstance(manager, ast.Call):
            return contexts.passes_exceptions(self.known(manager.func))
        return contexts.instance_passes(self.known(manager))

    def known(self, node: ast.expr) -> Any:
        """The object outside the function that an expression names, or None."""
        match node:
            case ast.Name(name) if self.outside(name):
                return self.source.function.__globals__.get(name, getattr(builtins, name, None))
            case ast.Attribute(ast.Name() as owner, name):
                return getattr(self.known(owner), name, None)
            case _:
                return None

    def outside(self, name: str) -> bool:
        """Whether a name stands for an object of the module, or a builtin."""
        free = self.source.function.__code__.co_freevars
        return name in self.scope.free and name not in self.scope.own and name not in free

    def do_Try(self, stmt: ast.Try) -> None:
        at = self.at
        left = leaving(stmt.finalbody)
        if left is not None:
            raise self.refuse(
                f"`{keyword(left).lower()}` in `finally` discards an exception that is on its way. "
                "Put it behind the `try`.",
                left,
            )
        handlers = []
        self.trying += 1
        body = self.block(stmt.body)
        if any(catches_refusals(self.caught(h.type)) for h in stmt.handlers):
            handlers.append(PASSED_ON)
        for h in stmt.handlers:
            kind = None if h.type is None else self.tree(h.type)
            name = None if h.name is None else self.variable(h.name)
            handlers.append(ir.Handler(kind, name, self.block(h.body)))
        orelse, final = self.block(stmt.orelse), self.block(stmt.finalbody)
        self.trying -= 1
        self.out.append(ir.Try(body, tuple(handlers), orelse, final, at))

    def caught(self, kinds: ast.expr | None) -> tuple[Any, ...]:
        """The exceptions that a handler catches; None for one that is not known."""
        if kinds is None:
            return (BaseException,)
        if isinstance(kinds, ast.Tuple):
            return tuple(self.known(kind) for kind in kinds.elts)
        return (self.known(kinds),)


def leaving(body: list[ast.stmt], loops: bool = False) -> ast.stmt | None:
    """A statement that leaves these statements: return, or a break of a loop around them."""
    for stmt in body:
        if isinstance(stmt, ast.Return) or (
            isinstance(stmt, ast.Break | ast.Continue) and not loops
        ):
            return stmt
        if isinstance(stmt, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        inside = loops or isinstance(stmt, ast.For | ast.While)
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            for part in getattr(stmt, name, []):
                inner = (
                    part.body if isinstance(part, ast.ExceptHandler | ast.match_case) else [part]
                )
                found = leaving(inner, inside and name == "body" or loops)
                if found is not None:
                    return found
    return None
