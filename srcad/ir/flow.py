"""Which variables surely have a value at a place, and which definitions reach a use.

if c:                y may have no value here: a backward part may read it
    y = f(x)         only where it asks c again
x_bar += y_bar       x_bar must be bound on every path
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from srcad.ir import nodes as ir
from srcad.ir.names import reserved

Problem = tuple[str, ir.Stmt | None]
Have = frozenset[str]
Ends = Have | None  # None: control never gets there


# ------------------------------------------------------------------ one name, one variable
def split_names(function: ir.Function) -> Iterator[Problem]:
    """Names whose definitions fall apart into variables that have nothing to do with each other."""
    exempt = _kept(function)
    reach = _Reaching(function)
    for name, definitions in sorted(reach.of.items()):
        if name in exempt:
            continue
        if len({reach.find(k) for k in definitions}) > 1:
            yield f"`{name}` names several variables", reach.statements[definitions[-1]]


def _kept(function: ir.Function) -> set[str]:
    """Names that other code or Python's errors refer to, and those of `try`, keep one name."""
    kept = set(function.captured | function.tables | function.pinned)
    for stmt in ir.walk(function.body):
        stack = list(ir.expressions(stmt))
        while stack:
            expr = stack.pop()
            if isinstance(expr, ir.Raw):
                kept.update(expr.reads)
            elif isinstance(expr, ir.Closure):
                kept.update(expr.captures)
            stack.extend(ir.children(expr))
        if isinstance(stmt, ir.Try):
            kept |= ir.bound(stmt)
        elif isinstance(stmt, ir.Import):
            kept.update(stmt.names)
    return kept


Env = dict[str, frozenset[int]]


class _Reaching:
    """Definitions by number; definitions that reach one use are joined."""

    def __init__(self, function: ir.Function) -> None:
        self.numbers: dict[tuple[int, str], int] = {}
        self.parent: list[int] = []
        self.statements: list[ir.Stmt | None] = []
        self.of: dict[str, list[int]] = {}
        self.breaks: list[list[Env]] = []
        start = {p.name: frozenset({self.define(p.name, None)}) for p in function.params}
        end = self.block(function.body, start)
        if end is not None:
            self.use({function.result}, end)

    def define(self, name: str, stmt: ir.Stmt | None) -> int:
        key = (id(stmt), name)
        if key not in self.numbers:
            self.numbers[key] = len(self.parent)
            self.of.setdefault(name, []).append(len(self.parent))
            self.parent.append(len(self.parent))
            self.statements.append(stmt)
        return self.numbers[key]

    def find(self, k: int) -> int:
        while self.parent[k] != k:
            k = self.parent[k]
        return k

    def use(self, names: AbstractSet[str], env: Env) -> None:
        for name in names:
            found = sorted(env.get(name, ()))
            for k in found[1:]:
                a, b = sorted((self.find(found[0]), self.find(k)))
                self.parent[b] = a

    def block(self, block: ir.Block, env: Env) -> Env | None:
        here: Env | None = env
        for stmt in block:
            if here is None:
                return None
            here = self.statement(stmt, here)
        return here

    def statement(self, stmt: ir.Stmt, env: Env) -> Env | None:
        if not isinstance(stmt, ir.While):
            self.use(ir.statement_reads(stmt), env)
        match stmt:
            case ir.Break():
                self.breaks[-1].append(env)
                return None
            case ir.Raise():
                return None
            case ir.If(_, then, orelse):
                return _joined([self.block(then, env), self.block(orelse, env)])
            case ir.For() | ir.While():
                return self.loop(stmt, env)
            case ir.With(_, body):
                return self.block(body, self.bound(stmt, env))
            case ir.Try():
                return self.attempt(stmt, env)
            case ir.Augment(ir.Name(name)) if not stmt.in_place:
                self.use({name}, env)
                new = self.bound(stmt, env)
                joined = env.get(name, frozenset()) | new[name]
                self.use({name}, {name: joined})
                return new
            case _:
                return self.bound(stmt, env)

    def bound(self, stmt: ir.Stmt, env: Env) -> Env:
        return {**env, **{n: frozenset({self.define(n, stmt)}) for n in ir.targets(stmt)}}

    def loop(self, stmt: ir.For | ir.While, env: Env) -> Env | None:
        head = env
        while True:
            self.breaks.append([])
            if isinstance(stmt, ir.While):
                self.use(ir.statement_reads(stmt), head)
            end = self.block(stmt.body, self.bound(stmt, head))
            leaving = self.breaks.pop()
            new = _joined([head, end])
            assert new is not None
            if new == head:
                break
            head = new
        endless = isinstance(stmt, ir.While) and stmt.test == ir.Const(True)
        # `webs` does not ask whether the test is always true
        return _joined([None if endless and not leaving else head, *leaving])

    def attempt(self, stmt: ir.Try, env: Env) -> Env | None:
        """Names bound in a `try` are exempt: what reaches them is not told apart."""
        end = self.block(stmt.body, env)
        done = None if end is None else self.block(stmt.orelse, end)
        start = _joined([env, end])
        assert start is not None
        ends = [done, *(self.block(h.body, self.bound(stmt, start)) for h in stmt.handlers)]
        after = _joined(ends)
        final = self.block(stmt.final, _joined([start, *ends]) or start)
        return None if after is None else final


