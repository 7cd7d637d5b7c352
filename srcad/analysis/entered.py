"""Find what a context manager writes outside itself: it runs as it is, and no analysis follows it.

    class Scaled:
        def __enter__(self): W[...] *= 2           the array W
        def __exit__(self, *_): W[...] /= 2

    @contextmanager
    def training(model):
        model.mode = "train"                       what the manager was given
        CONFIG["depth"] += 1                       the dict CONFIG
        yield

Read are its methods, or its generator, and the functions that they call by a global name.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import types as pytypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from srcad import errors
from srcad.analysis.hidden import WRITING
from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.program import MISSING
from srcad.frontend.scope import bound_names, parameters
from srcad.frontend.source import find
from srcad.ir import nodes as ir
from srcad.ir.types import Known, Obj


@dataclass
class Entered:
    """The objects from outside, and whether what the manager was given."""

    objects: dict[int, Any] = field(default_factory=dict)
    given: bool = False
    seen: set[Any] = field(default_factory=set)

    def function(self, function: Any, own: bool) -> None:
        """Add what a function writes; own: its first parameter is the manager itself."""
        function = inspect.unwrap(function) if callable(function) else function
        if not isinstance(function, pytypes.FunctionType) or function.__code__ in self.seen:
            return
        self.seen.add(function.__code__)
        if str(function.__module__).split(".")[0] in _TRUSTED:
            return
        try:
            node = find(function).node
        except errors.SrcadError:
            return
        _Reader(self, function, node, own).read()


_TRUSTED = {"numpy", "contextlib", "warnings", "logging", "threading", "srcad", "os", "time"}


@dataclass
class _Reader:
    found: Entered
    function: pytypes.FunctionType
    node: Any
    own: bool

    def read(self) -> None:
        self.locals = bound_names(self.node)
        params = [a.arg for a in parameters(self.node.args)]
        self.myself = params[0] if self.own and params else ""
        for part in ast.walk(self.node):
            match part:
                case ast.Attribute(owner, _, ast.Store() | ast.Del()):
                    self.written(owner)
                case ast.Subscript(owner, _, ast.Store() | ast.Del()):
                    self.written(owner)
                case ast.AugAssign(ast.Name() as owner) if owner.id not in self.locals:
                    self.written(owner)
                case ast.Call(ast.Attribute(owner, name)):
                    self.called(owner, name)
                case ast.Call(ast.Name(name)) if name not in self.locals:
                    self.found.function(self.value(part.func), False)
                case _:
                    pass

    def called(self, owner: ast.expr, name: str) -> None:
        if isinstance(owner, ast.Name) and owner.id == self.myself:
            return  # a method of the manager: read with the others
        value = self.value(owner)
        method = getattr(type(value), name, None)
        if name in WRITING:
            self.written(owner)
        elif isinstance(value, pytypes.ModuleType):
            self.found.function(getattr(value, name, None), False)
        elif isinstance(method, pytypes.FunctionType):
            inner = Entered(seen=self.found.seen)
            inner.function(method, False)
            if inner.given:
                self.written(owner)
            self.found.objects |= inner.objects

    def written(self, owner: ast.expr) -> None:
        """Note a write into the object that an expression gives."""
        root = owner
        while isinstance(root, ast.Attribute | ast.Subscript | ast.Call):
            root = root.func if isinstance(root, ast.Call) else root.value
        if not isinstance(root, ast.Name) or root.id in self.locals:
            own = isinstance(root, ast.Name) and root.id == self.myself and root is owner
            self.found.given = self.found.given or not own
            return
        whole, value = self.value(root), self.value(owner)
        if isinstance(value, type | pytypes.ModuleType):
            return  # see `watching`
        for thing in (whole, value):
            if thing is not MISSING and not isinstance(thing, type | pytypes.ModuleType):
                self.found.objects[id(thing)] = thing

    def value(self, node: ast.expr) -> Any:
        """The object that a global path stands for."""
        match node:
            case ast.Name(name) if name not in self.locals:
                free = self.function.__code__.co_freevars
                if name in free:
                    try:
                        return self.function.__closure__[free.index(name)].cell_contents  # type: ignore[index]
                    except ValueError:
                        return MISSING
                return self.function.__globals__.get(name, getattr(builtins, name, MISSING))
            case ast.Attribute(owner, name):
                base = self.value(owner)
                return MISSING if base is MISSING else inspect.getattr_static(base, name, MISSING)
            case _:
                return MISSING


def entered(facts: Inferred, stmt: ir.With) -> Entered:
    """What the context managers of a statement write."""
    key = "entered", id(stmt)
    if key not in facts.memory:
        found = Entered()
        for expr, _ in stmt.items:
            for function, own in _functions(_maker(facts, expr)):
                found.function(function, own)
        facts.memory[key] = found
        facts.keep.append(stmt)
    known: Entered = facts.memory[key]
    return known


def _maker(facts: Inferred, expr: ir.Expr) -> Any:
    """The class or function that makes the manager; MISSING where it is not known."""
    reading = Inference(facts.session, facts)
    kind = reading.expr(expr.func if isinstance(expr, ir.Call) else expr)
    if isinstance(kind, Known) and not isinstance(expr, ir.Call):
        return type(kind.value)
    return kind.cls if isinstance(kind, Obj) else getattr(kind, "value", MISSING)


def _functions(maker: Any) -> Iterator[tuple[Any, bool]]:
    if not isinstance(maker, type):
        yield maker, False
        return
    for base in maker.__mro__[:-1]:
        for name, value in vars(base).items():
            if isinstance(value, pytypes.FunctionType) and name != "__init__":
                yield value, True
