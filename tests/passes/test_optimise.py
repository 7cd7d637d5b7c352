"""Optimising changes how code reads and how fast it runs, never what it does.

Each row is a block; every pass takes it, and the result is run beside the original: the returned
values to the bit, the exception, the calls with an effect in their order, the arguments
afterwards.  Names that the user gave stay bound.  The rows are the cases where a pass must hold
back: aliases, exceptions, order of evaluation, saves, loops that run zero times.

In the rows `x`, `y_given` are arrays, `w` a float, `n` an int; `note(k)` is a call with an effect;
names with `t` or `_bar` are generated, `u` and `v` are the user's.  A cotangent is a value until
`protect` has run: `b_bar = a_bar; b_bar += x` leaves `a_bar` as it was.
"""

from __future__ import annotations

import copy
import re
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.analysis.infer import Inference
from srcad.analysis.program import Program
from srcad.analysis.session import Session
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, FLOAT, INT, Array, Symbols, Type
from srcad.optimise.certain import Judge
from srcad.optimise.copies import fold_copies, simplify
from srcad.optimise.dead_code import drop_dead_code
from srcad.optimise.gather import Gatherer
from srcad.optimise.minus import Signs
from srcad.optimise.nest import nest
from srcad.optimise.overwrite import overwrite
from srcad.optimise.own import protect
from srcad.optimise.pack import pack
from srcad.optimise.remake import Remaker
from srcad.optimise.represent import represent
from srcad.optimise.reuse import reuse
from srcad.optimise.spreads import place_spreads
from srcad.optimise.tidy import tidier
from srcad.optimise.total import Total
from srcad.optimise.typing import typer
from srcad.optimise.vanish import vanish
from srcad.runtime import cotangents
from tests.passes.reading import block, expr, live, text

VECTOR = Array("float64", ("x.0",))
PARAMS = frozenset({"x", "w", "n", "y_given", "note"})
KINDS: dict[str, Type] = {
    "x": VECTOR, "y_given": VECTOR, "w": FLOAT, "n": INT, "note": ANY, "x_bar": VECTOR,
    "a_bar": VECTOR, "b_bar": VECTOR, "w_bar": FLOAT, "s_bar": FLOAT, "s": FLOAT,
}  # fmt: skip

