"""The source of a function is found, and is the source of that very function."""

from __future__ import annotations

import ast
import doctest
import functools
import importlib.util
import inspect
import linecache
import os
import py_compile
import subprocess
import sys
import textwrap
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcad.errors import SourceUnavailable, StaleSourceError, UnsupportedSyntax
from srcad.frontend.bytecode import same_code
from srcad.frontend.source import locate, unwrap

Load = Callable[[str], types.ModuleType]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Import a text as a module from a file."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def load(text: str) -> types.ModuleType:
        path = tmp_path / "circuit.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        spec = importlib.util.spec_from_file_location("circuit", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def edit(module: types.ModuleType, old: str, new: str) -> None:
    path = Path(str(module.__file__))
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, (1, 1))


def text(function: Any) -> str:
    return ast.unparse(locate(function).node)


# ---- which function ------------------------------------------------------------------------------

double, triple = (lambda x: 2 * x), (lambda x: 3 * x)
nested = lambda: lambda: 1  # noqa: E731
by_default = lambda x=(lambda: 2): x  # noqa: E731
zero, one = (lambda: 0), (lambda: 1)


def decorate(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


@decorate
@decorate
def decorated(x: float) -> float:
    return x


def apply(f: Any) -> Any:
    return f


class Model:
    def step(self, x: float) -> float:
        return self.__step(x)

    def __step(self, x: float) -> float:
        return x

    @staticmethod
    def plain(x: float) -> float:
        return x

    @classmethod
    def build(cls, x: float) -> float:
        return x

    @property
    def size(self) -> float:
        return 1.0

    def __call__(self, x: float) -> float:
        return x + 1


def with_unindented_string() -> str:
    return """
no indentation
"""


def test_two_lambdas_on_one_line() -> None:
    assert text(double) == "lambda x: 2 * x"
    assert text(triple) == "lambda x: 3 * x"
    assert (text(zero), text(one)) == ("lambda: 0", "lambda: 1")


def test_a_lambda_in_a_lambda() -> None:
    assert text(nested) == "lambda: lambda: 1"
    assert text(nested()) == "lambda: 1"
    assert text(by_default) == "lambda x=lambda: 2: x"
    assert text(by_default()) == "lambda: 2"


def test_a_lambda_within_a_call_that_does_not_parse_by_itself() -> None:
    f = apply(
        lambda x:
            x + 1)  # fmt: skip
    assert text(f) == "lambda x: x + 1"


def test_closures_of_one_line_are_one_node() -> None:
    made = [lambda x, k=k: k * x for k in range(3)]
    assert len({id(locate(f).node) for f in made}) == 1


def test_the_function_under_the_decorators() -> None:
    inner = decorated.__wrapped__.__wrapped__
    node = locate(inner).node
    assert isinstance(node, ast.FunctionDef) and node.name == "decorated"
    assert len(node.decorator_list) == 2
    assert locate(decorated).node.name == "wrapper"  # type: ignore[union-attr]


def test_methods_and_private_names() -> None:
    assert locate(Model.step).node.name == "step"  # type: ignore[union-attr]
    assert locate(Model._Model__step).node.name == "__step"  # type: ignore[attr-defined]
    assert locate(Model.plain).node.name == "plain"  # type: ignore[union-attr]
    assert locate(Model.size.fget).node.name == "size"  # type: ignore[attr-defined]
    assert locate(with_unindented_string).node.name == "with_unindented_string"  # type: ignore


def test_absolute_lines_and_places(load: Load) -> None:
    module = load("# é\n\ndef f(x):\n    y = 'é' + x.real\n    return y\n")
    source = locate(module.f)
    assert source.node.lineno == 3 and len(source.lines) == 5
    value = source.node.body[0].value.right  # type: ignore
    place = source.place(value)
    assert (place.line, place.column, place.end_column) == (4, 14, 20)
    assert place.text[place.column : place.end_column] == "x.real"
    assert place.function == "f" and place.picture().endswith("^^^^^^")


def test_a_place_over_several_lines_ends_with_its_first(load: Load) -> None:
    module = load("def f(x):\n    return (x +\n        1)\n")
    source = locate(module.f)
    place = source.place(source.node.body[0].value)  # type: ignore
    assert place.text[place.column : place.end_column] == "x +"


def test_the_file_is_parsed_once(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load("\n".join(f"def f{i}(x):\n    return x + {i}\n" for i in range(50)))
    count = 0
    parse = ast.parse

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        return parse(*args, **kwargs)

    monkeypatch.setattr(ast, "parse", counted)
    for i in range(50):
        assert locate(getattr(module, f"f{i}")).node.name == f"f{i}"  # type: ignore[union-attr]
    assert count <= 2  # the tree that is handed out, and one to compile


# ---- edited files --------------------------------------------------------------------------------

TWO = "def f(x):\n    return 2 * x\n\ndef g(x):\n    return 3 * x\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [("2 * x", "4 * x"), ("2 * x", "2.0 * x"), ("2 * x", "x * 2"), ("2 * x", "2 * y"),
     ("def f", "def h"), ("return 2", "return -2"), ("def f", "def ("),
     ("def f(x):\n    return 2 * x\n\n", ""), ("2 * x", "True * x"), ("f(x)", "f(x, n=1)")],
)  # fmt: skip
def test_an_edited_function_is_refused(load: Load, old: str, new: str) -> None:
    module = load(TWO)
    locate(module.f)
    edit(module, old, new)
    with pytest.raises(StaleSourceError, match=r"source of f in .*circuit.py changed.*reload"):
        locate(module.f)


