"""Find the syntax tree of a live function, and prove that it is the code that runs.

    locate(f)  ->  Source(node=<FunctionDef at circuit.py:12>, file="circuit.py", ...)

The whole file is parsed and compiled once.  The function is then found by its code object, never
by its text: two lambdas on a line, nested functions, methods and decorated functions are told
apart, and a file that was edited after the function was defined is refused, because the gradient
of other code would be a wrong gradient.

    unwrap(partial(model.step, 0.1))  ->  Target(Model.step, args=(model, 0.1))
"""

from __future__ import annotations
import __future__

import ast
import functools
import inspect
import linecache
import os
import sys
import types
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from srcad.errors import Place, SourceUnavailable, StaleSourceError
from srcad.frontend.bytecode import same_code
from srcad.frontend.generators import refuse_generators
from srcad.frontend.tree import by_kind, statements_by_kind
from srcad.runtime.gates import Gate

FunctionNode = ast.FunctionDef | ast.Lambda
GENERATED = "<srcad "  # how the file name of generated code begins

_FUTURES = (
    functools.reduce(
        int.__or__,
        (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names),
    )
    & ~0x10
)  # nested_scopes shares its bit with CO_NESTED
_FILES_KEPT = 128


@dataclass(frozen=True)
class Source:
    """A function and its node in the tree of its whole file; nobody may change the tree."""

    function: types.FunctionType
    node: FunctionNode
    file: str
    lines: tuple[str, ...]

    def place(self, node: ast.AST, function: str = "") -> Place:
        """Where a node of this file stands, in characters rather than in UTF-8 bytes."""
        line: int = getattr(node, "lineno", self.node.lineno)
        text = self.lines[line - 1].rstrip("\r\n") if line <= len(self.lines) else ""
        column = _characters(text, getattr(node, "col_offset", 0))
        end = getattr(node, "end_col_offset", None)
        if end is not None:
            one_line = getattr(node, "end_lineno", line) == line
            end = _characters(text, end) if one_line else len(text)
        return Place(self.file, line, column, end, text, function or self.function.__name__)

    def header(self) -> Place:
        """The first line of the function, up to its body."""
        node = self.node
        line = self.lines[node.lineno - 1].rstrip("\r\n")
        mark = ast.Pass(lineno=node.lineno, col_offset=node.col_offset)
        mark.end_lineno, mark.end_col_offset = (
            node.lineno,
            len(line.split("#")[0].rstrip().encode()),
        )
        return self.place(mark)


@dataclass(frozen=True)
class Target:
    """The function that a callable runs in the end, and the arguments it puts in front."""

    function: types.FunctionType
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


def locate(function: types.FunctionType) -> Source:
    """The source of a function that can be differentiated, verified against its bytecode."""
    source = find(function)
    refuse_generators(source)
    return source


def find(function: types.FunctionType) -> Source:
    """The source of any function, verified against its bytecode."""
    if not isinstance(function, types.FunctionType):
        raise SourceUnavailable(_why_not_a_function(function))
    code = function.__code__
    parsed = _parse_file(function)
    # Generated text and code were registered together, and names that are global in the text are
    # cells of the code: nothing to verify and no equal bytecode to find.
    twin = code if code.co_filename.startswith(GENERATED) else _twin(function, parsed)
    nodes = parsed.nodes.get((twin.co_name, twin.co_firstlineno), [])
    nodes = nodes if len(nodes) < 2 else [_by_position(twin, nodes)]
    if not nodes:
        raise StaleSourceError(_stale(function))
    return Source(function, nodes[0], code.co_filename, parsed.lines)


# ---- callables -----------------------------------------------------------------------------------


def unwrap(callable_: Any) -> Target:
    """Peel partials, bound methods, caches and callable instances down to the function that runs.

    Decorators made with `functools.wraps` stay: the wrapper is the function that runs.
    """
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    while not isinstance(callable_, types.FunctionType):
        if isinstance(callable_, functools.partial):
            refuse_placeholders(callable_)
            args, kwargs = (*callable_.args, *args), {**callable_.keywords, **kwargs}
            callable_ = callable_.func
        elif isinstance(callable_, types.MethodType):
            args, callable_ = (callable_.__self__, *args), callable_.__func__
        elif isinstance(callable_, functools._lru_cache_wrapper):
            callable_ = callable_.__wrapped__
        elif isinstance(callable_, Gate):
            callable_ = callable_.caller()
        elif isinstance(callable_, staticmethod | classmethod):
            callable_ = callable_.__func__
        else:
            callable_ = _call_of_instance(callable_)
    return Target(callable_, args, kwargs)


