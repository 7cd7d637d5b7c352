"""Give a function one exit, and move every `break` to the end of its block.

    if x < 0:                     if x < 0:
        return 0.0                    result = 0.0
    y = np.sqrt(x)         →      else:
    return y + 1                      y = np.sqrt(x)
                                      result = y + 1

Afterwards a block runs to its end whenever it is entered (exceptions aside), so the branch flags
and trip counts alone tell which way the forward part went.  A `continue` vanishes: what follows
it moves into the other branch.  Where both branches may go on, a flag guards what follows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from srcad.ir import nodes as ir
from srcad.ir.assigned import maybe_unassigned
from srcad.ir.falling import falls
from srcad.ir.names import Names


def single_exit(function: ir.Function) -> ir.Function:
    """The function with one `result` and breaks at the ends of blocks only."""
    names = Names(function.taken)
    body = function.body
    if falls(body):
        body = (*body, ir.Return(ir.Const(None), body[-1].at if body else None))
    exits = _Exits(names)
    last = body[-1]
    match last:
        case ir.Return(ir.Name(found)) if (
            len(_returns(body)) == 1 and found in function.locals and has_value(found, function)
        ):
            name = found
        case _:
            name = ""
    if name:
        exits.result = name
        new = exits.block(body[:-1], _Context())
        own = function.locals | names.given()
        return replace(function, body=new, result=exits.result, locals=own, taken=names.known())
    exits.result = names.fresh("result")
    new = exits.block(body, _Context())
    return replace(
        function,
        body=(*exits.initial(), *new),
        result=exits.result,
        locals=function.locals | names.given(),
        taken=names.known(),
    )


def has_value(name: str, function: ir.Function) -> bool:
    """Whether the variable surely has a value before the last statement."""
    if any(isinstance(s, ir.Assign) and s.target == name for s in function.body):
        return True
    params = frozenset(p.name for p in function.params)
    return name in maybe_unassigned(function.body[:-1], params, frozenset({name}))[1]


@dataclass
class _Context:
    """Where a block stands: inside a loop?  Do its exits set flags instead of leaving?"""

    loop: bool = False
    flags: dict[str, str] | None = None


@dataclass
class _Exits:
    names: Names
    result: str = ""
    returned: str | None = None
    first: list[ir.Stmt] = field(default_factory=list)

    def initial(self) -> tuple[ir.Stmt, ...]:
        if self.returned is None:
            return ()
        return (ir.Assign(self.returned, ir.Const(False)),)

    def returned_flag(self) -> str:
        if self.returned is None:
            self.returned = self.names.fresh("returned")
        return self.returned

    def block(self, block: ir.Block, context: _Context) -> ir.Block:
        out: list[ir.Stmt] = []
        for k, stmt in enumerate(block):
            if isinstance(stmt, (ir.Return, ir.Break, ir.Continue)):
                out.extend(self.leave(stmt, context))
                break
            kinds = exit_kinds(stmt)
            if not kinds:
                inner = ir.blocks(stmt)
                if isinstance(stmt, (ir.For, ir.While)):
                    inside = _Context(loop=True)
                    stmt = replace(stmt, body=self.block(stmt.body, inside))
                elif inner:
                    stmt = ir.with_blocks(stmt, tuple(self.block(b, context) for b in inner))
                out.append(stmt)
                if isinstance(stmt, ir.Raise):
                    break
                continue
            out.extend(self.split(stmt, block[k + 1 :], kinds, context))
            break
        return tuple(out)

    def leave(self, stmt: ir.Stmt, context: _Context) -> list[ir.Stmt]:
        """The statements that take the place of return, break or continue."""
        if isinstance(stmt, ir.Return):
            out: list[ir.Stmt] = [ir.Assign(self.result, stmt.value, stmt.at)]
            if context.flags is not None:
                if "return" in context.flags:
                    out.append(ir.Assign(context.flags["return"], ir.Const(True), stmt.at))
            elif context.loop:
                out.append(ir.Assign(self.returned_flag(), ir.Const(True), stmt.at))
                out.append(ir.Break(stmt.at))
            return out
        kind = "break" if isinstance(stmt, ir.Break) else "continue"
        if context.flags is not None:
            return [ir.Assign(context.flags[kind], ir.Const(True), stmt.at)]
        return [stmt] if kind == "break" else []

    def split(
        self, stmt: ir.Stmt, rest: ir.Block, kinds: set[str], context: _Context
    ) -> list[ir.Stmt]:
        """`stmt` may leave; `rest` is what follows it."""
        if isinstance(stmt, ir.If):
            if not rest:
                return [self.arms(stmt, context)]
            if not falls(stmt.then):
                return [self.arms(replace(stmt, orelse=(*stmt.orelse, *rest)), context)]
            if stmt.orelse and not falls(stmt.orelse):
                return [self.arms(replace(stmt, then=(*stmt.then, *rest)), context)]
        if isinstance(stmt, ir.For | ir.While):
            flag = self.returned_flag()
            loop = replace(stmt, body=self.block(stmt.body, _Context(loop=True)))
            return [loop, *self.after({"return": flag}, rest, context, stmt.at)]
        return self.flagged(stmt, rest, kinds, context)

    def arms(self, stmt: ir.If, context: _Context) -> ir.If:
        then, orelse = self.block(stmt.then, context), self.block(stmt.orelse, context)
        return replace(stmt, then=then, orelse=orelse)

    def flagged(
        self, stmt: ir.Stmt, rest: ir.Block, kinds: set[str], context: _Context
    ) -> list[ir.Stmt]:
        if kinds == {"return"} and not rest and not context.loop and context.flags is None:
            # the function ends here anyway: setting the result is enough
            inside = _Context(False, {})
            return [self.inside(stmt, inside)]
        flags: dict[str, str] = {}
        before: list[ir.Stmt] = []
        for kind in sorted(kinds):
            if kind == "return":
                flags[kind] = self.returned_flag()
            else:
                flags[kind] = self.names.fresh({"break": "stop", "continue": "skip"}[kind])
                before.append(ir.Assign(flags[kind], ir.Const(False), stmt.at))
        changed = self.inside(stmt, _Context(context.loop, flags))
        return [*before, changed, *self.after(flags, rest, context, stmt.at)]

    def inside(self, stmt: ir.Stmt, context: _Context) -> ir.Stmt:
        if isinstance(stmt, ir.Try):
            return self.attempt(stmt, context)
        return ir.with_blocks(stmt, tuple(self.block(b, context) for b in ir.blocks(stmt)))

    def attempt(self, stmt: ir.Try, context: _Context) -> ir.Stmt:
        """A `try` with exits in it.

        Its `else` runs where the body came to its end, not where it left.  Where the end of an
        inner block raises an exception on the way out, the flags go down again.
        """
        left = set().union(*map(exit_kinds, stmt.body)) if stmt.orelse else set()
        late = set().union(*map(_late_exits, stmt.body))
        flags = context.flags
        assert flags is not None
        if "return" in left and "return" not in flags:
            flags = {**flags, "return": self.returned_flag()}
            context = replace(context, flags=flags)
        down = tuple(
            ir.Assign(flags[k], ir.Const(False), stmt.at) for k in sorted(late) if k in flags
        )
        handlers = tuple(
            replace(h, body=(*(down if h.catches else ()), *self.block(h.body, context)))
            for h in stmt.handlers
        )
        orelse = self.block(stmt.orelse, context)
        for kind in sorted(left):
            orelse = (ir.If(ir.Unary("not", ir.Name(flags[kind])), orelse, (), stmt.at),)
        body, final = self.block(stmt.body, context), self.block(stmt.final, context)
        return ir.Try(body, handlers, orelse, final, stmt.at)

    def after(
        self, flags: dict[str, str], rest: ir.Block, context: _Context, at: ir.Loc | None
    ) -> list[ir.Stmt]:
        """Leave for real where a flag is up, else go on with `rest`."""
        tail: ir.Block = self.block(rest, context)
        for kind, flag in flags.items():
            leave = self.pass_on(kind, flag, context, at)
            if not leave and not tail:
                continue
            if leave:
                tail = (ir.If(ir.Name(flag), leave, tail, at),)
            else:
                tail = (ir.If(ir.Unary("not", ir.Name(flag)), tail, (), at),)
        return list(tail)

    def pass_on(self, kind: str, flag: str, context: _Context, at: ir.Loc | None) -> ir.Block:
        if context.flags is not None:
            outer = context.flags.get(kind)
            if outer is None or outer == flag:
                return ()
            return (ir.Assign(outer, ir.Const(True), at),)
        if kind == "return":
            return (ir.Break(at),) if context.loop else ()
        return (ir.Break(at),) if kind == "break" else ()


_EXITS: dict[type, str] = {ir.Return: "return", ir.Break: "break", ir.Continue: "continue"}


def exit_kinds(stmt: ir.Stmt) -> set[str]:
    """How a statement may leave the block that it stands in."""
    kind = type(stmt)
    if kind in _EXITS:
        return {_EXITS[kind]}
    found: set[str] = set()
    for block in ir.blocks(stmt):
        for inner in block:
            found |= exit_kinds(inner)
    if isinstance(stmt, (ir.For, ir.While)):
        found -= {"break", "continue"}
    return found


def _late_exits(stmt: ir.Stmt) -> set[str]:
    """The exits of a statement that run code on their way out: of a `with`, or of a `finally`."""
    if isinstance(stmt, ir.With) or (isinstance(stmt, ir.Try) and stmt.final):
        return exit_kinds(stmt)
    found = {k for block in ir.blocks(stmt) for inner in block for k in _late_exits(inner)}
    return found - ({"break", "continue"} if isinstance(stmt, ir.For | ir.While) else set())


def _returns(block: ir.Block) -> list[ir.Stmt]:
    return [s for s in ir.walk(block) if isinstance(s, ir.Return)]
