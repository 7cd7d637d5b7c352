"""What is measured: one function a case, each returns rows."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import tempfile
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

import srcad
from benchmarks import in_place as in_place_programs
from benchmarks import programs, synthetic
from benchmarks.second_order import cases as second_order_cases
from benchmarks.timing import Row, medians, once

try:
    import autograd
    import autograd.numpy as autograd_numpy
except ImportError:  # a peer: shown when it is there
    autograd = None

PLAIN, ARGS, WRT = programs.plain(), programs.arguments(), programs.WRT


# ------------------------------------------------------------------ helpers
def generated_body(df: Callable[..., Any], args: tuple) -> Callable[..., Any]:
    """The generated function alone, without the call's signature check."""
    text = srcad.source(df, *args)
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    scope = dict(inspect.unwrap(df).__globals__)
    exec(compile(text, "<generated body>", "exec"), scope)
    return scope[names[-1]]


def same(got: tuple, want: tuple) -> None:
    """A wrong gradient is not timed."""
    for g, w in zip(got, want, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-9, atol=1e-12 * (1.0 + np.max(np.abs(w))))


def against_hand(name: str) -> dict[str, float]:
    """Seconds of the primal, the warm call of srcad's gradient, the gradient by hand."""
    args, hand = ARGS[name], programs.BY_HAND[name]
    df = srcad.grad(PLAIN[name], wrt=WRT[name])
    same(df(*args), hand(*args))
    runners = {"primal": (PLAIN[name], args), "srcad": (df, args), "hand": (hand, args)}
    if autograd:
        peer = programs.plain(autograd_numpy)[name]
        runners["autograd"] = (autograd.grad(peer, WRT[name]), args)
    return medians(runners)


def peers(case: str, times: dict[str, float]) -> list[Row]:
    """What autograd needs for the same, when it is installed."""
    if "autograd" not in times:
        return []
    return [Row(case, "autograd / srcad", times["autograd"] / times["srcad"], "x")]


# ------------------------------------------------------------------ the cases
def circuit() -> list[Row]:
    """(x + y) * z on floats."""
    args, f = ARGS["circuit"], PLAIN["circuit"]
    df = srcad.value_and_grad(f, wrt=WRT["circuit"])
    hand = programs.circuit_value_and_grad
    value, bars = df(*args)
    same((value, *bars), (hand(*args)[0], *hand(*args)[1]))
    body = generated_body(df, args)
    runners = {"body": (body, args), "hand": (hand, args), "srcad": (df, args)}
    if autograd:
        runners["autograd"] = (autograd.value_and_grad(f, WRT["circuit"]), args)
    times = medians(runners)
    case = "a  (x + y) * z, floats"
    return [
        Row(case, "generated body / by hand", times["body"] / times["hand"], "x", 1.3),
        Row(case, "warm value_and_grad", times["srcad"] * 1e6, "us", 2.0),
        Row(case, "by hand", times["hand"] * 1e6, "us"),
        *peers(case, times),
    ]


def network() -> list[Row]:
    """The two-layer network, batch 64."""
    times = against_hand("network")
    case = "b  network 64x784-256-10"
    return [
        Row(case, "gradient / by hand", times["srcad"] / times["hand"], "x", 1.1),
        Row(case, "gradient / primal", times["srcad"] / times["primal"], "x"),
        Row(case, "gradient", times["srcad"] * 1e3, "ms"),
        *peers(case, times),
    ]


def logistic() -> list[Row]:
    """A scalar loop of a thousand steps."""
    times = against_hand("logistic")
    case = "c  logistic, 1000 steps"
    return [
        Row(case, "gradient / primal", times["srcad"] / times["primal"], "x", 5.0),
        Row(case, "by hand / primal", times["hand"] / times["primal"], "x"),
        Row(case, "gradient", times["srcad"] * 1e6, "us"),
        *peers(case, times),
    ]


def rosenbrock() -> list[Row]:
    """Slices of one array, n = 1000."""
    times = against_hand("rosenbrock")
    case = "d  Rosenbrock, n = 1000"
    return [
        Row(case, "gradient / by hand", times["srcad"] / times["hand"], "x", 1.5),
        Row(case, "gradient / primal", times["srcad"] / times["primal"], "x"),
        Row(case, "gradient", times["srcad"] * 1e6, "us"),
        *peers(case, times),
    ]


