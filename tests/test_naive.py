"""The naive mode takes no part in what it is there to judge: it saves and shadows everything.

That it agrees with the optimised mode is checked on every program of the corpus (`protocol.py`) and
on every random one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import pipeline
from srcad.adjoint import algebra, branches, cotangents, recompute, specialise, weave
from srcad.ir import nodes as ir
from srcad.optimise import passes
from tests.passes.reading import live

LOOP = """
import numpy as np
def f(x, w):
    total = 0.0
    for i in range(3):
        t = w * x
        if i > 0:
            x = np.sin(t) + x
        else:
            x = x * x
        total = total + np.sum(x[1:] ** 2) * w
    return total
"""
ARGS = np.array([0.4, 0.7, 1.1]), 0.8


def naive_text(source: str, *args: Any) -> str:
    f = live(source)
    return srcad.source(srcad.value_and_grad(f, wrt=(0, 1), naive=True), *args)


def parts(text: str) -> tuple[str, str]:
    forward, _, backward = text.partition("# backward")
    return forward, backward


def test_everything_overwritten_is_saved() -> None:
    """Every assignment in a loop comes after a save of what it overwrites."""
    forward, backward = parts(naive_text(LOOP, *ARGS))
    body = forward[forward.index("for i in range(3)") :]
    bound = set(re.findall(r"^ +(\w+) = ", body, re.MULTILINE)) - {"value"}
    assert {"t", "x", "total", "took_branch", "i"} <= bound | {"i"}
    for name in (bound | {"i"}) - {"total_given"}:
        assert f"{name}_saved.append({name})" in forward, name
        assert f"{name} = {name}_saved.pop()" in backward, name


def test_nothing_is_added_in_place_and_every_cotangent_exists() -> None:
    _, backward = parts(naive_text(LOOP, *ARGS))
    assert not re.search(r"[-+]= ", backward)
    bound = set(re.findall(r"(\w+_bar) = add", backward))
    assert bound
    for bar in bound:
        assert f"    {bar} = None\n" in backward


def test_axes_ways_and_iterations_are_left_to_the_running_program() -> None:
    text = naive_text(LOOP, *ARGS)
    _, backward = parts(text)
    assert "unbroadcast(" in backward
    assert "reversed(range(steps" in backward  # counted, though the length is known
    assert "if took_branch:" in backward
    assert "np.full_like" not in backward and "np.broadcast_to" not in backward
    assert "spread(" in backward  # the rule of np.sum as its table has it


def test_the_two_modes_write_different_code() -> None:
    f = live(LOOP)
    fast = srcad.source(srcad.value_and_grad(f, wrt=(0, 1)), *ARGS)
    _, backward = parts(fast)
    assert "unbroadcast" not in backward and " += " in backward
    assert len(fast) < len(naive_text(LOOP, *ARGS)) / 1.5


# ------------------------------------------------------------------ independence
def _wrong_rule(sound: Any) -> Any:
    def broken(function: Any, *rest: Any) -> Any:
        found = sound(function, *rest)
        return None if found is None else ir.Binary("*", ir.Const(2), found)

    return broken


def _triple(sound: Any) -> Any:
    return lambda a, b: ir.Binary("*", ir.Const(3), sound(a, b))


BREAKS: list[tuple[str, Any, str, Callable[[Any], Any]]] = [
    ("rules by type", specialise, "rule", _wrong_rule),
    ("powers", specialise, "power", lambda sound: lambda base, n: ir.Const(7.0)),
    ("products", algebra, "mul", _triple),
    ("recomputing", recompute._Recompute, "cheap", lambda sound: lambda self, value: False),
    ("saves", weave.Weaver, "save", lambda sound: lambda self, name, depth: (
        ir.Effect(ir.Const(0)), ir.Assign(name, ir.Const(1.0)))),
    ("zeros", cotangents.Cotangents, "zeros", lambda sound: lambda self, name: ir.Const(1.0)),
    ("adding", cotangents.Cotangents, "add", lambda sound: lambda self, *args: None),
    ("reconciling", branches.Branches, "reconcile",
     lambda sound: lambda self, start, a, b, then, orelse, stmt: (then, orelse, [])),
    ("copies", passes, "fold_copies", lambda sound: lambda *args: ()),
    ("dead code", passes, "drop_dead_code", lambda sound: lambda *args: ()),
    ("nesting", passes, "nest", lambda sound: lambda *args: ()),
    ("memory", pipeline, "own_memory", lambda sound: lambda body, *rest: body[-1:]),
    ("copies of buffers", passes, "protect", lambda sound: lambda body, *rest: ()),
]  # fmt: skip
POWER = "import numpy as np\ndef f(x, w):\n    return np.sum(x ** 3) * w"


@pytest.mark.parametrize(
    ("name", "owner", "attribute", "broken"), BREAKS, ids=[b[0] for b in BREAKS]
)
@pytest.mark.parametrize("source", [LOOP, POWER], ids=["loop", "power"])
def test_naive_stands_when_the_other_mode_is_broken(
    name: str,
    owner: Any,
    attribute: str,
    broken: Any,
    source: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    value, gradient = srcad.value_and_grad(live(source), wrt=(0, 1))(*ARGS)
    monkeypatch.setattr(owner, attribute, broken(getattr(owner, attribute)))
    got = srcad.value_and_grad(live(source), wrt=(0, 1), naive=True)(*ARGS)
    assert got[0] == value
    for a, b in zip(got[1], gradient, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.parametrize("name", ["rules by type", "powers", "zeros", "adding", "saves"])
def test_the_other_mode_does_break(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table above is no table of no-ops."""
    _, owner, attribute, broken = next(b for b in BREAKS if b[0] == name)
    source = POWER if name == "powers" else LOOP
    _, want = srcad.value_and_grad(live(source), wrt=(0, 1))(*ARGS)
    monkeypatch.setattr(owner, attribute, broken(getattr(owner, attribute)))
    try:
        _, got = srcad.value_and_grad(live(source), wrt=(0, 1))(*ARGS)
    except Exception:
        return  # it broke loudly
    assert not all(np.allclose(a, b) for a, b in zip(got, want, strict=True))


