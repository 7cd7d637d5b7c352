"""Random programs with gates: the derivatives of the same programs with the plain functions.

Every form of a gate, among writes in place, loops and branches; two gates return memory of their
argument, which forward mode may refuse.
"""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import errors

HEAD = """
import numpy as np
import srcad


def p_sig(x): return 1 / (1 + np.exp(-x))
def p_id(x): return x
def p_view(x): return x[::-1]
def p_mul(x, w): return x * w
def p_sq(x, w): return x * x * w
def p_half(x, w): return 0.5 * w
def p_two(x, w): return x * w, x + w


g_sig = srcad.custom_vjp(lambda y_bar, y, x: y_bar * y * (1 - y))(p_sig)
g_view = srcad.custom_vjp(lambda y_bar, y, x: y_bar[::-1])(p_view)
g_id = srcad.custom_vjp(p_id)
g_id.defvjp(lambda x: (x, None), lambda saved, bar: (bar,))


@srcad.custom_vjp
class g_mul:
    def forward(self, x, w):
        self.x, self.w = x, w
        return x * w

    def backward(self, d): return d * self.w, d * self.x


g_sq = srcad.custom_jvp(p_sq)


@g_sq.defjvp
def g_sq_rule(p, t): return p_sq(*p), 2 * p[0] * p[1] * t[0] + p[0] * p[0] * t[1]


g_half = srcad.custom_jvp(None, lambda w_dot, y, x, w: 0.5 * w_dot)(p_half)
g_two = srcad.custom_vjp(p_two)
g_two.defvjp(
    lambda x, w: (g_two(x, w), (x, w)),
    lambda s, b: (b[0] * s[1] + b[1], b[0] * s[0] + b[1]),
)
"""


def statements(rng: random.Random, depth: int, count: int) -> list[str]:
    lines: list[str] = []
    for _ in range(count):
        v, u, w, z = (rng.choice("abcd") for _ in range(4))
        i = rng.randrange(3)
        simple = [
            f"{v} = P_{rng.choice(('sig', 'id', 'view'))}({u})",
            f"{v} = P_{rng.choice(('mul', 'sq', 'half'))}({u}, {w})",
            f"{v}, {z} = P_two({u}, {w})",
            f"{v}[{i}] = {u}[{(i + 1) % 3}] * {w}[{i}]",
            f"{v} = {v}.copy()",
            f"{v} += 0.3 * {u}",
            f"{v} = np.tanh({u} * 0.7 + {w} * 0.2)",
        ]
        kind = rng.randrange(len(simple) + 4)
        if kind < len(simple):
            lines.append(simple[kind])
        elif kind < len(simple) + 2:
            lines.append(simple[rng.randrange(2)])
        elif depth == 2:
            lines.append(f"{v} = np.sin({u})")
        else:
            head = f"for _ in range({rng.randrange(1, 4)}):"
            lines.append(head if kind % 2 else f"if np.sum({u}) > 0.5:")
            lines += ["    " + s for s in statements(rng, depth + 1, rng.randrange(1, 4))]
    return lines


def module(seed: int, folder: Path) -> Any:
    rng = random.Random(seed)
    lines = ["a = x * 1.0", "b = w * 1.0", "c = x + w", "d = x * w"]
    lines += statements(rng, 0, rng.randrange(5, 11))
    lines.append("return np.sum(a * b) + np.sum(c * np.cos(d))")
    text = HEAD
    for kind in ("p", "g"):
        text += f"\n\ndef {kind}(x, w):\n"
        text += "".join(f"    {line.replace('P_', kind + '_')}\n" for line in lines)
    path = folder / f"program_{seed}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("seed", range(20))
def test_same_derivatives(seed: int, tmp_path: Path) -> None:
    made = module(seed, tmp_path)
    rng = np.random.default_rng(seed)
    x, w = rng.uniform(0.2, 1.0, 3), rng.uniform(0.2, 1.0, 3)
    want = srcad.grad(made.p, wrt=(0, 1))(x, w)
    for naive in (False, True):
        value, got = srcad.value_and_grad(made.g, wrt=(0, 1), naive=naive)(x, w)
        assert value == made.p(x, w)
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
    dots = rng.uniform(-1, 1, 3), rng.uniform(-1, 1, 3)
    try:
        value, dot = srcad.jvp(made.g, (x, w), dots)
    except errors.UnsupportedMutation as refused:
        assert "returns memory of its argument" in str(refused)  # noqa: PT017
    else:
        assert value == made.p(x, w)
        np.testing.assert_allclose(dot, np.sum(np.multiply(want, dots)), rtol=1e-9, atol=1e-12)
