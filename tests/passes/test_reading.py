"""The texts of the tables are read as they are written."""

from __future__ import annotations

import pytest

from srcad.ir import nodes as ir
from tests.passes.reading import block, expr, text

TEXTS = [
    "x = a * b",
    "a, b = pair",
    "x_bar += y_bar * w",
    "x_bar[1:] -= y_bar",
    "x_saved.append(x)",
    "x = x_saved.pop()",
    "if a < b:\n    x = 1\nelse:\n    x = 2",
    "for k in reversed(range(n)):\n    x = xs[k]",
    "while True:\n    break",
    "np.add.at(x_bar, i, y_bar)",
    "table[k] = np.zeros_like(x)",
    'x = 1.0 if a and not b else {"w": w}',
]


@pytest.mark.parametrize("source", TEXTS)
def test_there_and_back(source: str) -> None:
    assert text(block(source)) == source


def test_what_is_a_reference() -> None:
    assert isinstance(expr("np.sin"), ir.Ref)
    assert isinstance(expr("finish"), ir.Ref)
    assert isinstance(expr("x.T"), ir.Attr)


def test_notes() -> None:
    assert block("x = 1\n# backward\ny = 2")[1] == ir.Note("backward")