def test_zero_cotangents_pass_nothing_on() -> None:
    """0 times an infinite slope would be nan."""
    f = live("import numpy as np\ndef f(x, w):\n    y = np.sqrt(x)\n    z = x * w\n    return z")
    with np.errstate(all="ignore"):
        assert srcad.grad(f, naive=True)(0.0, 2.0) == 2.0


def test_a_variable_that_changes_its_kind() -> None:
    """The cotangent of the number is no array, though the variable ends as one."""
    f = live("import numpy as np\ndef f(x, w):\n    y = x\n    for i in range(3):\n"
             "        y = y * w\n    return np.sum(y)")  # fmt: skip
    args = 1.5, np.array([1.0, 2.0, 3.0])
    naive = srcad.grad(f, wrt=(0, 1), naive=True)(*args)
    for a, b in zip(naive, srcad.grad(f, wrt=(0, 1))(*args), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_an_unpacked_name_that_is_unpacked_into_itself() -> None:
    """The cotangents of the targets are taken once, though the statement is read in two steps."""
    f = live(
        """
        def f(x):
            a, b, x = x
            g = lambda t: x
            return b * a
        """
    )
    x = np.array([2.0, 3.0, 5.0])
    np.testing.assert_array_equal(srcad.grad(f, naive=True)(x), [3.0, 2.0, 0.0])
    np.testing.assert_array_equal(srcad.grad(f)(x), [3.0, 2.0, 0.0])


def test_a_loop_variable_that_its_body_rebinds() -> None:
    f = live(
        """
        def f(xs, w):
            total = 0.0
            for x in xs:
                x = x * w
                total = total + x * x
            return total
        """
    )
    args = [1.0, 2.0], 3.0
    assert srcad.grad(f, wrt=(0, 1), naive=True)(*args) == ([18.0, 36.0], 30.0)
