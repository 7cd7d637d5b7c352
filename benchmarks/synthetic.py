"""Long functions in files of their own, to time the compiler."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

_number = itertools.count()

STRAIGHT = (
    "a = a * b + 0.5",
    "b = np.sin(a) - 0.1 * b",
    "c = c + a * b",
    "a = a / (1.0 + c * c)",
)

REALISTIC = """\
    # block {k}
    centred = x - np.mean(x)
    spread = np.sqrt(np.sum(centred**2) / len(x) + 1e-3)
    x = centred / spread
    if np.max(x) > {k}.5:
        x = np.tanh(x)
    else:
        x = 0.9 * x + 0.1 * w
    energy = 0.0
    for i in range(3):
        y = np.maximum(x, 0.1 * x) * w + float(i)
        y = y[1:] - y[:-1] ** 2
        if i % 2 == 0:
            energy = energy + np.sum(y * y)
        else:
            energy = energy - 0.5 * np.sum(np.exp(-y * y))
    rows = np.outer(x, w) + np.eye(len(x))
    x = np.linalg.solve(rows, x)
    loss = loss + energy / (1.0 + np.abs(energy))
"""


def straight(statements: int) -> str:
    """A function of floats without control flow."""
    lines = [STRAIGHT[k % len(STRAIGHT)] for k in range(statements - 1)]
    return _function("a, b, c", [f"    {line}\n" for line in lines] + ["    return a + b + c\n"])


def realistic(lines: int) -> str:
    """A function of arrays with loops and branches, as a scientist writes it."""
    blocks = max(1, round(lines / len(REALISTIC.splitlines())))
    body = ["    loss = 0.0\n", *(REALISTIC.format(k=k) for k in range(blocks))]
    return _function("x, w", [*body, "    return loss\n"])


def _function(params: str, body: list[str]) -> str:
    return f"import numpy as np\n\n\ndef long({params}):\n{''.join(body)}"


def load(text: str, folder: str) -> Callable[..., Any]:
    """The function `long` of a new module that holds the text."""
    name = f"long_{next(_number)}"
    path = Path(folder, f"{name}.py")
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.long
