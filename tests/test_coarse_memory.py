"""Where too much may hold too much, what calls make is one object: coarser, and right."""

from __future__ import annotations

import numpy as np
import pytest

import srcad
from srcad.analysis import passing, points
from srcad.errors import SrcadError
from tests import forward, protocol
from tests.corpus import mutable_containers, regressions_memory, shared_memory  # noqa: F401
from tests.corpus.registry import PROGRAMS

TOPICS = ("mutable_containers.", "regressions_memory.", "shared_memory.")
NAMES = sorted(n for n in PROGRAMS if n.startswith(TOPICS))[::4]


@pytest.mark.parametrize("name", NAMES)
def test_programs(name, monkeypatch) -> None:
    """As coarse as can be from the start: right or refused."""
    monkeypatch.setattr(points, "MOST_PAIRS", -1)
    monkeypatch.setattr(passing, "MOST", -1)
    for check in (protocol.check, forward.check):
        try:
            check(PROGRAMS[name])
        except SrcadError as refused:
            assert not isinstance(refused, srcad.errors.InternalError)  # noqa: PT017


def test_second_derivative_of_a_recursion_with_a_memo() -> None:
    """It took minutes until it was refused."""

    def f(x):
        memo = {}

        def fib(n):
            if n < 2:
                return x[n]
            if n not in memo:
                memo[n] = fib(n - 1) * fib(n - 2) + x[2]
            return memo[n]

        return fib(4)

    at = np.array([0.7, 1.3, 0.4])
    df, eps = srcad.grad(f), 1e-5
    columns = [(df(at + eps * e) - df(at - eps * e)) / (2 * eps) for e in np.eye(3)]
    np.testing.assert_allclose(srcad.hessian(f)(at), np.stack(columns, -1), rtol=1e-6, atol=1e-6)
