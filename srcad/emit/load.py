"""Turn generated text into functions that live where the user's functions live.

    text                              runs as if written
    import numpy as np                -
    def f_grad(x):                    beside f: with f's globals and f's closure cells, both live
        return 2 * x + offset         offset: the user's, read at each call
                                      np, helpers, siblings: cells of f_grad, unknown to f's module

What is compiled is the text itself, line for line: tracebacks, pdb and `inspect.getsource` show it.
"""

from __future__ import annotations
import __future__

import ast
import io
import linecache
import types
import weakref
from collections.abc import Container, Mapping
from typing import Any

from srcad.errors import InternalError

_FACTORY = "_srcad_factory"
_FLAGS = __future__.annotations.compiler_flag  # no annotation is ever evaluated


def load(
    text: str,
    functions: Mapping[str, types.FunctionType],
    names: Mapping[str, object],
    filename: str,
    tree: ast.Module | None = None,
    seen: Mapping[str, Container[str]] | None = None,
) -> dict[str, types.FunctionType]:
    """The functions of the text; `functions[name]` is the user's function that each stands beside.

    `names` are the free names of the text that are not the user's: imports, helpers, constants;
    `tree` is the text parsed, where that is at hand; `seen[name]` are those of the names that one
    function sees, where another may have a global variable of the user under them.
    """
    tree = ast.parse(text, filename) if tree is None else tree
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom):
            raise InternalError(f"{filename}:{node.lineno}: only imports and functions belong here")
    cells = {name: types.CellType(value) for name, value in names.items()}
    for node in nodes:
        cells[node.name] = types.CellType()
    loaded: dict[str, types.FunctionType] = {}
    for node in nodes:
        if node.name not in functions:
            raise InternalError(f"{filename}: {node.name} belongs to no function of the user")
        hidden = () if seen is None else names.keys() - functions.keys()
        own = {n: c for n, c in cells.items() if n not in hidden or (seen and n in seen[node.name])}
        loaded[node.name] = _function(node, functions[node.name], own, filename)
        cells[node.name].cell_contents = loaded[node.name]
    _register(text, filename, loaded)
    return loaded


def _function(
    node: ast.FunctionDef,
    user: types.FunctionType,
    cells: Mapping[str, types.CellType],
    filename: str,
) -> types.FunctionType:
    """One function of the text, on the globals and cells of the user's function."""
    own = dict(zip(user.__code__.co_freevars, user.__closure__ or (), strict=True))
    for name in own.keys() & cells.keys():
        if _contents(own[name]) is not _contents(cells[name]):
            raise InternalError(f"{filename}: {name} is a closure variable of {user.__qualname__}")
    bound = {**cells, **own}
    parameters = [name for name in bound if name != node.name]
    code = compile(_module(node, parameters), filename, "exec", _FLAGS, dont_inherit=True)
    private: dict[str, Any] = {}
    exec(code, user.__globals__, private)
    made = private[_FACTORY](*(_contents(bound[name]) for name in parameters))
    if not isinstance(made, types.FunctionType):
        raise InternalError(f"{filename}: {node.name} is decorated")
    inner = _renamed(made.__code__, f"{_FACTORY}.<locals>.")
    closure = tuple(bound[name] for name in inner.co_freevars)
    made.__name__ = made.__qualname__ = node.name
    made.__module__ = user.__module__
    return with_closure(made, closure, inner)


def with_closure(
    function: types.FunctionType,
    closure: tuple[types.CellType, ...],
    code: types.CodeType | None = None,
) -> types.FunctionType:
    """The same function on other cells; of other code where that is given."""
    code = function.__code__ if code is None else code
    made = types.FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, closure or None
    )
    made.__kwdefaults__ = function.__kwdefaults__
    made.__annotations__ = function.__annotations__
    made.__qualname__ = function.__qualname__
    made.__module__ = function.__module__
    return made


def _module(node: ast.FunctionDef, parameters: list[str]) -> ast.Module:
    """`def f` -> `def factory(np, ...): def f; return f`; every line of f stays where it is."""
    module = ast.parse(f"def {_FACTORY}(): return {node.name}")
    factory = module.body[0]
    assert isinstance(factory, ast.FunctionDef)
    factory.args.args = [ast.arg(name, lineno=1, col_offset=0) for name in parameters]
    factory.body.insert(0, node)
    for made in (factory, factory.body[1]):
        for part in [made, *factory.args.args, *_expressions(made)]:
            ast.copy_location(part, node)
    return module


def _expressions(node: ast.stmt) -> list[ast.expr]:
    return [x for x in ast.iter_child_nodes(node) if isinstance(x, ast.expr)]


def _contents(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a sibling that comes later, a variable that is not assigned yet
        return None


def _renamed(code: types.CodeType, prefix: str) -> types.CodeType:
    """The code without the factory in its qualified names."""
    constants = tuple(
        _renamed(c, prefix) if isinstance(c, types.CodeType) else c for c in code.co_consts
    )
    return code.replace(co_qualname=code.co_qualname.removeprefix(prefix), co_consts=constants)


def _register(text: str, filename: str, loaded: Mapping[str, types.FunctionType]) -> None:
    """Show the text wherever Python shows source, until the code of all its functions is gone.

    Functions on other cells (`with_closure`) share the code.
    """
    entry = (len(text), None, io.StringIO(text).readlines(), filename)
    linecache.cache[filename] = entry
    alive = set(loaded)

    def forget(name: str) -> None:
        alive.discard(name)
        if not alive and linecache.cache.get(filename) is entry:
            del linecache.cache[filename]

    for name, function in loaded.items():
        weakref.finalize(function.__code__, forget, name).atexit = False
