"""The protocol for tangents: `jvp` beside central differences and beside `vjp`.

The value and the state are those of the plain call; the tangent is that of the value along random
directions; and <y_bar, J x_dot> = <J^T y_bar, x_dot>, to rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests import protocol
from tests.corpus.registry import Program
from tests.protocol import Case, inner, leaves, need, random_like


def check(program: Program) -> None:
    """Every set of arguments; raises Wrong, or what srcad raises."""
    for case in protocol.cases(program):
        if case.exception is None:
            check_tangent(case)


def check_tangent(case: Case, naive: bool = False, beside_vjp: bool = True) -> None:
    """One set of arguments."""
    import srcad

    function, args = protocol._bound(case.program), case.args
    rng = np.random.default_rng(21)
    moved = [random_like(case.args[i], rng) for i in case.wrt]
    dots: list[Any] = [None] * len(args)
    for i, t in zip(case.wrt, moved, strict=True):
        dots[i] = t
    out, out_dot = protocol._as_the_plain_call(
        case, lambda: srcad.jvp(function, args, tuple(dots), naive=naive), args
    )
    need(
        [p for p, _ in leaves(out_dot)] == [p for p, _ in leaves(out)],
        f"jvp: the tangent has the leaves {[p for p, _ in leaves(out_dot)]}",
    )
    cotangent = random_like(out, np.random.default_rng(5))
    found = _pairing(cotangent, out_dot)
    direction = [protocol.in_double(t) for t in moved]
    truth = protocol.derivative(case.phi(cotangent), case.point(), direction)
    allowed = (protocol.SINGLE if case.single else protocol.RELATIVE) * max(1.0, abs(truth.value))
    if truth.smooth:
        need(
            abs(found - truth.value) <= allowed + 10 * truth.error,
            f"jvp: {found!r}, central differences {truth.value!r} (+- {truth.error:.1e}), "
            f"along {direction}; the tangent is {out_dot}",
        )
    if beside_vjp:
        _, pullback = srcad.vjp(function, *case.args)
        bars = pullback(cotangent)
        back = inner([bars[i] for i in case.wrt], direction)
        close = 1e-4 if case.single or _single(out) else 1e-6
        allowed = close * max(1.0, abs(back), abs(found))
        need(abs(found - back) <= allowed, f"jvp: {found!r}, vjp: {back!r}")


def _single(out: Any) -> bool:
    return any(np.asarray(v).dtype == np.float32 for _, v in leaves(out))


def _pairing(cotangent: Any, tangent: Any) -> float:
    pairs = zip(leaves(cotangent), leaves(tangent), strict=True)
    return float(sum(np.sum(np.asarray(a) * np.asarray(b)) for (_, a), (_, b) in pairs))
