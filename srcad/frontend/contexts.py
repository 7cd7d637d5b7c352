"""Tell which context managers let every exception through.

    with np.errstate(all="ignore"): …     yes, known by name
    with section("heat"): …               yes: the generator has no handler around its `yield`
    with Timer() as t: …                  yes: `__exit__` returns nothing
    with anything_else: …                 not known: lowered as a `try` that may be left anywhere

Of a Python class or generator the source is read; what cannot be read is not known.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import threading
import types
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from srcad import errors
from srcad.frontend.source import find

QUIET = (
    np.errstate, np.printoptions, warnings.catch_warnings, contextlib.nullcontext,
    contextlib.redirect_stdout, contextlib.redirect_stderr,
)  # fmt: skip
PASSING = (*QUIET, open, contextlib.closing)
LOCKS = (type(threading.Lock()), type(threading.RLock()))
_OF_GENERATORS = contextlib.contextmanager(lambda: iter(())).__code__


def passes_exceptions(maker: Any) -> bool:
    """Whether what a call of `maker` gives, as a context manager, discards no exception."""
    if any(maker is known for known in PASSING):
        return True
    if isinstance(maker, type):
        return _class_passes(maker)
    if isinstance(maker, types.FunctionType) and maker.__code__ is _OF_GENERATORS:
        return _generator_passes(getattr(maker, "__wrapped__", None))
    return False


def is_quiet(maker: Any) -> bool:
    """Whether leaving the context manager raises no exception of its own."""
    return any(maker is known for known in QUIET)


def instance_passes(manager: Any) -> bool:
    """The same of an object that is there already."""
    return isinstance(manager, LOCKS) or _class_passes(type(manager))


def _class_passes(kind: type) -> bool:
    makes: tuple[Any, ...] = (type(kind).__call__, kind.__new__)
    if makes != (type.__call__, object.__new__):
        return False  # a call may make anything
    body = _body(getattr(kind, "__exit__", None))
    return body is not None and all(_says_no(s) for s in inside(body) if isinstance(s, ast.Return))


def _generator_passes(function: Any) -> bool:
    """Whether an exception that is thrown in at a `yield` comes out again."""
    body = _body(function) if inspect.isgeneratorfunction(function) else None
    if body is None:
        return False
    for node in inside(body):
        if isinstance(node, ast.With | ast.AsyncWith | ast.Try | ast.TryStar):
            around = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in inside(node.body))
            final = [] if isinstance(node, ast.With | ast.AsyncWith) else node.finalbody
            plain = isinstance(node, ast.Try) and not node.handlers
            left = any(isinstance(n, ast.Return | ast.Break | ast.Continue) for n in inside(final))
            if around and (not plain or left):
                return False
        if isinstance(node, ast.YieldFrom):
            return False
    return True


def _body(function: Any) -> list[ast.stmt] | None:
    """The statements of a Python function, where they can be read."""
    if not isinstance(function, types.FunctionType):
        return None
    try:
        node = find(function).node
    except errors.SrcadError:
        return None
    if isinstance(node, ast.Lambda) or node.decorator_list and function.__name__ == "__exit__":
        return None
    return node.body


def inside(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Every node of the statements, but for those of functions and classes made there."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _says_no(stmt: ast.Return) -> bool:
    return stmt.value is None or (isinstance(stmt.value, ast.Constant) and not stmt.value.value)
