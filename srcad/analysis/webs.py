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
from srcad.ir.records import record
from srcad.ir.renaming import with_targets

Env = dict[str, int]


def split_webs(function: ir.Function) -> ir.Function:
    """The function with one name for each web of definitions and uses."""
    flat = not any(map(ir.blocks, function.body))  # then no two definitions ever meet
    facts = Liveness() if flat else liveness(function.body, frozenset({function.result}))
    pinned = _pinned(function)
    webs = _Webs(facts, pinned)
    env = {p.name: webs.define(p.name) for p in function.params}
    uses, env = webs.block(function.body, env)
    result = env.get(function.result)
    namer = _Namer(webs, Names(function.taken))
    namer.used |= function.tables
    namer.tables |= function.tables
    for param in function.params:
        namer.name(webs.find(webs.params[param.name]), param.name)
    return replace(
        function,
        body=namer.block(function.body, uses),
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
    wanted = function.locals - params - _surely_bound(function.body)
    pinned |= maybe_unassigned(function.body, params, wanted)[0]
    for stmt in ir.walk(function.body):
        for node in ir.computed(stmt):
            if isinstance(node, ir.Raw):
                pinned.update(node.reads)
            elif isinstance(node, ir.Closure):
                pinned.update(node.captures)
        if isinstance(stmt, ir.Try):
            pinned |= ir.assigned(stmt.body)
            pinned |= {h.name for h in stmt.handlers if h.name is not None}
        if isinstance(stmt, ir.Import):
            pinned.update(stmt.names)
    return frozenset(pinned)


def _surely_bound(body: ir.Block) -> frozenset[str]:
    """The variables that a statement of the body itself binds before anything mentions them."""
    found: set[str] = set()
    mentioned: set[str] = set()
    for stmt in body:
        mentioned |= ir.all_reads(stmt)
        if isinstance(stmt, ir.Assign) and stmt.target not in mentioned:
            found.add(stmt.target)
        mentioned |= ir.bound(stmt)
    return frozenset(found)


@record(frozen=True)
class _Uses:
    """The definitions that a statement reads, by name; those that it makes; those of its blocks."""

    reads: dict[str, int]
    targets: tuple[int, ...] = ()
    blocks: tuple[list[_Uses], ...] = ()


@dataclass
class _Webs:
    """Union–find over definitions."""

    facts: Liveness
    pinned: frozenset[str]
    parent: list[int] = field(default_factory=list)
    params: dict[str, int] = field(default_factory=dict)
    pins: dict[str, int] = field(default_factory=dict)
    breaks: list[list[Env]] = field(default_factory=list)

    def define(self, name: str) -> int:
        if name in self.pins:
            return self.pins[name]
        new = len(self.parent)
        self.parent.append(new)
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

    def merge(self, envs: list[Env], live: Live, bound: frozenset[str]) -> Env:
        """What holds where these meet, which differ at most in the variables `bound`."""
        out = dict(envs[0])
        for env in envs[1:]:
            for name in bound & env.keys():
                if name not in out:
                    out[name] = env[name]
                elif name in live:
                    out[name] = self.union(out[name], env[name])
        return out

    def block(self, block: ir.Block, env: Env) -> tuple[list[_Uses], Env]:
        env = dict(env)
        out = []
        for stmt in block:
            found, env = self.statement(stmt, env)
            out.append(found)
        return out, env

    def reads(self, stmt: ir.Stmt, env: Env) -> dict[str, int]:
        """The definitions that the statement itself reads."""
        return {name: env[name] for name in ir.statement_reads(stmt) if name in env}

    def target(self, name: str, env: Env) -> int:
        env[name] = self.define(name)
        return env[name]

    def statement(self, stmt: ir.Stmt, env: Env) -> tuple[_Uses, Env]:
        match stmt:
            case ir.Assign(target):
                reads = self.reads(stmt, env)
                return _Uses(reads, (self.target(target, env),)), env
            case ir.If(_, then, orelse):
                reads = self.reads(stmt, env)
                a, env_a = self.block(then, env)
                b, env_b = self.block(orelse, env)
                envs = [e for e, s in ((env_a, then), (env_b, orelse)) if not _leaves(s)]
                if not envs:
                    return _Uses(reads, (), (a, b)), env
                after = self.facts.after[id(stmt)]
                return _Uses(reads, (), (a, b)), self.merge(envs, after, ir.bound(stmt))
            case ir.For() | ir.While():
                return self.loop(stmt, env, self.facts.after[id(stmt)])
            case ir.Break():
                self.breaks[-1].append(dict(env))
                return _Uses({}), env
            case ir.Try():
                return self.attempt(stmt, env)
            case ir.Augment(ir.Name(name)):
                # in place or not, it is the same variable before and after
                if name not in env:
                    env[name] = self.define(name)
                return _Uses(self.reads(stmt, env)), env
            case _:
                pass
        reads = self.reads(stmt, env)
        targets = tuple(self.target(name, env) for name in ir.targets(stmt))
        if isinstance(stmt, ir.With):
            body, env = self.block(stmt.body, env)
            return _Uses(reads, targets, (body,)), env
        return _Uses(reads, targets), env

    def attempt(self, stmt: ir.Try, env: Env) -> tuple[_Uses, Env]:
        reads = self.reads(stmt, env)
        body, env_body = self.block(stmt.body, env)
        orelse, env_else = self.block(stmt.orelse, env_body)
        targets, handlers, envs = [], [], [env_else]
        bound = ir.bound(stmt)
        start = self.merge([env, env_body], bound, bound)
        for handler in stmt.handlers:
            inside = dict(start)
            if handler.name is not None:
                targets.append(self.target(handler.name, inside))
            block, env_h = self.block(handler.body, inside)
            handlers.append(block)
            envs.append(env_h)
        final, env_final = self.block(stmt.final, self.merge(envs, bound, bound))
        return _Uses(reads, tuple(targets), (body, *handlers, orelse, final)), env_final

    def loop(self, stmt: ir.For | ir.While, env: Env, after: Live) -> tuple[_Uses, Env]:
        carried = self.facts.body[id(stmt)]
        reads = self.reads(stmt, env)
        env = dict(env)
        for name in sorted((carried - env.keys()) & ir.assigned(stmt.body)):
            env[name] = self.define(name)  # defined in an earlier iteration, if at all
        start = dict(env)
        inside = dict(env)
        targets = tuple(self.target(name, inside) for name in ir.targets(stmt))
        self.breaks.append([])
        body, end = self.block(stmt.body, inside)
        leaving = self.breaks.pop()
        read_by_test = ir.statement_reads(stmt) if isinstance(stmt, ir.While) else set()
        around = carried | after | read_by_test
        ends = [] if _leaves(stmt.body) else [end]
        bound = ir.bound(stmt)
        header = self.merge([start, *ends], around, bound)
        if isinstance(stmt, ir.While):  # the test is asked in each iteration
            reads = self.reads(stmt, header)
        return _Uses(reads, targets, (body,)), self.merge([header, *leaving], after, bound)


def _leaves(block: ir.Block) -> bool:
    """Whether the block always ends in `break` or `raise`."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, ir.If):
        return _leaves(last.then) and _leaves(last.orelse)
    return isinstance(last, (ir.Break, ir.Raise))


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

    def block(self, block: ir.Block, uses: list[_Uses]) -> ir.Block:
        return tuple(map(self.statement, block, uses))

    def statement(self, stmt: ir.Stmt, uses: _Uses) -> ir.Stmt:
        """The statement with the names of its webs; the same one where they are the user's."""
        reads = {user: self.name(k, user) for user, k in sorted(uses.reads.items())}
        other: dict[str, ir.Expr] = {u: ir.Name(n) for u, n in reads.items() if n != u}
        if other:
            stmt = ir.map_expressions(stmt, lambda e: ir.substitute(e, other))
        if other and isinstance(stmt, ir.Augment) and isinstance(stmt.target, ir.Name):
            stmt = replace(stmt, target=ir.Name(reads[stmt.target.id]))
        old = ir.targets(stmt) if uses.targets else ()
        new = tuple(map(self.name, uses.targets, old))
        if new != old:
            stmt = with_targets(stmt, new)
        blocks = ir.blocks(stmt)
        if not blocks:
            return stmt
        inner = tuple(map(self.block, blocks, uses.blocks))
        same = all(
            a is b
            for old, new in zip(blocks, inner, strict=True)
            for a, b in zip(old, new, strict=True)
        )
        return stmt if same else ir.with_blocks(stmt, inner)
