"""Check the rule of np.pad against numbers, in every mode."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import srcad.rules.padding  # noqa: F401
from srcad.errors import UnsupportedSyntax
from tests.rules.harness import check, check_signature, cotangent, sample, special

R = np.random.default_rng(4)
V, M, T = R.normal(size=5), R.normal(size=(3, 4)), R.normal(size=(2, 3, 4))
Z = M + 1j * R.normal(size=M.shape)
E, P = np.zeros((0, 3)), np.array(0.7)
MODES = ("edge", "reflect", "symmetric", "wrap", "linear_ramp", "mean", "maximum", "minimum",
         "median")  # fmt: skip

SAMPLES = [
    sample(np.pad, V, 2),
    sample(np.pad, M, ((1, 2), (0, 3)), constant_values=7.0).but(wrt=(0,)),
    sample(np.pad, M, (1, 2), mode="constant"),
    sample(np.pad, M, {0: 1, -1: (0, 2)}),
    *(
        sample(np.pad, M, ((1, 2), (2, 7)), mode=mode)
        for mode in ("edge", "reflect", "symmetric", "wrap", "linear_ramp", "mean")
    ),
    sample(np.pad, M, 2, mode="reflect", reflect_type="odd").but(wrt=(0,)),
    sample(np.pad, M, 2, mode="symmetric", reflect_type="odd").but(wrt=(0,)),
    sample(np.pad, M, 2, mode="linear_ramp", end_values=3.0).but(wrt=(0,)),
    sample(np.pad, M, 2, mode="mean", stat_length=2).but(wrt=(0,)),
    sample(np.pad, M, 2, mode="mean", stat_length=((1, 2), (3, 1))).but(wrt=(0,)),
    sample(np.pad, T, ((0, 0), (0, 0), (1, 1)), mode="edge"),
    sample(np.pad, P, 0),
    sample(np.pad, E, ((1, 1), (0, 1))),
    *(sample(np.pad, x, 2, mode=mode) for x in (V, M, T) for mode in MODES),
    *(sample(np.pad, M, ((1, 2), (2, 7)), mode=mode) for mode in MODES[-3:]),
    *(sample(np.pad, T, ((1, 0), (0, 2), (3, 1)), mode=mode, stat_length=((1, 2), (3, 2), (2, 9)))
      for mode in MODES[-4:]),
    *(sample(np.pad, Z, 1, mode=mode) for mode in MODES[:6]),
    sample(np.pad, M, 2, constant_values=1.5),
    sample(np.pad, M, ((1, 2), (0, 3)), constant_values=(1.5, 0.5)),
    sample(np.pad, M, 1, constant_values=((1.5, 0.5), (0.1, 0.2))),
    sample(np.pad, M, 1, constant_values=np.array([[1.5], [0.5]])),
    sample(np.pad, T, (1, 2), constant_values=np.array([1.5])),
    sample(np.pad, M, 2, mode="linear_ramp", end_values=1.5),
    sample(np.pad, M, ((1, 2), (0, 3)), "linear_ramp", end_values=((1.5, 0.5), (0.1, 0.2))),
    sample(np.pad, V, (0, 3), "linear_ramp", end_values=(1.0, 2.0)),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_signature():
    check_signature(np.pad)


def test_margins_share_at_ties():
    found = special(np.pad, np.array([2.0, 1.0, 2.0]), (1, 0), mode="maximum")
    np.testing.assert_array_equal(found, [1.5, 1.0, 1.5])


def test_a_function_as_mode_is_refused():
    def mode(vector, width, axis, options):
        vector[: width[0]] = 0

    with pytest.raises(UnsupportedSyntax, match="concatenate"):
        cotangent(sample(np.pad, V, 1, mode=mode), 0, np.ones(7), np.ones(7))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_padding_drawn_at_random(data):
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    width = st.tuples(st.integers(0, 3), st.integers(0, 3))
    widths = [data.draw(width) for _ in shape]
    mode = data.draw(st.sampled_from(("constant", *MODES)))
    case = sample(np.pad, R.normal(size=shape), widths, mode=mode)
    check(case.but(wrt=(0,), single=False))
