"""The verifier sees a broken pass: each pass is broken in turn, and the compiler must complain.

Also the verifier's own rules, on blocks written by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import pipeline
from srcad.adjoint import branches, cotangents, loops, weave
from srcad.analysis import infer, program
from srcad.errors import InternalError
from srcad.frontend import lower
from srcad.ir import flow, grammar, stacks, verify
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.optimise import passes
from tests.passes.reading import block, live

STRAIGHT = "def f(x):\n    y = x * x\n    z = y * x\n    return z * y"
REUSE = "def f(x):\n    h = x * x\n    h = h * x\n    return h * x"
LOOP = """
def f(x):
    for i in range(3):
        if x < 1.5:
            x = x * x + i
        else:
            x = x * 0.5
    return x
"""
LEAVING = """
def f(x):
    for i in range(5):
        x = x * x
        if x > 4.0:
            break
        x = x * 1.5
    return x
"""
WHILE = "def f(x):\n    while x < 50.0:\n        x = x * x\n    return x"
HELPER = "def f(x):\n    def h(a):\n        return a * a * x\n    return h(x) * x"
EARLY = "def f(x):\n    if x > 9.0:\n        return x * x\n    y = x * 2.0\n    return y * x"
PARTLY = """
def f(x):
    total = 0.0
    for i in range(3):
        if i > 0:
            y = x * i
            total = total + y * y
    return total
