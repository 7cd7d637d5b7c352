"""Find the Python code that a function may run, its own and that of whatever it names.

def f(x):                       f, `mode` and its methods, `helper`,
    with mode("fast"):          the function `step` of the module `tools`;
        y = helper(x)           not the methods of `mode` that no code names
    return tools.step(y)

Code of Python's own library and of NumPy is left out: it keeps nothing that a program would read.
"""

from __future__ import annotations

import ast
import functools
import sys
import types as pytypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from srcad.runtime.slots import slots_of

if TYPE_CHECKING:
    from srcad.analysis.program import Unit

OWN = {*sys.stdlib_module_names, "numpy", "srcad", "astor"} - {"__main__"}
_DEPTH = 4  # of containers and objects that hold functions
_INLINED = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
_CONSTANTS = (str, bytes, int, float, complex, type(None), pytypes.BuiltinFunctionType)


def inner_codes(code: pytypes.CodeType) -> Iterator[pytypes.CodeType]:
    """The code of a function and of all functions inside it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, pytypes.CodeType):
            yield from inner_codes(const)


def shown(unit: Unit) -> Iterator[pytypes.CodeType]:
    """The code of a function that inference has read, without that of functions inside it."""
    codes = inner_codes(unit.function.__code__)
    for code in codes if unit.inner is not None else [unit.function.__code__]:
        if unit.inner is None or _is_of(code, unit.inner):
            yield from _with_comprehensions(code)


def _with_comprehensions(code: pytypes.CodeType) -> Iterator[pytypes.CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, pytypes.CodeType) and const.co_name in _INLINED:
            yield from _with_comprehensions(const)


def _is_of(code: pytypes.CodeType, node: ast.FunctionDef | ast.Lambda) -> bool:
    if isinstance(node, ast.FunctionDef):
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        return (code.co_name, code.co_firstlineno) == (node.name, first)
    body = node.body
    place = (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset)
    return code.co_name == "<lambda>" and place in set(code.co_positions())


@dataclass
class Reach:
    """What is reachable from some values; `codes` by key, in the order of discovery."""

    codes: dict[int, pytypes.CodeType] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # attributes that the code names
    classes: dict[int, type] = field(default_factory=dict)
    seen: dict[int, Any] = field(default_factory=dict)  # kept, so that ids stay theirs
    any_name: bool = False  # some attribute is named by a computed string

    def close(self) -> None:
        """Add the methods that are named, until nothing new is."""
        size = -1
        while size != len(self.codes):
            size = len(self.codes)
            for cls in list(self.classes.values()):
                self.methods(cls)

    def methods(self, cls: type) -> None:
        for base in cls.__mro__[:-1]:
            for name, member in list(vars(base).items()):
                special = name.startswith("__") and name.endswith("__")
                if special or self.any_name or name in self.names:
                    self.member(member)

    def member(self, member: Any) -> None:
        match member:
            case property():
                for part in (member.fget, member.fset, member.fdel):
                    self.value(part)
            case staticmethod() | classmethod():
                self.value(member.__func__)
            case functools.cached_property():
                self.value(member.func)
            case _:
                self.value(member)

    def value(self, value: Any, depth: int = 0) -> None:
        """A value that the code may call, or call methods of."""
        if id(value) in self.seen or isinstance(value, _CONSTANTS):
            return
        self.seen[id(value)] = value
        match value:
            case pytypes.FunctionType():
                self.function(value)
            case type():
                if _of_the_program(value):
                    self.classes[id(value)] = value
                    self.value(getattr(value, "__wrapped__", None))
            case pytypes.ModuleType():
                pass
            case _:
                for part in _parts(value) if depth < _DEPTH else ():
                    self.value(part, depth + 1)

    def function(self, function: pytypes.FunctionType) -> None:
        # not `__module__`: what Python's library wraps says that it is of the program
        if str(function.__globals__.get("__name__")).split(".")[0] not in OWN:
            for code in inner_codes(function.__code__):
                self.code(function, code)
        self.held(function)

    def held(self, function: pytypes.FunctionType) -> None:
        """What a function holds besides its code."""
        self.value(getattr(function, "__wrapped__", None))
        given = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        for part in given:
            self.value(part, 1)
        for cell in function.__closure__ or ():
            try:
                self.value(cell.cell_contents, 1)
            except ValueError:
                continue

    def code(self, function: pytypes.FunctionType, code: pytypes.CodeType) -> None:
        self.codes[id(code)] = code
        self.names.update(code.co_names)
        modules: list[pytypes.ModuleType] = []
        for name in code.co_names:
            if name == "getattr":
                self.any_name = True
            elif name in function.__globals__:
                found = function.__globals__[name]
                self.value(found, 1)
                modules += [found] if isinstance(found, pytypes.ModuleType) else []
            for path in (name, f"{function.__globals__.get('__package__') or ''}.{name}"):
                modules += [sys.modules[path]] if path in sys.modules else []
        self.parts(modules, set(code.co_names))

    def parts(self, modules: list[pytypes.ModuleType], named: set[str]) -> None:
        """Attributes of modules, and of modules among these."""
        done: set[int] = set()
        while modules:
            module = modules.pop()
            if id(module) in done or module.__name__.split(".")[0] in OWN:
                continue
            done.add(id(module))
            for name in named & vars(module).keys():
                value = vars(module)[name]
                self.value(value, 1)
                if isinstance(value, pytypes.ModuleType):
                    modules.append(value)


def _parts(value: Any) -> Iterable[Any]:
    """What is called, or may be, when the value is used."""
    match value:
        case pytypes.MethodType():
            return value.__func__, value.__self__
        case functools.partial():
            return value.func, *value.args, *value.keywords.values()
        case list() | tuple() | set() | frozenset():
            return list(value)
        case dict():
            return list(value.values())
        case _:
            pass
    wrapped = getattr(value, "__wrapped__", None)
    if not _of_the_program(type(value)):
        return (wrapped,)
    held = {**slots_of(value), **getattr(value, "__dict__", {})}
    return wrapped, type(value), *held.values()


def _of_the_program(cls: type) -> bool:
    return str(cls.__module__).split(".")[0] not in OWN
