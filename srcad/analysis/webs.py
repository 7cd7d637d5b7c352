"""Give each independent use of a variable a name of its own.

    h = np.tanh(x)             h = np.tanh(x)
    h = h @ W            →     h_2 = h @ W
    return h                   return h_2

Definitions that reach a common use (around a loop, after a branch) keep one name.  So a name stands
for one variable of the program, values need not be saved only because a name was used again, and
the cotangent of a name is the cotangent of that variable.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from srcad.analysis.liveness import Live, Liveness, liveness
from srcad.ir import nodes as ir
from srcad.ir.assigned import maybe_unassigned
from srcad.ir.names import Names

Env = dict[str, int]


def split_webs(function: ir.Function) -> ir.Function:
    """The function with one name for each web of definitions and uses."""
    facts = liveness(function.body, frozenset({function.result}))
    pinned = _pinned(function)
    webs = _Webs(facts, pinned)
    env = {p.name: webs.define(p.name) for p in function.params}
    body, env = webs.block(function.body, env)
    result = env.get(function.result)
    namer = _Namer(webs, Names(function.taken))
    namer.used |= function.tables
    namer.tables |= function.tables
    for param in function.params:
        namer.name(webs.find(webs.params[param.name]), param.name)
    return replace(
        function,
        body=namer.block(body),
        result=function.result if result is None else namer.name(result, function.result),
        taken=namer.names.known(),
        locals=function.locals | namer.names.given(),
        pinned=pinned,
    )


def _pinned(function: ir.Function) -> frozenset[str]:
    """Names that code we do not rename refers to: closures, raw code, bodies of `try`.

    And those that may be read without a value: Python's error then says the user's name.
    """
    pinned = set(function.captured)
    params = frozenset(p.name for p in function.params)
    pinned |= maybe_unassigned(function.body, params, function.locals - params)[0]
    for stmt in ir.walk(function.body):
        for expr in ir.expressions(stmt):
            stack = [expr]
            while stack:
                node = stack.pop()
                if isinstance(node, ir.Raw):
                    pinned.update(node.reads)
                elif isinstance(node, ir.Closure):
                    pinned.update(node.captures)
                stack.extend(ir.children(node))
        if isinstance(stmt, ir.Try):
            pinned |= ir.assigned(stmt.body)
            pinned |= {h.name for h in stmt.handlers if h.name is not None}
        if isinstance(stmt, ir.Import):
            pinned.update(stmt.names)
    return frozenset(pinned)


@dataclass
class _Webs:
    """Union–find over definitions; statements come back with `name#id` in place of names."""

    facts: Liveness
    pinned: frozenset[str]
    parent: list[int] = field(default_factory=list)
    users: list[str] = field(default_factory=list)  # the user's name of each definition
    params: dict[str, int] = field(default_factory=dict)
    pins: dict[str, int] = field(default_factory=dict)
    breaks: list[list[Env]] = field(default_factory=list)

    def define(self, name: str) -> int:
        if name in self.pinned and name in self.pins:
            return self.pins[name]
        self.parent.append(len(self.parent))
        self.users.append(name)
        new = len(self.parent) - 1
        if name in self.pinned:
            self.pins[name] = new
        self.params.setdefault(name, new)
        return new

    def find(self, k: int) -> int:
        while self.parent[k] != k:
            self.parent[k] = self.parent[self.parent[k]]
            k = self.parent[k]
        return k

    def union(self, a: int, b: int) -> int:
        a, b = self.find(a), self.find(b)
        self.parent[max(a, b)] = min(a, b)
        return min(a, b)

    def merge(self, envs: list[Env], live: Live) -> Env:
        out: Env = {}
        for env in envs:
            for name, k in env.items():
                if name in out and name in live:
                    out[name] = self.union(out[name], k)
                elif name not in out:
                    out[name] = k
        return out

    def block(self, block: ir.Block, env: Env) -> tuple[ir.Block, Env]:
        env = dict(env)
        out = []
        for stmt in block:
            new, env = self.statement(stmt, env)
            out.append(new)
        return tuple(out), env

    def expr(self, expr: ir.Expr, env: Env) -> ir.Expr:
        if isinstance(expr, ir.Name):
            return _mark(expr.id, env)
        return ir.rebuild(expr, lambda e: self.expr(e, env))

    def target(self, name: str, env: Env) -> str:
        env[name] = self.define(name)
        return f"{name}#{env[name]}"

    def statement(self, stmt: ir.Stmt, env: Env) -> tuple[ir.Stmt, Env]:
        after = self.facts.after[id(stmt)]
        match stmt:
            case ir.If(test, then, orelse):
                test = self.expr(test, env)
                a, env_a = self.block(then, env)
                b, env_b = self.block(orelse, env)
                envs = [e for e, s in ((env_a, then), (env_b, orelse)) if not _leaves(s)]
                merged = self.merge(envs, after) if envs else env
                return replace(stmt, test=test, then=a, orelse=b), merged
            case ir.For() | ir.While():
                return self.loop(stmt, env, after)
            case ir.Break():
                self.breaks[-1].append(dict(env))
                return stmt, env
            case ir.Try():
                return self.attempt(stmt, env, after)
            case ir.Augment(ir.Name(name)):
                # in place or not, it is the same variable before and after
                value = self.expr(stmt.value, env)
                if name not in env:
                    env[name] = self.define(name)
                return replace(stmt, target=_mark(name, env), value=value), env
            case _:
                pass
        new = ir.map_expressions(stmt, lambda e: self.expr(e, env))
        if isinstance(new, ir.Assign):
            return replace(new, target=self.target(new.target, env)), env
        if isinstance(new, ir.Unpack):
            return replace(new, targets=tuple(self.target(n, env) for n in new.targets)), env
        if isinstance(new, ir.Import):
            for name in new.names:
                self.target(name, env)
        if isinstance(new, ir.With):
            items = tuple((e, None if n is None else self.target(n, env)) for e, n in new.items)
            body, env = self.block(new.body, env)
            return replace(new, items=items, body=body), env
        return new, env

    def attempt(self, stmt: ir.Try, env: Env, after: Live) -> tuple[ir.Stmt, Env]:
        body, env_body = self.block(stmt.body, env)
        orelse, env_else = self.block(stmt.orelse, env_body)
        handlers, envs = [], [env_else]
        start = self.merge([env, env_body], frozenset(env) | frozenset(env_body))
        for handler in stmt.handlers:
            inside = dict(start)
            name = None if handler.name is None else self.target(handler.name, inside)
            kind = None if handler.type is None else self.expr(handler.type, env)
            block, env_h = self.block(handler.body, inside)
            handlers.append(ir.Handler(kind, name, block))
            envs.append(env_h)
        every = frozenset().union(*envs)
        final, env_final = self.block(stmt.final, self.merge(envs, every))
        return replace(
            stmt, body=body, handlers=tuple(handlers), orelse=orelse, final=final
        ), env_final

    def loop(self, stmt: ir.For | ir.While, env: Env, after: Live) -> tuple[ir.Stmt, Env]:
        carried = self.facts.body[id(stmt)]
        iterable = self.expr(stmt.iterable, env) if isinstance(stmt, ir.For) else None
        env = dict(env)
        for name in sorted((carried - env.keys()) & ir.assigned(stmt.body)):
            env[name] = self.define(name)  # defined in an earlier iteration, if at all
        start = dict(env)
        inside = dict(env)
        target = None
        if isinstance(stmt, ir.For):
            target = self.loop_target(stmt.target, inside)
        self.breaks.append([])
        body, end = self.block(stmt.body, inside)
        leaving = self.breaks.pop()
        read_by_test = ir.statement_reads(stmt) if isinstance(stmt, ir.While) else set()
        around = carried | after | read_by_test
        ends = [] if _leaves(stmt.body) else [end]
        header = self.merge([start, *ends], around)
        if isinstance(stmt, ir.While):
            new: ir.Stmt = replace(stmt, test=self.expr(stmt.test, header), body=body)
        else:
            assert iterable is not None and target is not None
            new = replace(stmt, target=target, iterable=iterable, body=body)
        return new, self.merge([header, *leaving], after)

    def loop_target(self, target: ir.Target, env: Env) -> ir.Target:
        if isinstance(target, str):
            return self.target(target, env)
        return tuple(self.loop_target(t, env) for t in target)


def _mark(name: str, env: Env) -> ir.Name:
    return ir.Name(f"{name}#{env[name]}" if name in env else name)


def _leaves(block: ir.Block) -> bool:
    """Whether the block always ends in `break` or `raise`."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, ir.If):
        return _leaves(last.then) and _leaves(last.orelse)
    return isinstance(last, ir.Break | ir.Raise)


