"""Turn a `match` pattern into one test and the names it binds.

case [a, *rest] if …      test: isinstance(s, (list, tuple)) and len(s) >= 1
                          bind: a = s[0], rest = list(s[1:])
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass

from srcad.ir import nodes as ir
from srcad.runtime.matching import class_parts, is_sequence, other_items

Tree = Callable[[ast.expr], ir.Expr]


@dataclass(frozen=True)
class Match:
    tests: tuple[ir.Expr, ...]
    bindings: tuple[tuple[str, ir.Expr], ...] = ()

    @property
    def test(self) -> ir.Expr:
        if not self.tests:
            return ir.Const(True)
        return self.tests[0] if len(self.tests) == 1 else ir.Logic("and", self.tests)


def match(pattern: ast.pattern, path: ir.Expr, tree: Tree) -> Match:
    """What must hold for `path` to fit the pattern, and what is bound then."""
    match pattern:
        case ast.MatchValue(value=value):
            return Match((ir.Compare(path, ("==",), (tree(value),)),))
        case ast.MatchSingleton(value=value):
            return Match((ir.Compare(path, ("is",), (ir.Const(value),)),))
        case ast.MatchAs(pattern=None, name=name):
            return Match((), () if name is None else ((name, path),))
        case ast.MatchAs(pattern=ast.pattern() as inner, name=name):
            found = match(inner, path, tree)
            return Match(found.tests, (*found.bindings, (str(name), path)))
        case ast.MatchOr(patterns=alternatives):
            options = [match(p, path, tree) for p in alternatives]
            bound = options[0].bindings
            return Match((ir.Logic("or", tuple(o.test for o in options)),), bound)
        case ast.MatchSequence(patterns=items):
            return _sequence(items, path, tree)
        case ast.MatchMapping():
            return _mapping(pattern, path, tree)
        case ast.MatchClass():
            return _class(pattern, path, tree)
        case _:
            raise AssertionError(pattern)


def _call(function: object, text: str, *args: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Ref(function, text), args)


def _sequence(items: list[ast.pattern], path: ir.Expr, tree: Tree) -> Match:
    star = next((k for k, p in enumerate(items) if isinstance(p, ast.MatchStar)), None)
    length = ir.Const(len(items) if star is None else len(items) - 1)
    op = "==" if star is None else ">="
    size = ir.Compare(_call(len, "len", path), (op,), (length,))
    tests: list[ir.Expr] = [_call(is_sequence, "is_sequence", path), size]
    bindings: list[tuple[str, ir.Expr]] = []
    for k, item in enumerate(items):
        if isinstance(item, ast.MatchStar):
            after = len(items) - 1 - k
            stop = ir.Const(-after) if after else None
            if item.name is not None:
                rest = ir.Item(path, ir.Slice(ir.Const(k), stop, None))
                bindings.append((item.name, _call(list, "list", rest)))
            continue
        at = k if star is None or k < star else k - len(items)
        found = match(item, ir.Item(path, ir.Const(at)), tree)
        tests.extend(found.tests)
        bindings.extend(found.bindings)
    return Match(tuple(tests), tuple(bindings))


def _mapping(pattern: ast.MatchMapping, path: ir.Expr, tree: Tree) -> Match:
    tests: list[ir.Expr] = [
        _call(isinstance, "isinstance", path, ir.Ref(AbstractMapping, "Mapping"))
    ]
    bindings: list[tuple[str, ir.Expr]] = []
    keys = [tree(k) for k in pattern.keys]
    for key, item in zip(keys, pattern.patterns, strict=True):
        tests.append(ir.Compare(key, ("in",), (path,)))
        found = match(item, ir.Item(path, key), tree)
        tests.extend(found.tests)
        bindings.extend(found.bindings)
    if pattern.rest is not None:
        bindings.append((pattern.rest, _call(other_items, "other_items", path, *keys)))
    return Match(tuple(tests), tuple(bindings))


def _class(pattern: ast.MatchClass, path: ir.Expr, tree: Tree) -> Match:
    kind = tree(pattern.cls)
    tests: list[ir.Expr] = [_call(isinstance, "isinstance", path, kind)]
    bindings: list[tuple[str, ir.Expr]] = []
    parts = _call(class_parts, "class_parts", path, kind)
    for k, item in enumerate(pattern.patterns):
        found = match(item, ir.Item(parts, ir.Const(k)), tree)
        tests.extend(found.tests)
        bindings.extend(found.bindings)
    for name, item in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        tests.append(_call(hasattr, "hasattr", path, ir.Const(name)))
        found = match(item, ir.Attr(path, name), tree)
        tests.extend(found.tests)
        bindings.extend(found.bindings)
    return Match(tuple(tests), tuple(bindings))