"""
ARRAY = "def f(x):\n    y = x * x\n    return np.sum(y) + np.sum(x)"


def compile_it(source: str, value: float = 2.0) -> None:
    """Everything the compiler does with a function, in both modes and both forms."""
    f = live("import numpy as np\n" + source.lstrip())
    args: tuple[Any, ...] = (np.array([1.0, 2.0]) if source is ARRAY else value,)
    srcad.value_and_grad(f)(*args)
    srcad.grad(f)(*args)
    srcad.grad(f, naive=True)(*args)
    srcad.vjp(f, *args)


@pytest.mark.parametrize(
    "source",
    [STRAIGHT, REUSE, LOOP, LEAVING, WHILE, HELPER, EARLY, PARTLY, ARRAY],
)
def test_sound_passes_are_not_complained_about(source: str) -> None:
    compile_it(source)


# ------------------------------------------------------------------ broken passes
def _dropped(kind: type, which: Callable[[Any], bool] = lambda s: True) -> Any:
    """A pass that drops every statement of a kind."""

    def drop(body: ir.Block) -> ir.Block:
        return tuple(
            ir.with_blocks(s, tuple(map(drop, ir.blocks(s)))) if ir.blocks(s) else s
            for s in body
            if not (isinstance(s, kind) and which(s))
        )

    return drop


def _is_move(stmt: Any, verb: str) -> bool:
    return any(
        isinstance(e, ir.Call) and isinstance(e.func, ir.Attr) and e.func.name == verb
        for e in ir.expressions(stmt)
    )


@dataclass(frozen=True)
class Mutation:
    """Where the compiler is broken, how, and what the verifier says of it."""

    name: str
    owner: Any
    attribute: str
    broken: Callable[[Any], Any]  # the pass → the broken pass
    source: str
    says: str


def _no_pops(sound: Any) -> Any:
    drop = _dropped(ir.Assign, lambda s: _is_move(s, "pop"))

    def broken(block: ir.Block, *rest: Any) -> ir.Block:
        place = next(k for k, s in enumerate(block) if isinstance(s, ir.Note))
        return (*block[:place], *drop(block[place:]))

    return broken


def _no_zeros(sound: Any) -> Any:
    def broken(self: Any, *args: Any, **kwargs: Any) -> Any:
        kept = self.out
        self.out = []
        sound(self, *args, **kwargs)
        self.out = kept

    return broken


def _forgets(sound: Any) -> Any:
    return lambda *args: sound(*args)[:-1]


def _double(sound: Any) -> Any:
    def broken(body: ir.Block, types: Any, facts: Any, results: Any) -> ir.Block:
        last = body[-1]
        assert isinstance(last, ir.Return)
        found = sound(body, types, facts, results)[-1].value
        return (*body[:-1], replace(last, value=ir.Sequence("tuple", (found, found, found))))

    return broken


def _one_arm(sound: Any) -> Any:
    """Zeros where one arm lacks a cotangent are forgotten."""

    def broken(self: Any, start: Any, a: Any, b: Any, then: Any, orelse: Any, stmt: Any) -> Any:
        sound(self, start, a, b, then, orelse, stmt)
        return then, orelse, []

    return broken


def _early_return(sound: Any) -> Any:
    return lambda body, *rest: (ir.Return(ir.Const(0.0)), *sound(body, *rest))


def _misnamed(sound: Any) -> Any:
    return lambda self, hint: "sum" if hint.endswith("_bar") else sound(self, hint)


def _lost_type(sound: Any) -> Any:
    return lambda self, name, kind: None if name == "y" else sound(self, name, kind)


MUTATIONS = [
    Mutation("lower nests", lower.Lowerer, "temp", lambda sound: lambda self, value, *rest: value,
             "def f(x):\n    return (x * x + 1.0) * x", "more than one operation"),
    Mutation("exits left alone", program, "single_exit", lambda sound: lambda f: f,
             EARLY, "no Return may stand here"),
    Mutation("result lost", program, "single_exit",
             lambda sound: lambda f: replace(sound(f), result="nothing"),
             EARLY, "the result `nothing` is never bound"),
    Mutation("breaks not last", program, "single_exit",
             lambda sound: lambda f: replace(sound(f), body=tuple(
                 replace(s, body=(ir.Break(), *s.body)) if isinstance(s, ir.For) else s
                 for s in sound(f).body)),
             LOOP, "nothing may follow break"),
    Mutation("webs left together", program, "split_webs", lambda sound: lambda f: f,
             REUSE, "`h` names several variables"),
    Mutation("a local is lost", program, "split_webs",
             lambda sound: lambda f: replace(sound(f), body=sound(f).body[1:]),
             STRAIGHT, "the local variable `y` is never bound"),
    Mutation("a type is lost", infer.Inference, "bind", _lost_type,
             STRAIGHT, "no type is recorded"),
    Mutation("names clash", Names, "fresh", _misnamed, STRAIGHT, "uses for something else"),
    Mutation("no first zeros", cotangents.Cotangents, "ensure", _no_zeros,
             "def f(x, n=2):\n    s = 0.0\n    for i in range(3):\n        s = s + x * i\n"
             "    return s", "`x_bar` is not bound on every path"),
    Mutation("no zeros in the other arm", branches.Branches, "reconcile", _one_arm,
             "def f(x):\n    y = x * 3.0\n    z = 1.0\n    if x > 5.0:\n        z = y * y\n"
             "    return z + x", "`y_bar` is not bound on every path"),
    Mutation("pushes forgotten", passes, "drop_dead_code",
             lambda sound: lambda b, *rest: _dropped(ir.Effect, lambda s: _is_move(s, "append"))(b),
             LOOP, "do not mirror"),
    Mutation("pops forgotten", passes, "drop_dead_code", _no_pops, WHILE, "do not mirror"),
    Mutation("pushed in one arm", weave, "at_ends",
             lambda sound: lambda b, extra: (*b[:-1], ir.If(ir.Name("x"), (extra,)), *b[-1:])
             if b else (extra,), LEAVING, "do not mirror"),
    Mutation("a pop is lost", weave.Weaver, "pop",
             lambda sound: lambda self, name: ir.Assign(name, ir.Const(0.0)),
             LOOP, "do not mirror"),
    Mutation("no list", weave.Weaver, "weave",
             lambda sound: lambda self, nodes: (
                 tuple(s for s in sound(self, nodes)[0] if not (
                     isinstance(s, ir.Assign) and s.target.endswith("_saved"))),
                 sound(self, nodes)[1]),
             WHILE, "`x_saved` is bound nowhere"),
    Mutation("saves without value", pipeline, "initialised",
             lambda sound: lambda forward, *rest: forward,
             "def f(x):\n    total = 0.0\n    for i in range(3):\n        if i > 0:\n"
             "            y = x * i\n        if i > 0:\n            total = total + y * y\n"
             "            y = x * y\n    return total", "not bound on every path"),
    Mutation("loops counted in the user's variable", loops, "_backwards",
             lambda sound: lambda count: ir.Call(ir.Name("nowhere"), (count,)),
             WHILE, "`nowhere` is bound nowhere"),
    Mutation("definitions dropped", passes, "nest",
             lambda sound: lambda b, *rest: _dropped(
                 ir.Assign, lambda s: s.target == "x_bar")(b), LOOP, "`x_bar`"),
    Mutation("a residual is forgotten", pipeline, "residuals_of", _forgets,
             HELPER, "neither a parameter nor bound"),
    Mutation("handed out twice", pipeline, "own_memory", _double, ARRAY, "handed out twice"),
    Mutation("leaves early", passes, "fold_copies", _early_return,
             STRAIGHT, "no Return may stand here"),
    Mutation("a user's loop in the backward part", passes, "drop_dead_code",
             lambda sound: lambda b, *rest: (*b[:-1], ir.While(ir.Const(False), ()), b[-1]),
             STRAIGHT, "no While may stand here"),
]  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_broken_pass_is_seen(mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = getattr(mutation.owner, mutation.attribute)
    monkeypatch.setattr(mutation.owner, mutation.attribute, mutation.broken(sound))
    with pytest.raises(InternalError, match=mutation.says) as caught:
        compile_it(mutation.source)
    assert caught.value.message.startswith("after ")


def test_nothing_is_checked_in_a_users_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switched off, a broken pass goes through (and here does no harm)."""
    monkeypatch.setattr(verify._Switch, "on", False)
    monkeypatch.setattr(program, "split_webs", lambda f: f)
    assert srcad.grad(live(REUSE))(2.0) == 4 * 2.0**3