ROWS = {
    "a copy": "t = x\nreturn t * w",
    "a copy of what is written later": "t = w\nw = w * 2\nreturn t, w",
    "a copy of what is added into": "u = 1.0\nt = u\nu += w\nreturn t, u",
    "a copy of a buffer": "t_bar = x * 1\na_bar = t_bar\na_bar[0] += w\nreturn a_bar, t_bar",
    "a buffer that becomes another": "t_bar = x * 1\na_bar = np.array(t_bar)\na_bar[0] += w\n"
    "return a_bar, t_bar",
    "a copy in one arm": "t = w\nif n > 1:\n    t = 2.0\nreturn t",
    "a copy from the iteration before": "t = 0.0\nu = 0.0\nfor i in range(n):\n    u = u + t\n"
    "    t = w\nreturn u",
    "a copy that a loop may not make": "t = 1.0\nfor i in range(n - 5):\n    t = w\nreturn t",
    "swapped": "u = w\nv = 2.0\nt = u\nu = v\nv = t\nreturn u, v",
    "a constant": "t = 2\nu = t * w\nreturn u",
    "a number shown as an exponent": "t = -2.0\nu = w ** t\nreturn u",
    "one effect": "note(1)\nreturn w",
    "an effect nobody reads": "t = note(1)\nreturn w",
    "two effects in order": "t = note(1)\nu = note(2)\nreturn u - t",
    "effects on both sides": "t = note(1)\nreturn note(2) - t",
    "an effect in an argument": "t = note(1)\nt_2 = note(2)\nreturn (t_2, t)",
    "an effect past a write": "t = x[0]\nx[0] = note(1)\nreturn t",
    "an effect in a branch": "if n > 1:\n    t = note(1)\nelse:\n    t = note(2)\nreturn t",
    "an effect in a loop": "for i in range(n):\n    t = note(i)\nreturn w",
    "an effect before a loop": "t = note(1)\nfor i in range(n):\n    u = note(i) + t\nreturn u",
    "an effect in a test": "t = note(1)\nif t > 5:\n    u = 1.0\nelse:\n    u = 2.0\nreturn u",
    "an effect in a while": "t = note(1)\ni = 0\nwhile i < t + n:\n    i = i + 1\nreturn i",
    "an effect before an exception": "t = note(1)\nu = x[n + 9]\nreturn u + t",
    "in a try": "try:\n    t = x[n + 9]\n    u = t * 2\nexcept IndexError:\n    u = 0.0\nreturn u",
    "a try that binds before it raises": "u = 0.0\ntry:\n    u = 1.0\n    t = x[n + 9]\n"
    "except IndexError:\n    note(1)\nreturn u",
    "a list that grows": "t = [w]\nu = t\nu.append(2.0)\nreturn t, u",
    "an item before the list grows": "u = [w]\nt = len(u)\nu.append(2.0)\nreturn t",
    "an element that is written later": "u = [w]\nt = u[0]\nu[0] = 5.0\nreturn t",
    "a view that is written later": "u = x * 1\nt = u[1:]\nu[1] = 9.0\nreturn t * 1",
    "a slice read before a write": "u = x * 1\nt = u[1:] * 2\nu[1] += 9.0\nreturn t",
    "the user's names": "u = w * 2\nv = u\nreturn v",
    "read twice": "t = w * 2\nreturn t + t",
    "a definition moves past a write": "t = w * 2\nw = 3.0\nreturn t + w",
    "a definition moves into a loop": "t = w * 2\nu = 0.0\nfor i in range(n):\n    w = w + 1\n"
    "    u = u + t\nreturn u",
    "left with a break": "u = 0.0\nfor i in range(9):\n    t = w * i\n    if i > n:\n"
    "        break\n    else:\n        u = t\nreturn u",
    "a loop variable afterwards": "i = 7\nfor i in range(n):\n    t = i\nreturn i",
    "pushed and popped": "x_saved = []\nfor i in range(n):\n    x_saved.append(w)\n    w = w * 2\n"
    "# backward\nw_bar = 1.0\nfor i in reversed(range(n)):\n    w = x_saved.pop()\n"
    "    w_bar = w_bar * 2 + w\nreturn w_bar",
    "pushed twice an iteration": "x_saved = []\nfor i in range(n):\n    x_saved.append(w)\n"
    "    w = w * 2\n    x_saved.append(w)\n    w = w + 1\n# backward\nw_bar = 1.0\n"
    "for i in reversed(range(n)):\n    w = x_saved.pop()\n    w_bar = w_bar + w\n"
    "    w = x_saved.pop()\n    w_bar = w_bar * w\nreturn w_bar",
    "pops that only keep the order": "x_saved = []\nfor i in range(n):\n    x_saved.append(i)\n"
    "    if i > 0:\n        x_saved.append(w)\n# backward\nw_bar = 0.0\n"
    "for i in reversed(range(n)):\n    if i > 0:\n        t = x_saved.pop()\n"
    "    k = x_saved.pop()\n    w_bar += k\nreturn w_bar",
    "two lists, a nested loop": "x_saved = []\nt_saved = []\nfor i in range(n):\n"
    "    for j in range(i):\n        x_saved.append(w)\n        t = w * j\n"
    "        t_saved.append(t)\n        w = w + t\n# backward\nw_bar = 1.0\n"
    "for i in reversed(range(n)):\n    for j in reversed(range(i)):\n        w = x_saved.pop()\n"
    "        t = t_saved.pop()\n        w_bar = w_bar * (1 + t) + w\nreturn w_bar",
    "a spread": "s = np.sum(x)\n# backward\na_bar = np.full_like(x, w)\nb_bar = a_bar * x\n"
    "return b_bar",
    "a spread that is added into": "s = np.sum(x)\n# backward\na_bar = np.full_like(x, w)\n"
    "a_bar[0] += 1.0\nreturn a_bar * x",
    "a spread handed out": "s = 1.0\n# backward\na_bar = np.full_like(x, w)\nreturn a_bar",
    "a spread of what changes": "s = 1.0\n# backward\na_bar = np.full_like(x, w)\nw = 5.0\n"
    "return a_bar * x, w",
    "a negative spread": "s = 1.0\n# backward\na_bar = -np.full(x.shape, w)\nb_bar = x * 1\n"
    "b_bar += a_bar\nreturn b_bar",
    "a negative spread like": "s = 1.0\n# backward\na_bar = -np.full_like(x, w)\nreturn a_bar * x",
    "sums": "s = 1.0\n# backward\na_bar = x * w\na_bar += x\na_bar -= x * 2\nreturn a_bar",
    "a sum read halfway": "s = 1.0\n# backward\na_bar = x * w\nb_bar = a_bar\na_bar = a_bar + x\n"
    "return a_bar, b_bar",
    "a sum over another name": "s = 1.0\n# backward\na_bar = x * 1\nb_bar = a_bar\nb_bar += x\n"
    "return a_bar, b_bar",
    "a sum whose term changes": "s = 1.0\n# backward\nb_bar = x * 1\na_bar = x * w\nb_bar += x\n"
    "a_bar += b_bar\nb_bar += x\nreturn a_bar, b_bar",
    "elements added twice": "s = 1.0\n# backward\na_bar = np.zeros_like(x)\na_bar[0] += w\n"
    "a_bar[n - 2] += 2.0\na_bar[1:] += x[1:]\na_bar[:-1] -= x[1:]\nreturn a_bar",
    "a number that is an array": "s = 1.0\n# backward\nw_bar = np.sum(x)\nw_bar += w\n"
    "w_bar -= 1\nreturn w_bar",
    "a value computed before a write": "u = w * 2\n# backward\nw_bar = u\nw = 4.0\nw_bar += w\n"
    "return w_bar",
    "a quotient": "t = w / (w + 1)\nu = t * 2\n# backward\nw_bar = 1 / (w + 1)\nw_bar += t\n"
    "return w_bar, u",
    "a minus": "s = 1.0\n# backward\nt = -w\na_bar = x * 1\na_bar += t * x\na_bar -= t * y_given\n"
    "return a_bar",
    "a minus of a view": "s = 1.0\n# backward\na_bar = x * 1\nt_bar = -a_bar[1:]\n"
    "a_bar[1:] -= t_bar * 0.5\na_bar[:-1] += t_bar\nreturn a_bar",
    "a minus that stays": "s = 1.0\n# backward\nt = -w\na_bar = x * t\nreturn a_bar, t",
    "a minus in a sum": "s = 1.0\n# backward\nt = -(w * 2)\na_bar = x * 1\na_bar += t * x - w * x\n"
    "return a_bar",
    "zeros that are filled": "s = 1.0\n# backward\na_bar = x * 1\nt = a_bar[0]\na_bar[0] = 0.0\n"
    "a_bar[1] += t * w\na_bar[0] += t\nreturn a_bar",
    "zeros that are read": "s = 1.0\n# backward\na_bar = x * 1\nt = a_bar[n - 3]\n"
    "a_bar[n - 3] = 0.0\na_bar[1] += a_bar[0] * w\na_bar[n - 3] += t\nreturn a_bar",
    "zeros behind a change": "s = 1.0\n# backward\na_bar = x * 1\nt = a_bar[0]\na_bar[0] = 0.0\n"
    "a_bar[n - 3] += 1.0\na_bar[0] += t\nreturn a_bar",
    "a shape after a write": "u = x\nu = u[1:]\n# backward\na_bar = np.zeros_like(x)\n"
    "a_bar[1:] += np.zeros_like(u) + w\nreturn a_bar",
}  # fmt: skip


