"""`shrink(source, seed)`: a smaller program that fails in the same way.

Statements are dropped or replaced by their blocks, expressions by their parts, as long as the
verdict stays of the same kind.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterator

Judge = Callable[[str], str]
_BLOCKS = ("body", "orelse", "finalbody")


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements, outermost first."""
    for node in ast.walk(tree):
        for name in _BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def edits(tree: ast.Module) -> Iterator[Callable[[ast.Module], None]]:
    """Every way to make a program smaller, as changes of a copy of the tree."""
    for b, block in enumerate(list(blocks(tree))):
        for i in reversed(range(len(block))):
            yield lambda t, b=b, i=i: _drop(list(blocks(t))[b], i)  # type: ignore[misc]
            for name in _BLOCKS:
                if getattr(block[i], name, None) and not isinstance(block[i], ast.FunctionDef):
                    yield lambda t, b=b, i=i, name=name: _lift(  # type: ignore[misc]
                        list(blocks(t))[b], i, name
                    )
    for n, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
            for p in range(len(_parts(node))):
                yield lambda t, n=n, p=p: _replace(t, n, p)  # type: ignore[misc]


def _drop(block: list[ast.stmt], i: int) -> None:
    del block[i]
    if not block:
        block.append(ast.Pass())


def _lift(block: list[ast.stmt], i: int, name: str) -> None:
    block[i : i + 1] = getattr(block[i], name)


def _parts(node: ast.expr) -> list[ast.expr]:
    """The expressions that may stand for `node`."""
    if isinstance(node, ast.Constant | ast.Name | ast.Attribute):
        return []
    return [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]


def _replace(tree: ast.Module, n: int, p: int) -> None:
    """Put part p of the n-th node in its place."""
    node = list(ast.walk(tree))[n]
    assert isinstance(node, ast.expr)
    part = _parts(node)[p]
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, name, part)
            elif isinstance(value, list) and any(item is node for item in value):
                value[:] = [part if item is node else item for item in value]


def shrink(source: str, judge: Judge, most_tries: int = 600) -> str:
    """The smallest program found for which `judge` says what it says of `source`.

    Passes over all edits, from where the last one succeeded, until a whole pass finds none.
    """
    kind = judge(source)
    tree = ast.parse(source)
    length, tries, improved = len(ast.unparse(tree)), 0, True
    while improved and tries < most_tries:
        improved, position = False, 0
        while tries < most_tries:
            edit = next(itertools.islice(edits(tree), position, None), None)
            if edit is None:
                break
            text = _edited(tree, edit)
            tries += text is not None
            if text is not None and len(text) < length and judge(text) == kind:
                tree, length, improved = ast.parse(text), len(text), True
            else:
                position += 1
    return ast.unparse(tree) + "\n"


def _edited(tree: ast.Module, edit: Callable[[ast.Module], None]) -> str | None:
    """The text after an edit; None where it cannot be made."""
    smaller = copy.deepcopy(tree)
    try:
        edit(smaller)
        text = ast.unparse(ast.fix_missing_locations(smaller))
        ast.parse(text)
    except (SyntaxError, IndexError, AssertionError, ValueError, AttributeError):
        return None
    return text