def test_the_next_function_is_not_taken_for_it(load: Load) -> None:
    module = load(TWO)
    edit(module, "def f(x):\n    return 2 * x\n\n", "")
    edit(module, "def g", "\n\n\ndef f")
    with pytest.raises(StaleSourceError):
        locate(module.f)


def test_edits_elsewhere_do_no_harm(load: Load) -> None:
    module = load(TWO)
    edit(module, "def f", "# a comment\n\ndef f")
    edit(module, "3 * x", "4 * x")
    assert locate(module.f).node.lineno == 3


def test_constants_count_with_their_types() -> None:
    pairs = [("1", "1.0"), ("0.0", "-0.0"), ("1", "True"), ("(1,)", "(1.0,)"), ("'a'", "b'a'"),
             ("x in {1}", "x in {1.0}"), ("1j", "1.0")]  # fmt: skip
    for a, b in pairs:
        codes = [compile(f"lambda x: {t}", "f", "eval").co_consts[0] for t in (a, b, a)]
        assert not same_code(codes[0], codes[1]) and same_code(codes[0], codes[2])
    sets = [compile(f"lambda x: x in {{{t}}}", "f", "eval") for t in ("'a', 'b'", "'b', 'a'")]
    assert same_code(sets[0].co_consts[0], sets[1].co_consts[0])


# ---- where code comes from -----------------------------------------------------------------------


def test_doctest() -> None:
    module = types.ModuleType("m")
    module.__doc__ = """
    >>> from srcad.frontend.source import locate
    >>> def f(x):
    ...     return x + 1
    >>> locate(f).node.name
    'f'
    """
    finder = doctest.DocTestFinder()
    test = finder.find(module, "m", module=False, globs={})[0]  # type: ignore[arg-type]
    assert doctest.DocTestRunner().run(test).failed == 0


def test_notebook_cell() -> None:
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell.instance()
    shell.run_cell("def f(x):\n    return x + 1\ng = lambda x: 2 * x")
    assert text(shell.user_ns["g"]) == "lambda x: 2 * x"
    assert locate(shell.user_ns["f"]).node.lineno == 1
    shell.run_cell("def f(x):\n    return x + 2")
    assert "x + 2" in text(shell.user_ns["f"])


def test_exec_with_and_without_linecache() -> None:
    code, name = "def f(x):\n    return x + 1\n", "<a cell>"
    scope: dict[str, Any] = {}
    exec(compile(code, name, "exec"), scope)
    with pytest.raises(SourceUnavailable, match="exec or eval.*<a cell>"):
        locate(scope["f"])
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    try:
        assert locate(scope["f"]).node.name == "f"  # type: ignore[union-attr]
        linecache.cache[name] = (3, None, ["x=1"], name)
        with pytest.raises(StaleSourceError, match="run the cell"):
            locate(scope["f"])
    finally:
        del linecache.cache[name]


