"""`explain`: which variables are active, what is saved and why, which rules and helpers."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

from srcad import errors, explain, grad


# fmt: off
def act(z: Any) -> Any:
    return np.tanh(z) * 2


def net(W: Any, x: Any, n: int) -> Any:
    """A docstring."""
    h = x
    for _ in range(n):
        h = act(W @ h)
    loss = np.sum(h ** 2)
    return loss


def circuit(x: float, y: float, z: float) -> float:
    q = x + y
    return q * z
class Particle:
    def __init__(self, x: float, v: float) -> None:
        self.x, self.v = x, v

    def step(self, k: float) -> None:
        self.v -= k * self.x
        self.x += self.v


def fall(x: float, k: float) -> float:
    p = Particle(x, 0.0)
    for _ in range(3):
        p.step(k)
    return p.x * p.v


def smooth(x: float, k: float) -> Any:
    xs = [x, x * k]
    state = {"a": k}
    xs[0] = xs[0] * xs[1]
    state["a"] *= x
    return sum(xs) * state["a"]
# fmt: on


CIRCUIT = """\
circuit (test_explain.py:28), differentiated in x, y, z
line  code          active  saved  rules and calls
  29  q = x + y     q       q      + (partials)
  30  return q * z                 * (partials)

saved  from line  because the backward part reads it
q             29  line 7: return z, z, q
z       argument  line 7: return z, z, q"""


def test_circuit_as_text() -> None:
    assert str(explain(circuit, 1.0, 2.0, 3.0, wrt=(0, 1, 2))) == CIRCUIT


def test_lines_of_a_network() -> None:
    report = explain(net, np.eye(5), np.ones(5), 3)
    first, second = report.functions
    assert (first.name, first.wrt, second.name, second.wrt) == ("net", ("W",), "act", ("z",))
    by_text = {line.text.strip(): line for line in first.lines}
    step = by_text["h = act(W @ h)"]
    assert step.active == ("h",)
    assert step.calls == ("act",)
    assert step.rules == ("@ (vjp)",)
    assert by_text["loss = np.sum(h ** 2)"].rules == ("** (partials)", "np.sum (linear)")
    assert '"""A docstring."""' not in by_text
    assert {s.name for s in first.saved} >= {"W", "h", "h_saved"}
    assert "call of act" in str(report)


def test_readers_are_lines_of_the_source() -> None:
    report = explain(net, np.eye(5), np.ones(5), 3)
    lines = report.source.splitlines()
    for value in (v for f in report.functions for v in f.saved):
        assert lines[value.reader - 1].strip().startswith(value.text)
        assert value.name in value.text


def test_takes_gradients_and_functions_without_source() -> None:
    assert explain(grad(circuit, wrt="z"), 1.0, 2.0, 3.0).functions[0].wrt == ("z",)
    assert "np.tanh (partials)" in str(explain(np.tanh, 1.0))


def test_nothing_saved() -> None:
    assert "nothing is saved" in str(explain(lambda x: 3.0 * x, 1.0))


def test_refusals_are_those_of_grad() -> None:
    with pytest.raises(errors.WrongArgument, match="wrt='q'"):
        explain(circuit, 1.0, 2.0, 3.0, wrt="q")
    with pytest.raises(errors.NotDifferentiable, match="the int 1"):
        explain(circuit, 1, 2.0, 3.0)


def test_report_is_frozen() -> None:
    report = explain(circuit, 1.0, 2.0, 3.0)
    with pytest.raises(FrozenInstanceError):
        report.source = ""  # type: ignore[misc]


def test_what_is_saved_of_containers_that_are_written() -> None:
    (report,) = explain(smooth, 1.5, 0.5, wrt=(0, 1)).functions
    what = {s.what: report.lines[s.line - report.line - 1].text for s in report.saved if s.line}
    assert what["the number put into xs"].startswith("xs = [")
    assert what["the number put into xs[0]"].startswith("xs[0] =")
    assert what["the number put into state['a']"].startswith('state["a"] *=')
    assert what["xs as it was"].startswith("return sum(xs)")
    assert "what it is" in str(report)


def test_methods_in_place_of_their_calls() -> None:
    first, second = explain(fall, 1.5, 0.5, wrt=(0, 1)).functions
    assert (first.name, second.name, second.within) == ("fall", "step", "fall")
    assert [line.calls for line in first.lines if line.calls] == [("step",)]
    by_text = {line.text.strip(): line for line in second.lines}
    assert by_text["self.x += self.v"].active == ("p_x",)
    assert "- (partials)" in by_text["self.v -= k * self.x"].rules
    assert "step (test_explain.py:" in str(second) and "in place of its calls in fall" in str(
        second
    )
