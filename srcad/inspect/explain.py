"""Say, line by line, what srcad does with a function.

    print(explain(f, x, y, z))

    f (circuit.py:4), differentiated in x, y, z
    line  code                active  saved    rules and calls
       5  q = x + y           q       q        +
       6  return q * z                         *

    saved  from line  because the backward part reads it
    q              5  line 8: z_bar = q

Nothing here decides anything: the variables come from the analyses that the compiler ran, and what
is saved is read off the generated text.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from srcad.adjoint.primal import fresh_facts, user_names
from srcad.analysis.activity import active_reads, activity
from srcad.analysis.operations import Apply, Dynamic, Invoke, Operation
from srcad.analysis.program import Unit
from srcad.analysis.reading import FIRST, Reading
from srcad.analysis.settle import settle
from srcad.analysis.taken_items import with_items_taken
from srcad.analysis.useful import useless
from srcad.arguments import Wrt, bind, check_wrt, choose, target_of
from srcad.compile import in_some_reading, ready
from srcad.entries import Entry
from srcad.gradients import GradFunction
from srcad.inspect.saved import SavedValue, saved_values
from srcad.ir import nodes as ir
from srcad.ir.observed import types_of
from srcad.ir.types import Symbols, Type
from srcad.pipeline import Compilation
from srcad.rules.table import (
    Linear,
    NoDerivative,
    Partials,
    Pushed,
    Pushes,
    Staged,
    Unfinished,
    Vjp,
)


@dataclass(frozen=True)
class LineReport:
    """One line of the user's source."""

    line: int
    text: str
    active: tuple[str, ...] = ()  # variables set here that carry a derivative
    saved: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()  # of the functions and operators that are differentiated here
    calls: tuple[str, ...] = ()  # functions of the program, compiled along


@dataclass(frozen=True)
class FunctionReport:
    """One function: the one asked about, or a helper that it calls.

    within: the function in which its statements stand in place of its calls.
    """

    name: str
    file: str
    line: int
    wrt: tuple[str, ...]
    lines: tuple[LineReport, ...]
    saved: tuple[SavedValue, ...]
    within: str = ""

    def __str__(self) -> str:
        title = f"{self.name} ({os.path.basename(self.file)}:{self.line})"
        parts = [f"{title}, differentiated in {', '.join(self.wrt) or 'nothing'}"]
        if self.within:
            parts = [f"{title}, in place of its calls in {self.within}"]
        rows = [("line", "code", "active", "saved", "rules and calls")]
        rows += [
            (str(r.line), r.text, ", ".join(r.active), ", ".join(r.saved),
             ", ".join([*r.rules, *(f"call of {c}" for c in r.calls)]))
            for r in self.lines
        ]  # fmt: skip
        parts.append(_table(rows, right={0}))
        if self.saved:
            saved = [("saved", "from line", "what it is", "because the backward part reads it")]
            saved += [
                (
                    s.name,
                    "argument" if s.argument else str(s.line or ""),
                    s.what,
                    f"line {s.reader}: {s.text}",
                )
                for s in self.saved
            ]
            if any(s.what for s in self.saved):
                parts.append("\n" + _table(saved, right={1}))
            else:
                parts.append("\n" + _table([(n, at, why) for n, at, _, why in saved], right={1}))
        else:
            parts.append("\nnothing is saved")
        return "\n".join(parts)


@dataclass(frozen=True)
class Explanation:
    """What `explain` found; `print` it.  The function asked about is the first one."""

    functions: tuple[FunctionReport, ...]
    source: str  # the generated code that `SavedValue.reader` counts lines of

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.functions))