def _call_of_instance(instance: Any) -> Any:
    """`obj` -> `type(obj).__call__` bound to `obj`, where a Python class defines it."""
    call = inspect.getattr_static(type(instance), "__call__", None)
    in_c = isinstance(call, types.WrapperDescriptorType | types.MethodDescriptorType)
    if isinstance(instance, type) or call is None or in_c or type(call).__module__ == "cython":
        raise SourceUnavailable(_why_not_a_function(instance))
    bound = call.__get__(instance, type(instance)) if hasattr(type(call), "__get__") else call
    if bound is instance:
        raise SourceUnavailable(_why_not_a_function(instance))
    return bound


def refuse_placeholders(partial: functools.partial[Any]) -> None:
    """Python 3.14 has partials whose arguments do not all stand in front."""
    placeholder = getattr(functools, "Placeholder", None)
    if placeholder is not None and any(a is placeholder for a in partial.args):
        raise SourceUnavailable(
            f"{partial!r} holds a Placeholder, so its arguments are not in front: "
            "write a lambda instead"
        )


def _why_not_a_function(thing: Any) -> str:
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None) or repr(thing)
    if isinstance(thing, type):
        return f"{name} is a class: give a function that builds and uses an instance of it"
    if type(thing).__name__ == "ufunc":
        return f"{name} is a NumPy ufunc, written in C: no Python source to read"
    if isinstance(thing, types.BuiltinFunctionType | types.MethodWrapperType) or callable(thing):
        kind = type(thing).__name__
        return f"{name} ({kind}) is not written in Python: no source to read"
    return f"{name} cannot be called: give a function"


# ---- files ---------------------------------------------------------------------------------------


@dataclass
class _Parsed:
    """One version of a file; compiled on demand, once for each set of compiler options."""

    file: str
    raw: list[str]
    lines: tuple[str, ...]
    tree: ast.Module
    nodes: dict[tuple[str, int], list[Any]]
    compiled: dict[tuple[int, bool], dict[str, list[types.CodeType]]] = field(default_factory=dict)

    def codes(self, flags: int, loader: Any = None) -> dict[str, list[types.CodeType]]:
        """The function code of the file by name; with a loader, after pytest's rewriting."""
        key = flags, loader is not None
        if key not in self.compiled:
            text = "".join(self.lines)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree: Any = self.tree if loader is None else ast.parse(text)
                if loader is not None:
                    _rewrite_asserts(tree, text, self.file, loader)
                # Notebook cells may await at their top level; functions are not affected.
                flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
                module = compile(tree, self.file, "exec", flags, dont_inherit=True)
            found: dict[str, list[types.CodeType]] = {}
            for code in _inner_codes(module):
                found.setdefault(code.co_name, []).append(code)
            self.compiled[key] = found
        return self.compiled[key]


_files: OrderedDict[str, _Parsed] = OrderedDict()


def _parse_file(function: types.FunctionType) -> _Parsed:
    file = function.__code__.co_filename
    raw = _read(function)
    known = _files.get(file)
    if known is not None and (known.raw is raw or known.raw == raw):
        return known
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse("".join(raw))
    except (SyntaxError, ValueError) as error:
        raise StaleSourceError(f"{_stale(function)} (The file no longer parses: {error})") from None
    lambdas = any("lambda" in line for line in raw)
    parsed = _Parsed(file, raw, tuple(raw), tree, _function_nodes(tree, lambdas))
    _files[file] = parsed
    while len(_files) > _FILES_KEPT:
        _files.popitem(last=False)
    return parsed


def _read(function: types.FunctionType) -> list[str]:
    """The lines of the file as they are now: from the disk, a notebook, a doctest or a zip."""
    names = [function.__code__.co_filename]
    script = function.__globals__.get("__file__")
    if isinstance(script, str) and not os.path.isabs(names[0]) and names[0][:1] != "<":
        names.append(os.path.abspath(script))  # started by a relative path, then chdir
    for name in names:
        linecache.checkcache(name)
        lines = linecache.getlines(name, function.__globals__)
        if lines and os.path.basename(name) == os.path.basename(names[0]):
            return lines
    interactive = getattr(linecache, "_getlines_from_code", None)  # Python 3.13: REPL and -c
    lines = interactive(function.__code__) if interactive and names[0][:1] == "<" else []
    if not lines:
        raise SourceUnavailable(_why_no_lines(function))
    return list(lines)


def _why_no_lines(function: types.FunctionType) -> str:
    file, name = function.__code__.co_filename, function.__qualname__
    if file == "<stdin>":
        return (
            f"{name} was typed at the Python prompt, which keeps no source before Python 3.13: "
            "put it in a file, or use IPython or a notebook"
        )
    if file == "<string>" and "-c" in sys.argv[:1] and function.__module__ == "__main__":
        return f"{name} was given to `python -c`, which keeps no source: put it in a file"
    if file.startswith("<"):
        return (
            f"{name} was made by exec or eval from text that was not kept ({file}): put it in a "
            "file, or register the text in linecache.cache before the call"
        )
    return f"{name} comes from {file}, and that file is not there (only bytecode was installed)"


# ---- which function of the file ------------------------------------------------------------------