class Setting:
    """The passes as the pipeline makes them, for blocks over the names of the rows."""

    def __init__(self, source: str) -> None:
        body = block(source)
        session = Session(Program(), Symbols())
        unit = session.program.unit(live("def f(x, w, n, y_given, note):\n    return x"))
        facts = session.infer(unit, (VECTOR, FLOAT, INT, VECTOR, ANY))
        facts.types.update({n: KINDS.get(n, ANY) for n in ir.assigned(body)})
        generated = frozenset(n for n in ir.assigned(body) if re.search(r"^t(_\d)?$|_bar$", n))
        stacks = frozenset(n for n in ir.assigned(body) if n.endswith("_saved"))
        judge, type_of = Judge.of(facts), typer(Inference(session, facts))
        tidy, total = tidier(type_of), Total(judge.called, type_of)
        kind_of = lambda name: facts.types.get(name, ANY)
        names = iter(f"made_{k}" for k in range(99))
        self.passes: dict[str, Callable[[ir.Block], ir.Block]] = {
            "copies": lambda b: fold_copies(b, generated, PARAMS, total.size),
            "spreads": lambda b: place_spreads(b, generated, PARAMS, tidy),
            "dead code": lambda b: drop_dead_code(
                b, lambda s, of_user: judge.removable(s), stacks, lambda b: {}
            ),
            "nest": lambda b: nest(b, generated, judge.pure, tidy, total),
            "gather": Gatherer(judge.pure, tidy, type_of).backward,
            "represent": lambda b: represent(b, PARAMS, kind_of),
            "vanish": lambda b: vanish(b, type_of, judge.called),
            "remake": lambda b: Remaker(type_of, judge.called, total.size).backward(
                b, generated, PARAMS
            ),
            "reuse": lambda b: reuse(b, PARAMS),
            "overwrite": lambda b: overwrite(b, lambda e: type_of(e) == INT),
            "signs": Signs(generated, tidy, type_of).backward,
            "pack": lambda b: pack(b, stacks, lambda hint: next(names)),
            "protect": lambda b: protect(b, facts.types),
        }


