"""Check the rules of scipy.signal and scipy.fft: differences, both modes, second order."""

from __future__ import annotations

import numpy as np
import pytest

ss = pytest.importorskip("scipy.signal")
sf = pytest.importorskip("scipy.fft")

import srcad  # noqa: E402
from srcad.errors import NotDifferentiable  # noqa: E402
from srcad.rules import extras  # noqa: E402
from tests.rules.harness import check, check_signature, rules_of, sample  # noqa: E402
from tests.rules.orders import check_orders  # noqa: E402

extras.load()
R = np.random.default_rng(3)
MODES = ("full", "same", "valid")
NORMS = (None, "ortho", "forward")


def n(*shape):
    return R.normal(size=shape)


def z(*shape):
    return n(*shape) + 1j * n(*shape)


CONVOLUTIONS = [
    *(sample(f, a, b, mode=m) for f in (ss.convolve, ss.correlate, ss.fftconvolve, ss.oaconvolve)
      for a, b in ((n(5), n(3)), (n(3), n(4)), (n(4, 5), n(2, 3)), (z(4), z(2)), (n(4), z(2)))
      for m in MODES),
    *(sample(f, n(6), n(3), mode=m, method=k) for f in (ss.convolve, ss.correlate) for m in MODES
      for k in ("direct", "fft")),
    *(sample(f, n(2, 5), n(1, 3), mode=m, axes=a) for f in (ss.fftconvolve, ss.oaconvolve)
      for m in MODES for a in (1, [1], -1)),
    sample(ss.fftconvolve, n(1, 5), n(3, 3), axes=1),
    *(sample(f, a, b, mode=m, boundary=o).but(single=True) for f in (ss.convolve2d, ss.correlate2d)
      for a, b in ((n(4, 5), n(3, 2)), (n(4, 4), n(2, 4)), (z(3, 3), z(2, 2)))
      for m in MODES for o in ("fill", "wrap", "symm")),
    *(sample(f, n(4, 5), n(3, 2), mode=m, fillvalue=1.5) for f in (ss.convolve2d, ss.correlate2d)
      for m in MODES),
    *(sample(ss.lfilter, b, a, x, axis=k).but(single=False) for b, a in
      ((n(3), np.r_[2.0, 0.3 * n(2)]), (n(2), np.r_[1.5, 0.4, 0.1, -0.2]), (n(3), np.r_[2.0]))
      for x, k in ((n(7), -1), (n(3, 6), 1), (n(6, 2), 0))),
    sample(ss.lfilter, z(2), np.r_[2.0, 0.3j], z(5)).but(single=False),
    sample(ss.lfilter, n(5), np.r_[2.0, 0.3], n(3)).but(single=False),
    *(sample(ss.hilbert, n(m), N=k).but(single=False) for m in (5, 6) for k in (None, 4, 8)),
    sample(ss.hilbert, n(4, 3), axis=0).but(single=False),
    *(sample(ss.sosfilt, ss.butter(k, 0.3, output="sos").tolist(), x, axis=a).but(single=False)
      for k in (2, 3) for x, a in ((n(7), -1), (n(6, 2), 0))),
    *(sample(ss.savgol_filter, x, w, 2, deriv=d, delta=0.7, axis=a, mode=m).but(single=False)
      for x, a in ((n(7), -1), (n(6, 2), 0)) for w in (5, 3) for d in (0, 1)
      for m in ("interp", "nearest", "wrap")),
    sample(ss.savgol_filter, n(7), 5, 2, mode="constant", cval=1.5).but(single=False),
]  # fmt: skip
ONE = [
    *(sample(f, x, m, norm=o) for f in (sf.fft, sf.ifft) for x in (n(2, 5), z(2, 6))
      for m, o in ((None, None), (4, "ortho"), (8, "forward"))),
    *(sample(f, n(2, k), m, norm=o) for f in (sf.rfft, sf.ihfft) for k in (5, 6)
      for m, o in ((None, None), (4, "ortho"), (7, "forward"))),
    *(sample(f, z(2, k), m, norm=o) for f in (sf.irfft, sf.hfft) for k in (3, 4)
      for m, o in ((None, None), (4, "ortho"), (7, "forward"))),
]  # fmt: skip
SEVERAL = [
    *(sample(f, x, norm=o, **k) for f in (sf.fft2, sf.ifft2, sf.fftn, sf.ifftn)
      for x in (n(3, 4), z(2, 3, 4)) for o in NORMS for k in ({}, {"s": (4, 3)}, {"axes": (1, 0)})
      if not (np.ndim(x) == 3 and "s" in k and f in (sf.fftn, sf.ifftn))),
    *(sample(f, n(3, 4), norm=o, **k) for f in (sf.rfft2, sf.rfftn, sf.ihfft2, sf.ihfftn)
      for o in NORMS for k in ({}, {"s": (4, 3)}, {"axes": (1, 0)})),
    *(sample(f, z(3, 3), norm=o, **k) for f in (sf.irfft2, sf.irfftn, sf.hfft2, sf.hfftn)
      for o in NORMS for k in ({}, {"s": (4, 5)}, {"axes": (1, 0)})),
]  # fmt: skip
WAVES = [
    *(sample(f, n(2, 5), t, m, norm=o, orthogonalize=q) for f in (sf.dct, sf.idct, sf.dst, sf.idst)
      for t in (1, 2, 3, 4) for m, o, q in ((None, None, None), (4, "ortho", None), (7, None, True),
        (None, "forward", True), (4, "forward", None), (None, "ortho", False))),
    *(sample(f, z(5, 2), t, axis=0) for f in (sf.dct, sf.idct, sf.dst, sf.idst) for t in (1, 2)),
    *(sample(f, n(3, 4), t, norm=o, **k) for f in (sf.dctn, sf.idctn, sf.dstn, sf.idstn)
      for t in (1, 2, 3) for o, k in ((None, {}), ("ortho", {"s": (4, 3)}),
        ("forward", {"axes": 0}), (None, {"axes": (1, 0)}))),
]  # fmt: skip
SAMPLES = [
    *CONVOLUTIONS, *ONE, *SEVERAL, *WAVES,
    *(sample(f, n(2, 5), axes=a) for f in (sf.fftshift, sf.ifftshift) for a in (None, 1)),
    *(sample(f, k, 0.3) for f in (sf.fftfreq, sf.rfftfreq) for k in (4, 5)),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


ORDERS = [*{case.function: case for case in reversed(SAMPLES)}.values()]


@pytest.mark.parametrize("case", ORDERS, ids=lambda case: case.function.__name__)
def test_modes_and_orders(case):
    check_orders(case)


def test_every_rule_has_a_sample():
    tested = {case.function for case in SAMPLES}
    wanted = [*rules_of("srcad.rules.scipy.signal"), *rules_of("srcad.rules.scipy.fft")]
    assert {*wanted} <= tested


@pytest.mark.parametrize(
    "function",
    [*rules_of("srcad.rules.scipy.signal"), *rules_of("srcad.rules.scipy.fft")],
    ids=lambda f: f.__name__,
)
def test_signatures(function):
    check_signature(function)


def test_an_initial_state_is_refused():
    b, a = np.ones(2), np.array([1.0, 0.5])
    with pytest.raises(NotDifferentiable, match="zi"):
        srcad.grad(lambda x: np.sum(ss.lfilter(b, a, x, zi=np.zeros(1))[0]))(n(4))