def _function_nodes(tree: ast.Module, lambdas: bool) -> dict[tuple[str, int], list[Any]]:
    """Every function of the file by the name and first line that its code object carries.

    Expressions are looked into only where there are `lambdas`.
    """
    found: dict[tuple[str, int], list[Any]] = {}
    kinds = by_kind((tree,)) if lambdas else statements_by_kind(tree.body)
    for node in kinds.get(ast.Lambda, ()):
        found.setdefault(("<lambda>", node.lineno), []).append(node)
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef):
        for node in kinds.get(kind, ()):
            first = node.decorator_list[0] if node.decorator_list else node
            found.setdefault((node.name, first.lineno), []).append(node)
    return found


def _inner_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _inner_codes(constant)


def _twin(function: types.FunctionType, parsed: _Parsed) -> types.CodeType:
    """The code object that the file, as it is now, compiles to for this very function."""
    live = function.__code__
    flags = live.co_flags & _FUTURES
    equal = _equal_codes(live, parsed.codes(flags))
    if not equal and "@pytest_ar" in function.__globals__:
        spec = function.__globals__.get("__spec__")
        equal = _equal_codes(live, parsed.codes(flags, getattr(spec, "loader", None)))
    here = [code for code in equal if code.co_firstlineno == live.co_firstlineno]
    if len(here) > 1:
        positions = list(live.co_positions())
        here = [code for code in here if list(code.co_positions()) == positions] or here
    if here:
        return here[0]
    if len(equal) == 1:  # lines above it were edited, the function was not
        return equal[0]
    raise StaleSourceError(_stale(function))


def _equal_codes(
    live: types.CodeType, codes: dict[str, list[types.CodeType]]
) -> list[types.CodeType]:
    named = codes.get(live.co_name, [])
    here = [code for code in named if code.co_firstlineno == live.co_firstlineno]
    equal = [code for code in here if same_code(live, code)]
    if equal:
        return equal
    return [c for c in named if c.co_qualname == live.co_qualname and same_code(live, c)]


def _by_position(code: types.CodeType, nodes: list[Any]) -> Any:
    """The function whose body holds all of the code: the innermost of those that do."""
    spots = [
        (line, column, end_line, end_column)
        for line, end_line, column, end_column in code.co_positions()
        if line and end_line and column is not None and end_column  # RESUME has no width
    ]
    if spots:
        holding = [node for node in nodes if _holds(node, spots)]
    else:  # a lambda that returns a constant, or -X no_debug_ranges
        holding = [node for node in nodes if _compiles_to(node, code)]
    if not holding:
        raise SourceUnavailable(
            f"line {code.co_firstlineno} of {code.co_filename} holds several functions named "
            f"{code.co_name}, and Python kept no columns to tell them apart: put them on "
            "separate lines"
        )
    return min(holding, key=_extent)


def _holds(node: Any, spots: list[tuple[int, int, int, int]]) -> bool:
    body = node.body if isinstance(node.body, list) else [node.body]
    start = body[0].lineno, body[0].col_offset
    end = body[-1].end_lineno, body[-1].end_col_offset
    return all(start <= spot[:2] and spot[2:] <= end for spot in spots)


def _compiles_to(node: Any, code: types.CodeType) -> bool:
    if not isinstance(node, ast.Lambda):
        return False
    flags = code.co_flags & _FUTURES
    alone = compile(ast.Expression(node), code.co_filename, "eval", flags, dont_inherit=True)
    return any(same_code(inner, code) for inner in alone.co_consts if type(inner) is type(code))


def _extent(node: Any) -> tuple[int, int]:
    if node.lineno == node.end_lineno:
        return 0, node.end_col_offset - node.col_offset
    return node.end_lineno - node.lineno, 0


# ---- odds and ends -------------------------------------------------------------------------------


def _rewrite_asserts(tree: ast.Module, text: str, file: str, loader: Any) -> None:
    """Do to the tree what pytest did to the module: `assert` became a report of its parts."""
    try:
        from _pytest.assertion import rewrite
    except ImportError:
        return
    rewriter: Callable[..., None] = rewrite.rewrite_asserts
    rewriter(tree, text.encode(), file, getattr(loader, "config", None))


def _characters(text: str, offset: int) -> int:
    return len(text.encode()[:offset].decode(errors="ignore"))


def _stale(function: types.FunctionType) -> str:
    file, name = function.__code__.co_filename, function.__qualname__
    again = (
        "run the cell that defines it again"
        if file.startswith("<") or "ipykernel_" in file
        else "reload the module or restart Python"
    )
    hint = (
        "; if the file did not change, pytest's assertion rewriting changed the function: "
        "move it out of the test module"
        if "@pytest_ar" in function.__globals__
        else "; if the file did not change, some tool has rewritten the function's bytecode"
    )
    return f"the source of {name} in {file} changed since it was defined: {again}{hint}."