# ------------------------------------------------------------------ the rules by hand
FRAME = verify.Frame("f", frozenset({"x", "n", "y_bar"}), frozenset(), frozenset({"x", "y", "n"}),
                     frozenset({"x_saved"}))  # fmt: skip

NOTED = """
ran = []
try:
    y = x * n
    ran.append(1)
except ValueError:
    y = n
    ran.append(2)
# backward
x_bar = 0.0
for step in reversed(ran):
    if step == 1:
        x_bar += y_bar * n
    elif step == 2:
        x_bar += y_bar
"""
SOUND = [
    NOTED,
    "y = x * n\n# backward\nx_bar = y_bar * n\nx_bar += y_bar",
    # read by the forward part without an exception: it has a value
    "for i in range(n):\n    y = i\nz = y * x\n# backward\nx_bar = y_bar * y",
    # the mirror image of the branch that bound it
    "if n > 0:\n    y = x\n# backward\nx_bar = y_bar\nif n > 0:\n    x_bar = x_bar * y",
    "if not n:\n    y = x\n# backward\nx_bar = y_bar\nif n:\n    x_bar = 0.0\nelse:\n    x_bar = y",
    # pushes before a break, one pop for both
    """
x_saved = []
for i in range(n):
    if x > 1:
        x_saved.append(x)
        break
    else:
        x = x * x
        x_saved.append(x)
# backward
x_bar = y_bar
for i in reversed(range(n)):
    x = x_saved.pop()
    x_bar = x_bar * x
""",
    # put where it is read
    """
x_saved = []
for i in range(n):
    x_saved.append(x)
    if x > 0:
        x_saved.append(i)
# backward
x_bar = y_bar
for i in reversed(range(n)):
    if x > 0:
        x_bar = x_bar * x_saved.pop()
    x_bar += x_saved.pop()
""",
]
UNSOUND = [
    ("y = x\n# backward\nx_bar += y_bar", "`x_bar` is not bound"),
    ("y = x\n# backward\nif y:\n    x_bar = y_bar\nz_bar = x_bar", "`x_bar` is not bound"),
    ("y = x\n# backward\nfor k in range(n):\n    x_bar = y_bar\nz = x_bar", "`x_bar` is not bound"),
    ("if n:\n    y = x\n# backward\nx_bar = y_bar * y", "`y` is not bound"),
    ("if n:\n    y = x\n# backward\nif not n:\n    x_bar = y_bar * y", "`y` is not bound"),
    ("y = x\n# backward\nx_bar = z", "`z` is bound nowhere"),
    ("y = x\n# backward\nwhile n:\n    x_bar = y_bar", "no While"),
    ("y = x\n# backward\ntry:\n    x_bar = y_bar\nfinally:\n    x = y", "no Try"),
    ("y = x\n# backward\nx_bar = y_bar\nx_bar *= 2", "added or subtracted"),
    ("break\n# backward\nx_bar = y_bar", "outside of a loop"),
    ("y = x\n# backward\nsum = y_bar", "uses for something else"),
    ("x_saved = []\nx_saved.append(x)\n# backward\nx_bar = y_bar", "do not mirror"),
    ("x_saved = []\nx_saved.append(x)\n# backward\nif n:\n    x = x_saved.pop()", "do not mirror"),
    ("x_saved = []\nfor i in range(n):\n    x_saved.append(x)\n# backward\nx = x_saved.pop()",
     "do not mirror"),
    ("x_saved = []\nfor i in range(n):\n    x_saved.append(x)\nx_saved.append(x)\n# backward\n"
     "for i in range(n):\n    x = x_saved.pop()\nx = x_saved.pop()", "do not mirror"),
    ("for i in range(n):\n    x_saved = []\n    x_saved.append(x)\n# backward\n"
     "for i in range(n):\n    x = x_saved.pop()", "not made once"),
    ("x_saved = []\nx_saved.append(x)\nx = x_saved.pop()\n# backward\nx_bar = y_bar", "popped"),
    (NOTED.replace("append(2)", "append(1)"), "the number [12] of `ran` is not noted by one"),
    (NOTED.replace("append(2)", "append(3)"), "the number 2 of `ran` is not noted by one"),
    (NOTED.replace("step == 2", "step == 1"), "the number 1 of `ran` is tested twice"),
]  # fmt: skip


@pytest.mark.parametrize("source", SOUND)
def test_sound(source: str) -> None:
    verify.derivative(FRAME, "test", block(source))


@pytest.mark.parametrize(("source", "says"), UNSOUND)
def test_unsound(source: str, says: str) -> None:
    with pytest.raises(InternalError, match=says):
        verify.derivative(FRAME, "test", block(source))


def test_what_a_complaint_names() -> None:
    """The pass, the function, the rule, the statement."""
    with pytest.raises(InternalError) as caught:
        verify.derivative(FRAME, "nest", block("y = x\n# backward\nx_bar += y_bar"))
    assert str(caught.value) == (
        "after nest, f: `x_bar` is not bound on every path that leads here:\nx_bar += y_bar"
    )


def test_helpers_are_found_by_the_layers() -> None:
    """Each rule stands in one module, without the compiler around it."""
    body = block("y = x\ny = y * y + y")
    assert [rule for rule, _ in grammar.normal(body, {"x", "y"})] == [
        "more than one operation (not in A-normal form)"
    ]
    assert list(stacks.problems((), (), frozenset({"x_saved"}))) == []
    derivative = flow.Derivative(frozenset({"x"}), frozenset())
    assert list(derivative.problems(block("y = x"), ())) == []