@dataclass
class _Namer:
    webs: _Webs
    names: Names
    chosen: dict[int, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)

    def name(self, k: int, user: str) -> str:
        root = self.webs.find(k)
        if root not in self.chosen:
            fresh = user if user not in self.used or user in self.tables else self.names.fresh(user)
            self.used.add(fresh)
            self.chosen[root] = fresh
        return self.chosen[root]

    def plain(self, marked: str) -> str:
        user, _, k = marked.partition("#")
        return self.name(int(k), user) if k else marked

    def expr(self, expr: ir.Expr) -> ir.Expr:
        if isinstance(expr, ir.Name):
            return ir.Name(self.plain(expr.id))
        return ir.rebuild(expr, self.expr)

    def target(self, target: ir.Target) -> ir.Target:
        if isinstance(target, str):
            return self.plain(target)
        return tuple(self.target(t) for t in target)

    def block(self, block: ir.Block) -> ir.Block:
        return tuple(self.statement(s) for s in block)

    def statement(self, stmt: ir.Stmt) -> ir.Stmt:
        new = ir.map_expressions(stmt, self.expr)
        match new:
            case ir.Assign(target):
                new = replace(new, target=self.plain(target))
            case ir.Unpack(targets):
                new = replace(new, targets=tuple(map(self.plain, targets)))
            case ir.For(target):
                new = replace(new, target=self.target(target))
            case ir.With(items):
                new = replace(
                    new,
                    items=tuple((e, None if n is None else self.plain(n)) for e, n in items),
                )
            case ir.Try(_, handlers):
                new = replace(
                    new,
                    handlers=tuple(
                        replace(h, name=None if h.name is None else self.plain(h.name))
                        for h in handlers
                    ),
                )
            case ir.Augment(ir.Name(name)):
                new = replace(new, target=ir.Name(self.plain(name)))
            case _:
                pass
        inner = ir.blocks(new)
        return ir.with_blocks(new, tuple(self.block(b) for b in inner)) if inner else new