PASSES = tuple(Setting("t = x").passes)


def observed(body: ir.Block) -> Any:
    """Everything that running a block shows."""
    calls: list[Any] = []

    def note(k: float) -> float:
        calls.append(k)
        return float(len(calls) + k)

    code = "def run(x, w, n, y_given, note):\n" + textwrap.indent(text(body), "    ")
    space = {**vars(cotangents), "np": np}
    exec(code, space)
    x, y = np.array([0.5, -1.5, 2.25]), np.array([1.0, 2.0, 3.0])
    try:
        found = copy.deepcopy(space["run"](x, 1.75, 3, y, note))
    except Exception as error:
        found = type(error)
    return found, calls, x, y


def same(a: Any, b: Any) -> bool:
    """Equal to rounding, in kind and shape (sums may be gathered in another order)."""
    if isinstance(a, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float | np.ndarray | np.generic):
        return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-14, atol=1e-14)
    return bool(a == b)


@pytest.mark.parametrize("name", PASSES)
@pytest.mark.parametrize("source", ROWS.values(), ids=ROWS)
def test_does_the_same(source: str, name: str) -> None:
    before, passes = block(source), Setting(source).passes
    after = passes[name](before)
    protect_ = passes["protect"]
    assert same(observed(protect_(after)), observed(protect_(before))), text(after)
    for kept in {"u", "v"} & ir.assigned(before):
        assert kept in ir.assigned(after) or name in ("dead code",), text(after)


@pytest.mark.parametrize("source", ROWS.values(), ids=ROWS)
def test_all_together_twice(source: str) -> None:
    before = after = block(source)
    setting = Setting(source)
    for name in (*PASSES, *PASSES):
        if name != "protect":
            after = setting.passes[name](after)
    protect_ = setting.passes["protect"]
    assert same(observed(protect_(after)), observed(protect_(before))), text(after)


