"""What inference decides is settled; what carries a derivative; what may still be read."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pytest

from srcad.analysis.activity import activity
from srcad.analysis.liveness import liveness
from srcad.analysis.settle import settle
from srcad.frontend.exits import single_exit
from srcad.ir import nodes as ir
from tests.passes.reading import function, inferred, text

V = np.ones(3)

SETTLED: list[tuple[str, str, tuple[Any, ...], str]] = [
    (
        "a branch decided by type",
        """
        def f(x):
            if isinstance(x, float):
                return x * 2
            return x
        """,
        (1.0,),
        """
        result = x * 2
        """,
    ),
    (
        "a branch decided by None",
        """
        def f(x, b=None):
            if b is not None:
                x = x + b
            return x * x
        """,
        (1.0, None),
        """
        result = x * x
        """,
    ),
    (
        "+= of a number",
        """
        def f(x):
            s = 0.0
            s += x
            return s
        """,
        (1.0,),
        """
        s = 0.0
        s = s + x
        """,
    ),
    (
        "+= of an array stays",
        """
        import numpy as np
        def f(x):
            s = np.zeros(3)
            s += x
            return np.sum(s)
        """,
        (V,),
        """
        s = np.zeros(3)
        s += x
        result = np.sum(s)
        """,
    ),
    (
        "+= of a list stays",
        """
        def f(x):
            s = [x]
            s += [x]
            return s[0]
        """,
        (1.0,),
        """
        s = [x]
        t = [x]
        s += t
        result = s[0]
        """,
    ),
    (
        "+= of a tuple",
        """
        def f(x):
            s = (x,)
            s += (x,)
            return s[0]
        """,
        (1.0,),
        """
        s = x,
        parts = x,
        s += parts
        result = s[0]
        """,
    ),
    (
        "a branch on a value stays",
        """
        def f(x):
            if x > 0:
                return x * 2
            return x
        """,
        (1.0,),
        """
        if x > 0:
            result = x * 2
        else:
            result = x
        """,
    ),
    (
        "inside a loop",
        """
        def f(x):
            for i in range(2):
                if isinstance(x, float):
                    x *= 2.0
            return x
        """,
        (1.0,),
        """
        for i in range(2):
            x = x * 2.0
        """,
    ),
]


@pytest.mark.parametrize(
    ("before", "args", "after"), [r[1:] for r in SETTLED], ids=[r[0] for r in SETTLED]
)
def test_settle(before: str, args: tuple[Any, ...], after: str) -> None:
    _, facts = inferred(before, *args)
    assert text(settle(facts).body) == textwrap.dedent(after).strip()


# what is active when x is
ACTIVE: list[tuple[str, str, tuple[Any, ...], set[str]]] = [
    (
        "arithmetic",
        """
        import numpy as np
        def f(x):
            y = np.sin(x)
            n = x.shape[0]
            return y * n
        """,
        (V,),
        {"result", "x", "y"},
    ),
    (
        "no derivative",
        """
        import numpy as np
        def f(x):
            k = np.argmax(x)
            y = x[k]
            c = x > 0
            return y
        """,
        (V,),
        {"x", "y"},
    ),
    (
        "branch",
        """
        def f(x):
            y = 1.0
            if x > 0:
                y = x * 2
            return y
        """,
        (1.0,),
        {"x", "y"},
    ),
    (
        "loop",
        """
        def f(x):
            a = 0.0
            b = 0.0
            for i in range(3):
                b = a * 2
                a = a + x
            return b
        """,
        (1.0,),
        {"a", "b", "x"},
    ),
    (
        "list",
        """
        def f(x):
            xs = []
            xs.append(x)
            n = len(xs)
            return xs[0] * n
        """,
        (1.0,),
        {"result", "x", "xs", "xs_item"},
    ),
    (
        "not the parameter",
        """
        def f(x, w):
            a = w * 2
            b = x * 3
            return a * b
        """,
        (1.0, 1.0),
        {"b", "result", "x"},
    ),
    (
        "stopped",
        """
        import srcad
        def f(x):
            y = srcad.stop_gradient(x)
            return y * x
        """,
        (1.0,),
        {"result", "x"},
    ),
    (
        "an unknown call",
        """
        def f(x, g):
            y = g(x)
            z = int(x)
            return y * z
        """,
        (1.0, len),
        {"x"},
    ),
    (
        "int",
        """
        def f(x):
            n = int(x)
            m = round(x)
            return x * n * m
        """,
        (1.0,),
        {"result", "x", "x_times_n"},
    ),
    (
        "closure",
        """
        def f(x):
            g = lambda t: t * x
            h = lambda t: t * 2
            return g(1.0) + h(2.0)
        """,
        (1.0,),
        {"g", "g_2", "result", "x"},
    ),
]


@pytest.mark.parametrize(
    ("source", "args", "found"), [r[1:] for r in ACTIVE], ids=[r[0] for r in ACTIVE]
)
def test_activity(source: str, args: tuple[Any, ...], found: set[str]) -> None:
    _, facts = inferred(source, *args)
    assert activity(facts, settle(facts).body, frozenset({"x"})) == found


def test_nothing_is_active_for_nothing() -> None:
    _, facts = inferred("def f(x):\n    return x * x", 1.0)
    assert activity(facts, settle(facts).body, frozenset()) == frozenset()


# live at the start of the first loop's body, and after the loop
LIVE = [
    ("carried", "for i in range(3):\n        t = x * x\n        x = t + i", {"x"}, {"x"}),
    ("made anew", "for i in range(3):\n        t = i * 2\n    x = x + 1", {"x"}, {"x"}),
    ("read before it is written", "s = 0.0\n    for i in range(3):\n        x = x + s\n"
     "        s = x * i", {"x", "s"}, {"x"}),
    ("overwritten after", "for i in range(3):\n        x = x * i\n    x = 2.0", {"x"}, set()),
    ("the test of a while", "n = 0\n    while n < 3:\n        n = n + 1", {"x", "n"}, {"x"}),
    ("read at a break", "y = 0.0\n    for i in range(3):\n        if x > y:\n            break\n"
     "        else:\n            y = x\n    x = y", {"x", "y"}, {"y"}),
    ("an item in a handler", "for i in range(3):\n        try:\n            x = g(x)\n"
     "        except ValueError:\n            x = x * 2", {"x"}, {"x"}),
    ("a nested loop", "for i in range(3):\n        for j in range(i):\n            x = x * j",
     {"x"}, {"x"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "inside", "after"), [r[1:] for r in LIVE], ids=[r[0] for r in LIVE]
)
def test_liveness(body: str, inside: set[str], after: set[str]) -> None:
    code = single_exit(function(f"def f(x):\n    {body}\n    return x\n"))
    facts = liveness(code.body, frozenset({code.result}))
    loop = next(s for s in code.body if isinstance(s, ir.For | ir.While))
    local = ir.assigned(code.body) | {"x"}
    assert facts.body[id(loop)] & local == inside
    assert facts.after[id(loop)] & local == after