def test_bytecode_only(tmp_path: Path) -> None:
    source = tmp_path / "gone.py"
    source.write_text("def f(x):\n    return x\n")
    compiled = py_compile.compile(str(source), str(tmp_path / "gone.pyc"))
    source.unlink()
    spec = importlib.util.spec_from_file_location("gone", compiled)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(SourceUnavailable, match="gone.py, and that file is not there"):
        locate(module.f)


PROBE = "from srcad.frontend.source import locate\ndef f(x):\n    assert x\n    return x + 1\n"


def run(*arguments: str, given: str = "", cwd: Path | None = None) -> str:
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, *arguments], input=given, capture_output=True, text=True, cwd=cwd,
        env={**os.environ, "PYTHONPATH": paths}, timeout=60,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.parametrize("options", [[], ["-O"], ["-OO"], ["-X", "no_debug_ranges"]])
def test_scripts_and_options(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "script.py").write_text(
        '"""Doc \\d."""\nimport os\n' + PROBE + "os.chdir('/')\nprint(locate(f).node.name)\n"
    )
    out = run(*options, "script.py", cwd=tmp_path)
    assert out.split()[0] == "f" and "<unknown>" not in out


def test_dash_c() -> None:
    out = run("-c", PROBE + "print(locate(f).node.name)\n")
    if sys.version_info >= (3, 13):
        assert out.strip() == "f"
    else:
        assert "python -c" in out


def test_prompt() -> None:
    out = run("-i", "-q", given=PROBE + "\nprint(locate(f).node.name)\n")
    assert "before Python 3.13" in out or "f" in out.split()


def test_under_a_debugger_or_coverage() -> None:
    def trace(frame: Any, event: str, arg: Any) -> Any:
        return trace

    sys.settrace(trace)
    try:
        double(2)
        assert text(double) == "lambda x: 2 * x"
    finally:
        sys.settrace(None)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring")
def test_under_monitoring() -> None:
    monitoring = sys.monitoring  # type: ignore[attr-defined]
    monitoring.use_tool_id(4, "test")
    try:
        monitoring.register_callback(4, monitoring.events.LINE, lambda code, line: None)
        monitoring.set_events(4, monitoring.events.LINE | monitoring.events.INSTRUCTION)
        with_unindented_string()
        for _ in range(100):
            double(2)
        assert text(double) == "lambda x: 2 * x"
        locate(with_unindented_string)
    finally:
        monitoring.set_events(4, 0)
        monitoring.free_tool_id(4)


def test_after_specialisation() -> None:
    for x in range(1000):
        double(x)
    assert text(double) == "lambda x: 2 * x"


def test_future_annotations_given_to_compile_only() -> None:
    import __future__

    code, name = (
        "def f(x: int) -> int:\n    def g(y: int): return y\n    return g(x)\n",
        "<futures>",
    )
    for flags in (0, __future__.annotations.compiler_flag):
        scope: dict[str, Any] = {}
        exec(compile(code, name, "exec", flags, dont_inherit=True), scope)
        linecache.cache[name] = (len(code), None, code.splitlines(True), name)
        assert locate(scope["f"]).node.name == "f"  # type: ignore[union-attr]
    del linecache.cache[name]


def test_functions_with_asserts_under_pytest() -> None:
    """This module is rewritten by pytest: its own functions are the case."""

    def checked(x: Any) -> Any:
        assert x > 0, "positive"
        assert (y := x + 1) > 1
        return y

    node = locate(checked).node
    assert isinstance(node, ast.FunctionDef) and isinstance(node.body[0], ast.Assert)
    source = locate(test_functions_with_asserts_under_pytest)
    assert source.node.name == "test_functions_with_asserts_under_pytest"  # type: ignore


# ---- what has no source --------------------------------------------------------------------------


async def coroutine(x: float) -> float:
    return x


def generator(x: float) -> Any:
    yield x


