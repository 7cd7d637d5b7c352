"""What is known of a result must hold for every number and length that is not known."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from srcad.analysis.witness import result_type
from srcad.ir.types import FLOAT, INT, Array, Lst, Scalar, Tup, is_unknown

TWO = Scalar(int, 2, known=True)
PAIR = Tup((FLOAT, FLOAT))
COLUMN = Array("float64", ("n",))
SOME = Lst(None, INT)


@pytest.mark.parametrize(
    ("function", "args", "known"),
    [
        (operator.mul, (PAIR, INT), False),
        (operator.mul, (INT, PAIR), False),
        (operator.mul, (PAIR, TWO), True),
        (operator.getitem, (PAIR, Scalar(slice)), False),
        (np.zeros, (SOME,), False),
        (np.zeros, (INT,), True),
        (np.array, (SOME,), True),
        (np.tensordot, (Array("float64", (3, 3)), Array("float64", (3, 3)), INT), False),
        (np.sum, (COLUMN,), True),
    ],
)
def test_rank_and_length(function, args, known):
    assert is_unknown(result_type(function, args)) is not known