def generation() -> list[Row]:
    """The first call: parse, analyse, generate, compile, run."""
    floats = (0.3, 0.2, 0.1)
    arrays = (np.linspace(0.1, 1.0, 10), np.linspace(1.0, 2.0, 10))
    case = "e  generation"
    rows = [Row(case, "first call in a new process", _first_call_ms(), "ms", 50.0)]
    for what, text, args, wrt in (
        ("straight line, 100 statements", synthetic.straight(100), floats, (0, 1, 2)),
        ("straight line, 2000 statements", synthetic.straight(2000), floats, (0, 1, 2)),
        ("loops and branches, 100 lines", synthetic.realistic(100), arrays, (0, 1)),
        ("loops and branches, 400 lines", synthetic.realistic(400), arrays, (0, 1)),
    ):
        per_line = _generate_s(text, args, wrt) / (len(text.splitlines()) - 3)
        rows.append(Row(case, f"{what}: per 100 lines", per_line * 1e5, "ms", 50.0))
    return rows


def _generate_s(text: str, args: tuple, wrt: tuple[int, ...]) -> float:
    """Seconds of the first call less those of the second; each time of a new function."""
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(5):
            df = srcad.grad(synthetic.load(text, folder), wrt=wrt)
            first, second = once(df, args), once(df, args)
            spent.append(first - second)
    return median(spent)


FIRST_CALL = """\
import time
import srcad
from benchmarks.programs import plain
f = plain()["circuit"]
began = time.process_time()
srcad.value_and_grad(f, wrt=(0, 1, 2))(1.3, -0.4, 2.2)
print(time.process_time() - began)
"""


def _first_call_ms() -> float:
    """The very first gradient after `import srcad`, of the circuit."""
    command = [sys.executable, "-c", FIRST_CALL]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(5)]
    return 1e3 * median(float(run.stdout) for run in runs)


def in_place(letter: str) -> list[Row]:
    """Programs that write step by step."""
    rows = []
    for case in in_place_programs.cases():
        if not case.about.startswith(letter):
            continue
        df = srcad.grad(case.program, wrt=case.wrt)
        same(df(*case.args), case.by_hand(*case.args))
        runners = {"primal": case.program, "srcad": df, "hand": case.by_hand}
        times = medians({name: (f, case.args) for name, f in runners.items()})
        rows += [
            Row(
                case.about, "gradient / primal", times["srcad"] / times["primal"], "x", case.target
            ),
            Row(case.about, "by hand / primal", times["hand"] / times["primal"], "x"),
        ]
    return rows


def second_order() -> list[Row]:
    """Tangents beside the primal, and products with the Hessian beside the gradient."""
    rows = []
    for case in second_order_cases():
        df, product = srcad.grad(case.f), srcad.hvp(case.f)
        rest = case.args[1:]
        dots = (case.v, *(None for _ in rest))
        step = 1e-6
        ahead, behind = (df(case.args[0] + s * step * case.v, *rest) for s in (1, -1))
        np.testing.assert_allclose(
            product(*case.args, case.v), (ahead - behind) / (2 * step), rtol=1e-4, atol=1e-4
        )
        times = medians({
            "primal": (case.f, case.args),
            "gradient": (df, case.args),
            "jvp": (srcad.jvp, (case.f, case.args, dots)),
            "hvp": (product, (*case.args, case.v)),
        })  # fmt: skip
        rows += [
            Row(case.about, "jvp / primal", times["jvp"] / times["primal"], "x"),
            Row(case.about, "hvp / gradient", times["hvp"] / times["gradient"], "x", 4.0),
        ]
    return rows


CASES: dict[str, Callable[[], list[Row]]] = {
    "a": circuit,
    "b": network,
    "c": logistic,
    "d": rosenbrock,
    "e": generation,
    "f": lambda: in_place("f"),  # arrays
    "g": lambda: in_place("g"),  # element by element
    "h": lambda: in_place("h"),  # lists
    "i": lambda: in_place("i"),  # objects
    "j": second_order,
}
