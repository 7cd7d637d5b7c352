"""Hold the functions of one compilation: their IR, their sources, and what they refer to.

A `Unit` is one user function as the compiler sees it, wherever it came from: a module, a class,
an installed library, or a `def` or `lambda` inside another function of the program.
"""

from __future__ import annotations

import ast
import builtins
import types as pytypes
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from srcad import errors
from srcad.analysis.gone import read_when_gone, without_dels
from srcad.analysis.guarded import parted
from srcad.analysis.webs import split_webs
from srcad.frontend.exits import single_exit
from srcad.frontend.handing import listing
from srcad.frontend.lower import lower, lower_inner
from srcad.frontend.scope import scope_of
from srcad.frontend.source import Source, find, locate
from srcad.ir import nodes as ir
from srcad.ir import verify


@dataclass(frozen=True)
class Unit:
    """One function; `inner` is its definition when it is made during the call.

    `function` is then the function of the program around it, which `source` belongs to.
    """

    source: Source
    code: ir.Function
    inner: ast.FunctionDef | ast.Lambda | None = None

    @property
    def function(self) -> pytypes.FunctionType:
        return self.source.function

    @property
    def name(self) -> str:
        return self.code.name

    @property
    def of_runtime(self) -> bool:
        """Whether it is a function that generated code uses, and none of the user's."""
        return str(self.function.__module__).startswith("srcad.runtime")

    @property
    def of_derivative(self) -> bool:
        """Whether it is code that was generated for a derivative."""
        return self.function.__code__.co_filename.startswith("<srcad ")

    def place(self, at: ir.Loc | None) -> Any:
        node = at if at is not None else self.source.node
        name = self.name if at is None else self.code.name_at(at.line)
        return self.source.place(_as_node(node), name)

    def written(self, name: str) -> str:
        """A variable as the user wrote it, `y` for the second `y_2`; empty for one of ours."""
        base, _, number = name.rpartition("_")
        mine = self.mine()
        if name in mine:
            return name
        return base if number.isdigit() and base in mine else ""

    def mine(self) -> frozenset[str]:
        """The variables that the user wrote."""
        node = self.inner if self.inner is not None else self.source.node
        return frozenset(scope_of(node).own | self.code.free | {p.name for p in self.code.params})


def _as_node(at: Any) -> ast.AST:
    if isinstance(at, ast.AST):
        return at
    at = at.part or at
    node = ast.Pass()
    node.lineno, node.col_offset = at.line, at.column
    node.end_lineno, node.end_col_offset = at.end_line, at.end_column
    return node


MISSING = object()


@dataclass
class Program:
    """The units met so far, and every outside name that the compiled code relies on."""

    units: dict[Any, Unit] = field(default_factory=dict)
    handed: dict[Any, str] = field(default_factory=dict)  # variables of `listing`
    makers: dict[type, Any] = field(default_factory=dict)  # how classes make objects
    guards: dict[tuple[int, str], tuple[Any, str, Any]] = field(default_factory=dict)
    objects: bool = False  # how variables that functions capture are read (`Reading`)

    def unit(self, function: pytypes.FunctionType) -> Unit:
        key = function.__code__, id(function.__closure__ and function), id(function.__globals__)
        if key not in self.units:
            self.units[key] = Unit(*_prepared(function, self.objects))
            self.rely(self.units[key])
        return self.units[key]

    def listing(
        self, function: pytypes.FunctionType, cls: type, managing: bool = False
    ) -> tuple[Unit, str] | None:
        """The function that lists what an `__iter__` hands out, and its variable for the list."""
        closed = id(function.__closure__ and function)
        key = "listing", function.__code__, closed, id(function.__globals__), cls, managing
        if key not in self.units:
            found = listing(find(function), cls, managing)
            if found is None:
                return None
            self.units[key] = Unit(found.source, _readied(found.source, self.objects))
            self.handed[key] = found.handed
            self.rely(self.units[key])
            for stepped in found.stepped:
                self.attribute(stepped, "__next__")
        return self.units[key], self.handed[key]

    def inner(
        self, owner: Source, node: ast.FunctionDef | ast.Lambda, captured: frozenset[str]
    ) -> Unit:
        key = id(node)
        if key not in self.units:
            self.units[key] = Unit(owner, _ready(lower_inner(owner, node, captured), owner), node)
            self.rely(self.units[key])
        return self.units[key]

    def rely(self, unit: Unit) -> None:
        """Remember the objects from outside whose code stands in the function."""
        for name in sorted(unit.code.met):
            self.lookup(unit, name)

    def lookup(self, unit: Unit, name: str) -> Any:
        """The object that a name from outside the function stands for; MISSING if none."""
        function = unit.source.function
        free = function.__code__.co_freevars
        if name in free:
            cell = function.__closure__[free.index(name)]  # type: ignore[index]
            try:
                value = cell.cell_contents
            except ValueError:
                return MISSING
            self.guards[id(cell), "cell_contents"] = (cell, "cell_contents", value)
            return value
        if name in function.__globals__:
            value = function.__globals__[name]
            self.guards[id(function.__globals__), name] = (function.__globals__, name, value)
            return value
        return getattr(builtins, name, MISSING)

    def attribute(self, obj: Any, name: str) -> Any:
        """An attribute of a known module or class, remembered as something relied on."""
        value = getattr(obj, name, MISSING)
        if value is not MISSING and _may_change(obj):
            self.guards[id(obj), name] = (obj, name, value)
        return value


def _may_change(obj: Any) -> bool:
    """NumPy, math and the like are taken as they are; the user's modules and classes may change."""
    module = obj.__name__ if isinstance(obj, pytypes.ModuleType) else getattr(obj, "__module__", "")
    return str(module).split(".")[0] not in {"numpy", "math", "builtins", "operator", "functools"}


def _prepared(function: pytypes.FunctionType, objects: bool) -> tuple[Source, ir.Function]:
    own = str(function.__module__).startswith("srcad.runtime.")
    return _kept(function) if own else _read(function, objects)


def _read(function: pytypes.FunctionType, objects: bool = False) -> tuple[Source, ir.Function]:
    source = locate(function)
    return source, _readied(source, objects)


_kept = cache(_read)  # the helpers of generated code do not change


def _readied(source: Source, objects: bool) -> ir.Function:
    return _ready(lower(source, objects), source)


def _ready(function: ir.Function, source: Source) -> ir.Function:
    """One exit, and one name for each variable."""
    once = verify.exits(single_exit(parted(verify.lowered(function))))
    again = read_when_gone(once)
    if again is not None:
        name, at = again
        raise errors.UnsupportedSyntax(
            f"`{name}` may be read after this `del`. Leave the `del` out.",
            source.place(_as_node(at if at is not None else source.node)),
        )
    return verify.webs(split_webs(without_dels(once)))
