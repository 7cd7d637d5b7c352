"""Generated text becomes functions that live in the user's module without being in it."""

from __future__ import annotations

import gc
import inspect
import linecache
import pdb
import traceback
import types
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any

import numpy as np
import pytest

from srcad.emit.load import load
from srcad.errors import InternalError
from srcad.frontend.source import locate

OFFSET = 1.0
FILE = "<srcad test>"

TEXT = '''import numpy as np


def f_grad(x, n=len("ab"), *, scale=np.e):
    """Gradient of f."""
    y = helper(x)
    return y * factor + OFFSET + f_back(x)


def f_back(x):
    if x > 100:
        raise ValueError(x)
    return sum(np.exp(t) for t in [0.0] if f_grad)
'''


def user(factor: float) -> tuple[types.FunctionType, Callable[[float], None]]:
    def f(x: float) -> float:
        return x * factor + OFFSET

    def change(value: float) -> None:
        nonlocal factor
        factor = value

    assert isinstance(f, types.FunctionType)
    return f, change


def helper(x: float) -> float:
    return 10 * x


def load_both(
    f: types.FunctionType, names: Mapping[str, object] | None = None
) -> dict[str, types.FunctionType]:
    names = {"np": np, "helper": helper} if names is None else names
    return load(TEXT, {"f_grad": f, "f_back": f}, names, FILE)


def test_runs() -> None:
    f, _ = user(2.0)
    loaded = load_both(f)
    assert list(loaded) == ["f_grad", "f_back"]
    assert loaded["f_grad"](3.0) == 62.0


def test_globals_are_live(monkeypatch: pytest.MonkeyPatch) -> None:
    f, _ = user(2.0)
    grad = load_both(f)["f_grad"]
    monkeypatch.setitem(globals(), "OFFSET", 100.0)
    assert grad(3.0) == 161.0
    assert grad.__globals__ is globals()


def test_closures_are_live() -> None:
    f, change = user(2.0)
    grad = load_both(f)["f_grad"]
    change(5.0)
    assert grad(3.0) == 152.0


def test_closures_can_be_written() -> None:
    f, change = user(2.0)
    text = "def g(x):\n    nonlocal factor\n    factor = x\n"
    load(text, {"g": f}, {}, FILE)["g"](7.0)
    assert f(1.0) == 7.0 + OFFSET


def test_the_module_of_the_user_stays_clean() -> None:
    f, _ = user(2.0)
    before = dict(globals())
    load_both(f)["f_grad"](3.0)
    assert globals() == before


def test_names_hide_globals_without_changing_them() -> None:
    f, _ = user(2.0)
    loaded = load_both(f, {"np": np, "helper": lambda x: 0.0})
    assert loaded["f_grad"](3.0) == 2.0 and helper(3.0) == 30.0


def test_functions_of_two_modules() -> None:
    f, _ = user(2.0)
    other = types.ModuleType("other")
    exec("OFFSET = 7.0\ndef g(x): return x", other.__dict__)
    text = "def a(x):\n    return OFFSET + b(x)\n\n\ndef b(x):\n    return OFFSET\n"
    loaded = load(text, {"a": f, "b": other.g}, {}, FILE)
    assert loaded["a"](0.0) == 8.0
    assert loaded["b"].__module__ == "other" and loaded["a"].__module__ == __name__


def test_defaults_names_and_docstring() -> None:
    f, _ = user(2.0)
    grad = load_both(f)["f_grad"]
    assert grad.__defaults__ == (2,) and grad.__kwdefaults__ == {"scale": np.e}
    assert grad.__name__ == grad.__qualname__ == grad.__code__.co_qualname == "f_grad"
    assert grad.__doc__ == "Gradient of f."
    assert str(inspect.signature(grad)).startswith("(x, n=2, *, scale=2.7")


