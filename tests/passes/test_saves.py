"""Not saved is what a list of the user holds, and what the forward part need not compute."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from srcad import value_and_grad, vjp
from srcad.adjoint.loops import LEN, RANGE, REVERSED
from srcad.ir import nodes as ir
from srcad.optimise.grown import taken_back
from srcad.optimise.later import Later
from srcad.rules.purity import pure_head
from tests.passes.reading import block, text, tidy

STACKS = frozenset({"saved", "other_saved"})
PARAMS = frozenset({"x", "w", "n", "v", "out"})
KEEP = {"len": len, "sum": sum}


def pure(expr: ir.Expr) -> bool:
    """Whether it has no effect: `note` has one."""

    def called(func: ir.Expr) -> object:
        if isinstance(func, ir.Ref):
            return func.value
        return KEEP.get(func.id) if isinstance(func, ir.Name) else None

    return pure_head(expr, called) and all(map(pure, ir.children(expr)))


LIST = """
saved = []
hs = [x]
for _ in range(n):
    t = hs[-1]
    y = np.tanh(t * w)
    saved.append({saved})
    hs.append({item})
{after}
# backward
{before}
for _ in reversed(range(n)):
    {saved} = saved.pop()
    w_bar += {saved} * w
{behind}
return w_bar
"""


def program(
    saved: str = "t", item: str = "y", after: str = "", before: str = "", behind: str = ""
) -> str:
    return LIST.format(saved=saved, item=item, after=after, before=before, behind=behind)


TAKEN = [
    (
        "what was the last item",
        program("t"),
        """
        hs = [x]
        for _ in range(n):
            t = hs[-1]
            y = np.tanh(t * w)
            hs.append(y)
        # backward
        for _ in reversed(range(n)):
            hs.pop()
            t = hs[-1]
            w_bar += t * w
        return w_bar
        """,
    ),
    (
        "what is appended",
        program("y", after="s = sum(hs)", before="s_bar = hs[0] * w"),
        """
        hs = [x]
        for _ in range(n):
            t = hs[-1]
            y = np.tanh(t * w)
            hs.append(y)
        s = sum(hs)
        # backward
        s_bar = hs[0] * w
        for _ in reversed(range(n)):
            y = hs.pop()
            w_bar += y * w
        return w_bar
        """,
    ),
]

NOT_TAKEN = {
    "an item is written": program(after="hs[0] = w"),
    "an item is written in a loop": program(after="for i in range(n):\n    hs[i] += w"),
    "it is sorted": program(after="hs.sort()"),
    "an item is taken away": program(after="s = hs.pop()"),
    "another name": program(after="other = hs"),
    "it is handed on": program(after="note(hs)"),
    "a function may keep it": program(after="out.append(hs)"),
    "read behind": program(behind="w_bar += hs[-1]"),
    "read in the loop back": program(behind="").replace("w_bar += t * w", "w_bar += hs[0] * t"),
    "another value": program("t", "y").replace("t = hs[-1]", "t = hs[0]"),
    "two places": program(after="hs.append(w)"),
    "left early": program().replace(
        "    hs.append(y)", "    if y > w:\n        break\n    hs.append(y)"
    ),
    "appended while it is gone through": program().replace(
        "for _ in range(n):\n    t", "for _ in hs:\n    t"
    ),
}


@pytest.mark.parametrize(("before", "after"), [r[1:] for r in TAKEN], ids=[r[0] for r in TAKEN])
def test_taken_from_the_list(before: str, after: str) -> None:
    assert text(taken_back(block(before), STACKS, PARAMS, pure)[0]) == tidy(after)


@pytest.mark.parametrize("source", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_left_in_the_list(source: str) -> None:
    body = block(source)
    assert taken_back(body, STACKS, PARAMS, pure) == (body, set())


LOOP = """
saved = []
hs = [x]
for {target} in {items}:
    y = {value}
    saved.append(y)
{after}
# backward
for {back} in reversed({indices}):
    y = saved.pop()
    w_bar += y * w
return w_bar
"""


def loop(
    target: str = "h", items: str = "hs", value: str = "v * h", after: str = "",
    back: str = "k", indices: str = "range(len(hs))",
) -> str:  # fmt: skip
    return LOOP.format(
        target=target, items=items, value=value, after=after, back=back, indices=indices
    )


LATER = [
    (
        "over a list",
        loop(),
        """
        hs = [x]
        for h in hs:
            y = v * h
        # backward
        for k in reversed(range(len(hs))):
            h = hs[k]
            y = v * h
            w_bar += y * w
        return w_bar
        """,
    ),
    (
        "over numbers",
        loop("i", "range(n)", "x[i] * v", "", "i", "range(n)"),
        """
        hs = [x]
        for i in range(n):
            y = x[i] * v
        # backward
        for i in reversed(range(n)):
            y = x[i] * v
            w_bar += y * w
        return w_bar
        """,
    ),
]

NOT_LATER = {
    "it has an effect": loop(value="note(h)"),
    "the list grows": loop(after="hs.append(w)"),
    "what it is made of is written": loop(after="v[0] = w"),
    "what it is made of changes": loop(after="v = w"),
    "read again": loop(after="s = y * 2"),
    "over something else": loop(indices="range(n)"),
}


def as_reversed(source: str) -> ir.Block:
    """The text, where going back is written with the compiler's own `reversed` and `len`."""
    out: list[ir.Stmt] = []
    for stmt in block(source):
        match stmt:
            case ir.For(
                _, ir.Call(ir.Name("reversed"), (ir.Call(ir.Name("range"), (count,)) as r,))
            ):
                if isinstance(count, ir.Call):
                    r = ir.Call(RANGE, (ir.Call(LEN, count.args),))
                stmt = replace(stmt, iterable=ir.Call(REVERSED, (r,)))
            case _:
                pass
        out.append(stmt)
    return tuple(out)


def later(body: ir.Block) -> tuple[ir.Block, set[str]]:
    droppable = lambda stmt, _: all(map(pure, ir.expressions(stmt)))  # noqa: E731
    return Later(pure, droppable, PARAMS).computed(body, STACKS)


@pytest.mark.parametrize(("before", "after"), [r[1:] for r in LATER], ids=[r[0] for r in LATER])
def test_computed_later(before: str, after: str) -> None:
    assert text(later(as_reversed(before))[0]) == tidy(after)


@pytest.mark.parametrize("source", NOT_LATER.values(), ids=NOT_LATER)
def test_computed_at_once(source: str) -> None:
    body = as_reversed(source)
    assert later(body) == (body, set())


def states(W: np.ndarray, x: np.ndarray) -> float:
    hs = [x]
    for _ in range(4):
        hs.append(np.tanh(W @ hs[-1]))
    total = 0.0
    for h in hs:
        total += (x @ h) ** 2
    return total


def test_a_pullback_may_be_called_again() -> None:
    """It takes the items from lists of its own."""
    W, x = np.eye(3) * 0.7 + 0.1, np.array([0.3, -0.2, 0.5])
    _, (W_bar, x_bar) = value_and_grad(states, wrt=(0, 1))(W, x)
    _, pullback = vjp(states, W, x)
    for _ in range(2):
        found = pullback(1.0)
        np.testing.assert_allclose(found[0], W_bar)
        np.testing.assert_allclose(found[1], x_bar)
