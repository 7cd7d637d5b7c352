"""Check the linear filters of scipy.ndimage: differences, both modes, second order."""

from __future__ import annotations

import numpy as np
import pytest

nd = pytest.importorskip("scipy.ndimage")

import srcad  # noqa: E402
from srcad.errors import MissingRule, UnsupportedSyntax  # noqa: E402
from srcad.rules import extras  # noqa: E402
from tests.rules.harness import check, check_signature, rules_of, sample  # noqa: E402
from tests.rules.orders import check_orders  # noqa: E402

extras.load()
R = np.random.default_rng(4)
MODES = ("reflect", "constant", "nearest", "mirror", "wrap")


def n(*shape):
    return R.normal(size=shape)


# places in an image of 5 x 4 pixels, and around it
INSIDE = np.array([[0.3, 1.6, 2.2, 3.7], [0.2, 1.3, 2.9, 1.1]])
BESIDE = np.array([[-0.7, 1.6, 6.2, -3.3], [0.2, 4.3, -1.6, 5.2]])

SAMPLES = [
    *(sample(f, n(4, 5), w, mode=m) for f in (nd.correlate, nd.convolve)
      for w in (n(3, 3), n(2, 3), n(3, 4)) for m in MODES),
    *(sample(f, n(6), n(k), mode="reflect", origin=o) for f in (nd.correlate, nd.convolve)
      for k, o in ((3, 1), (3, -1), (4, 1))),
    *(sample(f, n(4, 4), n(3, 3), mode="constant", cval=1.5) for f in (nd.correlate, nd.convolve)),
    *(sample(nd.correlate1d, n(4, 5), n(3), axis=a, mode=m) for a in (0, -1) for m in MODES),
    *(sample(nd.gaussian_filter1d, n(4, 5), 0.7, axis=a, order=o) for a in (0, 1) for o in (0, 1)),
    *(sample(nd.gaussian_filter, n(4, 5), s, mode=m).but(wrt=(0,)) for s in (0.7, (0.5, 0.9))
      for m in MODES),
    sample(nd.gaussian_filter, n(4, 5), 0.7, order=(1, 0), mode=("wrap", "nearest")).but(wrt=(0,)),
    *(sample(nd.convolve1d, n(4, 5), n(k), axis=a, mode=m) for a in (0, -1) for k in (3, 4)
      for m in MODES),
    sample(nd.convolve1d, n(6), n(3), origin=1),
    *(sample(nd.map_coordinates, n(5, 4), INSIDE, order=o, mode=m) for o in range(1, 6)
      for m in ("mirror", "reflect", "grid-wrap", "constant")),
    *(sample(nd.map_coordinates, n(5, 4), BESIDE, order=o, mode=m) for o in (1, 3)
      for m in ("mirror", "reflect", "grid-wrap")),
    *(sample(nd.map_coordinates, n(5, 4), BESIDE, order=1, mode=m, cval=0.3)
      for m in ("nearest", "constant")),
    *(sample(nd.map_coordinates, n(6), n(1, 2, 3) + 2.5, order=o, prefilter=False, mode="mirror")
      for o in (0, 3)),
    *(sample(nd.uniform_filter, n(4, 5), s, mode=m) for s in (3, (2, 3)) for m in MODES),
]  # fmt: skip
SAMPLES = [case.but(single=False) for case in SAMPLES]


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


@pytest.mark.parametrize("case", SAMPLES[::5], ids=str)
def test_modes_and_orders(case):
    check_orders(case)


def test_every_rule_has_a_sample():
    """Those of our own helpers are what second derivatives go through."""
    ruled = {f for f in rules_of("srcad.rules.scipy.ndimage") if f.__module__[:5] != "srcad"}
    assert ruled <= {case.function for case in SAMPLES}


@pytest.mark.parametrize(
    "function", rules_of("srcad.rules.scipy.ndimage"), ids=lambda f: f.__name__
)
def test_signatures(function):
    check_signature(function)


def test_what_interpolates_is_refused():
    with pytest.raises(MissingRule, match="rotate"):
        srcad.grad(lambda x: np.sum(nd.rotate(x, 30.0)))(n(3, 3))


def test_ways_of_extension_that_are_not_known_are_refused():
    with pytest.raises(UnsupportedSyntax, match="order 3 in the mode 'nearest'"):
        srcad.grad(lambda x: np.sum(nd.map_coordinates(x, [[0.5], [1.2]], mode="nearest")))(n(5, 5))