def test_the_rows_are_not_left_alone_by_all() -> None:
    """Every pass changes some row, so that the rows above test something."""
    changed = {
        name
        for source in ROWS.values()
        for name in PASSES
        if Setting(source).passes[name](block(source)) != block(source)
    }
    assert changed >= {"copies", "spreads", "dead code", "nest", "gather", "pack", "protect"}


# ------------------------------------------------------------------ exceptions of the user's
RAISING = {
    "a division": "t = 1 / (w - w)\n    return w * 2",
    "an index": "t = x[n + 9]\n    return w * 2",
    "a key": "d = {'a': w}\n    t = d['b']\n    return w * 2",
    "shapes": "t = x + np.zeros(7)\n    return w * 2",
    "a logarithm": "t = math.log(w - w)\n    return w * 2",
    "a product of matrices": "t = np.ones((2, 3)) @ np.ones((2, 3))\n    return w * 2",
    "an unpacking": "a, b = x\n    return w * 2",
    "an int of a text": "t = int('w')\n    return w * 2",
    "an assertion": "assert w < 0, 'no'\n    return w * 2",
    "in an arm": "if n > 1:\n        t = x[n + 9]\n    return w * 2",
    "in a loop": "for i in range(n):\n        t = x[i + 1]\n    return w * 2",
    "in a helper": "def g(a):\n        return a[n + 9]\n    t = g(x)\n    return w * 2",
    "before an effect": "t = x[n + 9]\n    print('seen')\n    return w * t",
    "after an effect": "print('seen')\n    t = x[n + 9]\n    return w * t",
    "inside of an expression, before an effect": "def g(a):\n        print('seen')\n"
    "        return a\n    return x[n + 9] + g(w)",
}


@pytest.mark.parametrize("form", ["grad", "value_and_grad", "naive", "vjp"])
@pytest.mark.parametrize("body", RAISING.values(), ids=RAISING)
def test_an_exception_of_the_users_stays(
    body: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same exception, after the same effects, though nobody reads what raised it."""
    f = live(f"import math\nimport numpy as np\ndef f(x, w, n):\n    {body}\n")
    args = np.array([0.5, -1.5, 2.25]), 1.75, 3
    runs: dict[str, Callable[..., Any]] = {
        "grad": srcad.grad(f, wrt=1),
        "value_and_grad": srcad.value_and_grad(f, wrt=1),
        "naive": srcad.grad(f, wrt=1, naive=True),
        "vjp": lambda *a: srcad.vjp(f, *a),
    }
    with pytest.raises(Exception) as plain:  # noqa: PT011 - whichever it is
        f(*args)
    assert not isinstance(plain.value, srcad.errors.SrcadError)
    printed = capsys.readouterr().out
    with pytest.raises(Exception) as found:  # noqa: PT011
        runs[form](*args)
    assert type(found.value) is type(plain.value)
    assert capsys.readouterr().out == printed


# ------------------------------------------------------------------ expressions
SIMPLER = [
    ("1.0 * x", "x"), ("x * 1", "x"), ("-1 * x", "-x"), ("--x", "x"), ("2 * (3 * x)", "6 * x"),
    ("x + -w", "x - w"), ("x - -w", "x + w"), ("2 * x", "2 * x"), ("x + 0.0", "x + 0.0"),
    ("0.0 * x", "0.0 * x"), ("x * 1j", "x * 1j"), ("True * x", "True * x"), ("x ** 1", "x ** 1"),
    ("x / 1.0", "x / 1.0"), ("x * w * 2", "x * w * 2"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), SIMPLER)
def test_simplify(before: str, after: str) -> None:
    """`x + 0.0` is not x (-0.0), nor is `0.0 * x` zero (inf)."""
    assert simplify(expr(before)) == expr(after)