def _joined(envs: list[Env | None]) -> Env | None:
    known = [e for e in envs if e is not None]
    if not known:
        return None
    out: Env = {}
    for env in known:
        for name, found in env.items():
            out[name] = out.get(name, frozenset()) | found
    return out


# ------------------------------------------------------------------ values of a derivative
@dataclass
class Derivative:
    """What each statement of the two parts may rely on.

    A variable of the forward part may be read in the backward part where it surely has a value:
    it was bound on every path, or an earlier statement has read it, or the backward part stands in
    the mirror image of the branch or loop that bound it.  The backward part's own variables are
    bound on every path.
    """

    params: Have
    outside: Have
    held: Have = frozenset()
    arms: dict[ir.Expr, tuple[Have, Have]] = field(default_factory=dict)
    looped: Have = frozenset()
    breaks: list[list[Have]] = field(default_factory=list)
    found: list[Problem] = field(default_factory=list)
    backward: bool = False

    def problems(self, forward: ir.Block, backward: ir.Block) -> Iterator[Problem]:
        """What is read without a value."""
        self.forward_names = frozenset(ir.assigned(forward))
        self.own = frozenset(ir.assigned(backward)) - self.forward_names - self.params
        known = self.params | self.forward_names
        end = self.block(forward, self.params)
        self.held |= end if end is not None else self.forward_names
        self.backward = True
        self.block(backward, (self.held & known) | self.params)
        yield from self.found

    def block(self, block: ir.Block, have: Have) -> Ends:
        here: Ends = have
        for stmt in block:
            if here is None:
                return None
            here = self.statement(stmt, here)
        return here

    def statement(self, stmt: ir.Stmt, have: Have) -> Ends:
        self.reads(stmt, have)
        have |= ir.statement_reads(stmt)  # read without an exception: it has a value
        own = frozenset(ir.targets(stmt))
        match stmt:
            case ir.Break():
                self.breaks[-1].append(have)
                return None
            case ir.Raise():
                return None
            case ir.If():
                return self.branch(stmt, have)
            case ir.For() | ir.While():
                return self.loop(stmt, have)
            case ir.With(_, body):
                return self.block(body, have | own)
            case ir.Try():
                return self.attempt(stmt, have)
            case _:
                return have | own

    def reads(self, stmt: ir.Stmt, have: Have) -> None:
        missing = ir.statement_reads(stmt) - have
        if missing and self.backward:
            inside = (self.missing(e, have) for e in ir.expressions(stmt))
            missing &= set().union(*inside, ir.targets(stmt))
        for name in sorted(missing):
            if name in self.forward_names and not (self.backward or _is_save(stmt)):
                continue  # the user's own variable: unbound, it raises the user's own exception
            if name in self.outside or (name in reserved() and name not in self.own):
                continue
            if name in self.own or name in self.forward_names:
                self.found.append((f"`{name}` is not bound on every path that leads here", stmt))
            else:
                self.found.append((f"`{name}` is bound nowhere", stmt))

    def missing(self, expr: ir.Expr, have: Have) -> set[str]:
        """What the expression reads without a value; `a if c else b` is a mirror image too."""
        if isinstance(expr, ir.Choice):
            proved = self.proved(expr.test)
            arms = zip((expr.then, expr.orelse), proved, strict=True)
            found = self.missing(expr.test, have)
            return found.union(*(self.missing(arm, have | more) for arm, more in arms))
        if isinstance(expr, ir.Name | ir.Raw | ir.Closure):
            return set(ir.reads(expr) - have)
        return set().union(*(self.missing(e, have) for e in ir.children(expr)))

    def proved(self, test: ir.Expr) -> tuple[Have, Have]:
        """What has a value in the arms of a backward branch, since it had in the forward ones."""
        plain, swapped = _plain(test)
        then, orelse = self.arms.get(plain, (self.forward_names, self.forward_names))
        return (orelse, then) if swapped else (then, orelse)

    def branch(self, stmt: ir.If, have: Have) -> Ends:
        test, swapped = _plain(stmt.test)
        nothing: Have = frozenset()
        proved = self.proved(stmt.test) if self.backward else (nothing, nothing)
        ends = [self.block(stmt.then, have | proved[0]), self.block(stmt.orelse, have | proved[1])]
        if not self.backward:
            pair = [e if e is not None else self.forward_names for e in ends]
            before = self.arms.get(test, (frozenset(), frozenset()))
            self.arms[test] = (before[0] | pair[0 ^ swapped], before[1] | pair[1 ^ swapped])
        after = _common(ends)
        if after is None or not self.backward:
            return after
        # what only the test of the mirror image proves does not hold behind the branch
        bound = ir.assigned(stmt.then) & ir.assigned(stmt.orelse)
        return after - (self.forward_names - have - bound)

    def loop(self, stmt: ir.For | ir.While, have: Have) -> Ends:
        own = frozenset(ir.targets(stmt))
        self.breaks.append([])
        more = self.looped if self.backward else frozenset()
        end = self.block(stmt.body, have | own | more)
        leaving = self.breaks.pop()
        if not self.backward:
            ends = _common([end, *leaving])
            self.looped |= (ends or frozenset()) | frozenset(ir.assigned(stmt.body)) | own
        endless = isinstance(stmt, ir.While) and stmt.test == ir.Const(True)
        return _common(list(leaving)) if endless else have

    def attempt(self, stmt: ir.Try, have: Have) -> Ends:
        end = self.block(stmt.body, have)
        done = None if end is None else self.block(stmt.orelse, end)
        ends = [done, *(self.block(h.body, have | self.handler(h)) for h in stmt.handlers)]
        after = _common(ends)
        final = self.block(stmt.final, have)
        return None if after is None or final is None else after | final

    def handler(self, handler: ir.Handler) -> Have:
        return frozenset() if handler.name is None else frozenset({handler.name})


def _plain(test: ir.Expr) -> tuple[ir.Expr, bool]:
    """The test without `not`, and whether there was one."""
    if isinstance(test, ir.Unary) and test.op == "not":
        inner, swapped = _plain(test.operand)
        return inner, not swapped
    return test, False


def _common(ends: list[Ends]) -> Ends:
    known = [e for e in ends if e is not None]
    return frozenset.intersection(*known) if known else None


def _is_save(stmt: ir.Stmt) -> bool:
    """`x_saved.append(x)`: the compiler's read, not the user's."""
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), (ir.Name(name),))):
            return owner.startswith(f"{name}_saved")
        case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), (ir.Sequence("tuple"),))):
            return owner.startswith("loop_saved")
        case _:
            return False