@pytest.mark.parametrize(
    ("thing", "words"),
    [(len, "not written in Python"), (np.sin, "NumPy ufunc"), (Model, "is a class"),
     (3, "cannot be called"),
     ("".join, "not written in Python"), (np.sum, "not written in Python")],
)  # fmt: skip
def test_no_source(thing: Any, words: str) -> None:
    with pytest.raises(SourceUnavailable, match=words):
        locate(thing)


@pytest.mark.parametrize(
    ("thing", "words", "line"),
    [(coroutine, "async function", "async def coroutine"), (generator, "generator", "yield x")],
)
def test_no_number(thing: Any, words: str, line: str) -> None:
    with pytest.raises(UnsupportedSyntax, match=words) as caught:
        locate(thing)
    assert caught.value.place is not None
    assert line in caught.value.place.text


def test_dataclass_methods_have_no_source() -> None:
    import dataclasses

    made = dataclasses.make_dataclass("Made", ["x"])
    with pytest.raises(SourceUnavailable, match="exec or eval"):
        locate(made.__init__)  # type: ignore[misc]


# ---- callables -----------------------------------------------------------------------------------


def plain(a: float, b: float = 1.0, *, c: float = 2.0) -> float:
    return a + b + c


def test_unwrap() -> None:
    model = Model()
    partial = functools.partial
    assert unwrap(plain).function is plain
    nested_partial = partial(partial(plain, 1.0, c=3.0), 2.0, c=4.0)
    assert unwrap(nested_partial).args == (1.0, 2.0)
    assert unwrap(nested_partial).kwargs == {"c": 4.0}
    target = unwrap(partial(model.step, 3.0))
    assert (target.function, target.args) == (Model.step, (model, 3.0))
    assert (unwrap(model).function, unwrap(model).args) == (Model.__call__, (model,))
    assert unwrap(functools.lru_cache(plain)).function is plain
    assert unwrap(staticmethod(plain)).function is plain
    assert unwrap(Model.plain).function is Model.__dict__["plain"].__func__
    assert unwrap(Model.build).args == (Model,)
    assert unwrap(decorated).function is decorated and decorated.__name__ == "decorated"


def test_unwrap_calls_the_same() -> None:
    class Callables:
        call = functools.partialmethod(plain_method, 2.0)

        @functools.cache  # noqa: B019
        def cached(self, x: float) -> float:
            return x + 1

        @staticmethod
        def __call__(x: float) -> float:
            return x + 5

    obj = Callables()
    for callable_ in (functools.partial(plain, b=3.0), obj.call, obj.cached, obj):
        target = unwrap(callable_)
        assert target.function(*target.args, 1.0, **target.kwargs) == callable_(1.0)


def plain_method(self: Any, a: float, b: float) -> float:
    return a - b


@pytest.mark.parametrize("thing", [len, np.sin, Model, 3, np.sum, functools.partial(np.sin)])
def test_unwrap_refuses(thing: Any) -> None:
    with pytest.raises(SourceUnavailable):
        unwrap(thing)


# ---- no false alarm ------------------------------------------------------------------------------


def functions_of(module: types.ModuleType) -> list[types.FunctionType]:
    found: list[types.FunctionType] = []
    owners = [module, *(c for c in vars(module).values() if isinstance(c, type))]
    for owner in owners:
        found += [f for f in vars(owner).values() if isinstance(f, types.FunctionType)]
    return [
        f
        for f in found
        if f.__code__.co_filename == module.__file__
        and not inspect.isgeneratorfunction(f)
        and not inspect.iscoroutinefunction(f)
    ]


def test_the_standard_library_is_verified() -> None:
    import argparse
    import collections
    import contextlib
    import dataclasses
    import fractions
    import json.decoder
    import random
    import statistics
    import tarfile
    import textwrap as wrapping
    import typing
    import unittest.mock

    modules = [argparse, collections, contextlib, dataclasses, fractions, json.decoder, random,
               statistics, tarfile, wrapping, typing, unittest.mock, ast, inspect, functools,
               doctest]  # fmt: skip
    count = 0
    for module in modules:
        for function in functions_of(module):
            node = locate(function).node
            assert isinstance(node, ast.Lambda) or node.name == function.__code__.co_name
            count += 1
    assert count > 800