def test_annotations_are_not_evaluated() -> None:
    f, _ = user(2.0)
    text = "def g(x: not_there) -> nor_this:\n    y: neither = x\n    return y\n"
    assert load(text, {"g": f}, {}, FILE)["g"](1.0) == 1.0


def test_source_is_shown() -> None:
    f, _ = user(2.0)
    loaded = load_both(f)
    assert (
        inspect.getsource(loaded["f_grad"])
        == TEXT[TEXT.index("def f_grad") :].split("\n\n")[0] + "\n"
    )
    assert inspect.getsource(loaded["f_back"]) == TEXT[TEXT.index("def f_back") :]
    linecache.checkcache()
    assert "f_back" in inspect.getsource(loaded["f_back"])


def test_tracebacks_show_the_text() -> None:
    f, _ = user(2.0)
    with pytest.raises(ValueError, match="1000") as caught:
        load_both(f)["f_grad"](1000.0)
    shown = "".join(traceback.format_exception(caught.value))
    assert 'File "<srcad test>", line 7, in f_grad\n    return y * factor' in shown
    assert 'File "<srcad test>", line 12, in f_back\n    raise ValueError(x)' in shown


def test_pdb_lists_the_text() -> None:
    f, _ = user(2.0)
    out = StringIO()
    debugger = pdb.Pdb(stdin=StringIO("next\np y\nlist\ncontinue\n"), stdout=out)
    debugger.use_rawinput = False
    grad = load_both(f)["f_grad"]
    debugger.runcall(grad, 3.0)
    assert "y = helper(x)" in out.getvalue() and "30.0\n" in out.getvalue()
    assert "return y * factor" in out.getvalue()


def test_strings_with_odd_line_ends_keep_the_lines() -> None:
    f, _ = user(2.0)
    text = "def g(x):\n    y = '\x0c\x1c\u2028'\n    return x\n\n\ndef h(x):\n    return 2 * x\n"
    loaded = load(text, {"g": f, "h": f}, {}, FILE)
    assert inspect.getsource(loaded["h"]) == "def h(x):\n    return 2 * x\n"


def test_generated_functions_can_be_located() -> None:
    f, _ = user(2.0)
    source = locate(load_both(f)["f_back"])
    assert source.node.name == "f_back" and source.node.lineno == 10  # type: ignore[union-attr]


def test_linecache_forgets_with_the_last_function() -> None:
    f, _ = user(2.0)
    loaded = load_both(f)
    one = loaded.pop("f_back")
    del loaded
    gc.collect()
    assert FILE in linecache.cache and one(0.0)
    del one
    gc.collect()
    assert FILE not in linecache.cache


def test_a_newer_text_of_the_same_name_is_kept() -> None:
    f, _ = user(2.0)
    first = load_both(f)
    second = load("def g(x):\n    return x\n", {"g": f}, {}, FILE)
    del first
    gc.collect()
    assert inspect.getsource(second["g"]) == "def g(x):\n    return x\n"


def test_line_numbers_of_inner_functions() -> None:
    f, _ = user(2.0)
    text = "def g(x):\n    h = lambda t: t / 0\n    return h(x)\n"
    loaded = load(text, {"g": f}, {}, FILE)
    with pytest.raises(ZeroDivisionError) as caught:
        loaded["g"](1)
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.lineno, frame.line) == (2, "h = lambda t: t / 0")
    inner = next(c for c in loaded["g"].__code__.co_consts if isinstance(c, types.CodeType))
    assert inner.co_qualname == "g.<locals>.<lambda>"


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [("x = 1\n", {}, "only imports and functions"),
     ("def h(x):\n    return x\n", {}, "belongs to no"),
     ("def g(x):\n    return factor\n", {"factor": 3}, "closure variable")],
)  # fmt: skip
def test_mistakes_of_the_compiler(text: str, names: dict[str, Any], words: str) -> None:
    f, _ = user(2.0)
    with pytest.raises(InternalError, match=words):
        load(text, {"g": f}, names, FILE)