def _table(rows: Sequence[tuple[str, ...]], right: set[int]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if k in right else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def explain(
    f: Callable[..., Any] | GradFunction[Any, Any], *args: Any, wrt: Wrt = 0, **kwargs: Any
) -> Explanation:
    """What srcad does with `f` for these arguments, line by line of its source.

    `f` is a function, or what grad and value_and_grad returned (its own `wrt` counts then).  The
    function is compiled, not run.  Raises what `grad(f, wrt)(*args, **kwargs)` raises for a
    function that cannot be differentiated; a result that is no scalar is no error here.
    """
    skip = 0
    if isinstance(f, GradFunction):
        wrt, target = f.wrt, f._target(args, kwargs)
        skip = f._skip(target)
    else:
        target = target_of(f, len(args), tuple(kwargs), args, kwargs)
        skip = len(target.args)
    canonical, signature = bind(target, args, kwargs)
    choice = choose(wrt, signature, canonical, skip, target.function)
    symbols = Symbols()
    kinds = types_of(canonical, symbols)
    check_wrt(canonical, kinds, choice, signature, target.function)
    work, unit = _compiled(target.function, kinds, choice.params, symbols)
    names = {e.name: e for e in work.emitted}
    entry = ready(work, next(iter(names)), dict(symbols.by_size))
    mask = tuple(k in choice.params for k in range(len(kinds)))
    return _Explainer(work, entry, next(iter(names))).run(unit, kinds, mask)


@in_some_reading
def _compiled(
    function: Any,
    kinds: tuple[Type, ...],
    wrt: tuple[int, ...],
    symbols: Symbols,
    reading: Reading = FIRST,
) -> tuple[Compilation, Unit]:
    """The compilation of a gradient, and what it is the gradient of."""
    work = Compilation(symbols, reading=reading)
    unit = work.program.unit(function)
    work.fused(unit, kinds, wrt, False, False, False)
    return work, unit


@dataclass
class _Explainer:
    """Walks the functions of one compilation, each once for each way it is differentiated."""

    work: Compilation
    entry: Entry
    name: str
    found: list[FunctionReport] = field(default_factory=list)

    def run(self, unit: Unit, kinds: tuple[Type, ...], mask: tuple[bool, ...]) -> Explanation:
        saved = saved_values(self.entry.text, self.name, self.name, self.entry.table)
        self.found += self.function(unit, kinds, mask, saved)
        for callee in self.work.splits.values():
            saved = saved_values(self.entry.text, callee.fwd, callee.bwd, self.entry.table)
            how = callee.unit, callee.types, callee.mask
            self.found += self.function(*how, saved, callee.asked.used, True)
        return Explanation(tuple(self.found), self.entry.text)

    def function(
        self,
        unit: Unit,
        kinds: tuple[Type, ...],
        mask: tuple[bool, ...],
        saved: tuple[SavedValue, ...],
        used: frozenset[int] | None = None,
        called: bool = False,
    ) -> list[FunctionReport]:
        """The report of a function, and of those that stand in it in place of their calls.

        used: the parts of the result that are asked for.  called: it is called by another one.
        """
        new = self.work.apart(unit, kinds)
        lines = self.lines(new, kinds, mask, used, called)
        if new is not unit:
            lines.calls = self.lines(unit, kinds, mask, used, called).calls
        lines.keep(saved)
        params = [p.name for p in unit.code.params]
        wanted = tuple(p for p, m in zip(params, mask, strict=True) if m)
        node = unit.inner if unit.inner is not None else unit.source.node
        text, file = unit.source.lines, unit.source.file
        reports = tuple(lines.reports(node, text))
        found = [FunctionReport(unit.name, file, node.lineno, wanted, reports, saved)]
        for other in new.code.inside:
            name, reports = getattr(other, "name", ""), tuple(lines.reports(other, text))
            here = {r.line for r in reports}
            mine = tuple(s for s in saved if s.line in here)
            report = FunctionReport(name, file, other.lineno, wanted, reports, mine, unit.name)
            found.append(report)
        return found

    def lines(
        self,
        unit: Unit,
        kinds: tuple[Type, ...],
        mask: tuple[bool, ...],
        used: frozenset[int] | None,
        called: bool,
    ) -> _Lines:
        """What is known of the lines of a function as it is reversed."""
        facts = fresh_facts(self.work.session, unit, kinds)
        body = with_items_taken(settle(facts).body)
        params = [p.name for p in unit.code.params]
        wanted = frozenset(p for p, m in zip(params, mask, strict=True) if m)
        seen = frozenset(params) if called else frozenset[str]()
        facts.useless = useless(facts, body, unit.code.result, used, seen)
        active = activity(facts, body, wanted)
        lines = _Lines(user_names(unit))
        for stmt in ir.walk(body):
            at = getattr(stmt, "at", None)
            if at is None:
                continue
            lines.variables(at.line, [n for n in ir.targets(stmt) if n in active])
            for expr in ir.expressions(stmt):
                operation = facts.operations.get(id(expr))
                asked = not isinstance(stmt, ir.Assign) or stmt.target in active
                if operation is not None and asked and active_reads(expr, facts, active):
                    self.operation(lines, at.line, expr, operation, active)
        return lines

    def operation(
        self,
        lines: _Lines,
        line: int,
        expr: ir.Expr,
        operation: Operation,
        active: frozenset[str],
    ) -> None:
        match operation:
            case Apply(function, _, _, rule):
                if rule is not None and not isinstance(rule, NoDerivative):
                    lines.add(lines.rules, line, f"{_shown(expr, function)} ({_VERBS[type(rule)]})")
            case Invoke(unit):
                lines.add(lines.calls, line, unit.name)
            case Dynamic():
                lines.add(lines.calls, line, "a function known only when it runs")
            case _:
                pass


_VERBS: dict[type, str] = {
    Partials: "partials", Linear: "linear", Vjp: "vjp", Staged: "forward, backward",
    Pushed: "jvp", Pushes: "jvp", Unfinished: "no rule yet",
}  # fmt: skip


def _shown(expr: ir.Expr, function: Any) -> str:
    if isinstance(expr, ir.Binary | ir.Unary):
        return expr.op
    module = getattr(function, "__module__", None)
    name = getattr(function, "__name__", repr(function))
    return f"np.{name}" if str(module).split(".")[0] == "numpy" else str(name)


class _Lines:
    """Collects what is known of each line."""

    def __init__(self, user: Iterable[str]) -> None:
        self.user = set(user)
        self.active: dict[int, list[str]] = {}
        self.saved: dict[int, list[str]] = {}
        self.rules: dict[int, list[str]] = {}
        self.calls: dict[int, list[str]] = {}

    def add(self, kept: dict[int, list[str]], line: int, item: str) -> None:
        if item not in kept.setdefault(line, []):
            kept[line].append(item)

    def variables(self, line: int, names: Iterable[str]) -> None:
        for name in names:
            if name in self.user:
                self.add(self.active, line, name)

    def keep(self, saved: tuple[SavedValue, ...]) -> None:
        for value in saved:
            if value.line is not None:
                self.add(self.saved, value.line, value.name)

    def reports(
        self, node: ast.FunctionDef | ast.Lambda, lines: tuple[str, ...]
    ) -> Iterator[LineReport]:
        """One for each line of the function's body that is not empty."""
        body = node.body if isinstance(node.body, list) else [node.body]
        head = body[0]
        doc = isinstance(head, ast.Expr) and isinstance(head.value, ast.Constant)
        first = (body[1] if doc and len(body) > 1 else head).lineno
        texts = {n: lines[n - 1].rstrip() for n in range(first, (node.end_lineno or first) + 1)}
        texts = {n: t for n, t in texts.items() if t.strip() and not t.lstrip().startswith("#")}
        margin = min((len(t) - len(t.lstrip()) for t in texts.values()), default=0)
        for n, text in texts.items():
            found = (
                tuple(kept.get(n, ())) for kept in (self.active, self.saved, self.rules, self.calls)
            )
            yield LineReport(n, text[margin:], *found)
