"""Copies of what a reversal reads share memory as the arrays do: cotangents are found by it."""

from __future__ import annotations

import types

import numpy as np
import pytest

from srcad.runtime.snapshots import Held
from srcad.runtime.writes import Together, copied

A = np.arange(6.0).reshape(2, 3)
WHOLE = np.asfortranarray(np.arange(6.0).reshape(2, 3))
ROW = np.arange(6.0).reshape(2, 3)[1]


@pytest.mark.parametrize(
    "saved",
    [
        [ROW, (ROW,)],
        [ROW, Held({"row": ROW})],
        [WHOLE, WHOLE[:]],
        [WHOLE[:], WHOLE],
        [WHOLE[:], WHOLE[:, 1:], WHOLE],
        [A[0], A[:, 1], {"a": A}],
        [A.T, A[1], A[1]],
    ],
)
def test_memory_is_shared_as_before(saved: list[object]) -> None:
    before, after = list(arrays(saved)), list(arrays(copied(saved)))
    for k, old in enumerate(before):
        assert after[k] is not old
        np.testing.assert_array_equal(after[k], old)
        assert not np.shares_memory(after[k], old)
        for j, other in enumerate(before):
            assert np.shares_memory(after[k], after[j]) == np.shares_memory(old, other)


def test_modules_are_not_looked_into() -> None:
    together = Together()
    together.look([A, np, types, {"np": np}])
    assert len(together.looked) < 6


def arrays(value: object):
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Held):
        yield from arrays(value.parts)
    elif isinstance(value, dict):
        yield from arrays(list(value.values()))
    else:
        for item in value:  # type: ignore[attr-defined]
            yield from arrays(item)
