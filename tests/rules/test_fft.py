"""Check the rules of srcad.rules.fft against numbers: lengths, axes, norms, real and complex."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import srcad.rules.fft  # noqa: F401
from tests.rules.harness import check, check_signature, rules_of, sample

R = np.random.default_rng(8)
NORMS = (None, "backward", "ortho", "forward")
OF_COMPLEX = (np.fft.fft, np.fft.ifft, np.fft.irfft, np.fft.hfft)
OF_REAL = (np.fft.rfft, np.fft.ihfft)
MANY_OF_COMPLEX = (np.fft.fftn, np.fft.ifftn, np.fft.irfftn)
TWO_OF_COMPLEX = (np.fft.fft2, np.fft.ifft2, np.fft.irfft2)


def n(*shape):
    return R.normal(size=shape)


def z(*shape):
    return n(*shape) + 1j * n(*shape)


def one_axis(function, make):
    return [
        *(sample(function, make(length)) for length in (2, 3, 4, 5)),
        *(sample(function, make(3, 5), points) for points in (1, 2, 3, 4, 5, 6, 7)),
        *(sample(function, make(3, 4, 2), axis=k, norm=norm) for k in (0, -2) for norm in NORMS),
        sample(function, make(4, 3), n=5, axis=0, norm="ortho"),
        sample(function, make(0, 3)),
    ]  # fmt: skip


def two_axes(function, make):
    return [
        sample(function, make(3, 4)),
        sample(function, make(2, 3, 5)),
        *(sample(function, make(3, 4, 2), axes=axes) for axes in ((0, 1), (2, 0), (-1, 1))),
        *(sample(function, make(3, 4), (k, m)) for k, m in ((2, 3), (4, 5), (3, 6))),
        *(sample(function, make(3, 3), norm=norm) for norm in NORMS),
        sample(function, make(3, 4), s=(-1, 3)).but(single=False),
    ]


def many_axes(function, make):
    return [
        sample(function, make(4)),
        sample(function, make(2, 3, 4)),
        sample(function, make(2, 4, 3), axes=(1,)),
        sample(function, make(2, 4, 3), (3, 5), axes=(0, -1), norm="forward"),
        *(sample(function, make(3, 5, 2), axes=(2, 0), norm=norm) for norm in NORMS),
        sample(function, make(3, 4), s=(2, 5, 4), axes=(1, 0, 1)),
        sample(function, make(3, 4), axes=(0, 0)),
    ]


SAMPLES = [
    *(s for f in OF_COMPLEX for make in (n, z) for s in one_axis(f, make)),
    *(s for f in OF_REAL for s in one_axis(f, n)),
    *(s for f in TWO_OF_COMPLEX for make in (n, z) for s in two_axes(f, make)),
    *two_axes(np.fft.rfft2, n),
    *(s for f in MANY_OF_COMPLEX for make in (n, z) for s in many_axes(f, make)),
    *many_axes(np.fft.rfftn, n),
    *(sample(f, make(*shape), *axes) for f in (np.fft.fftshift, np.fft.ifftshift)
      for make, shape, axes in ((n, (5,), ()), (z, (3, 4), ()), (n, (3, 4), (1,)),
                                (n, (2, 3, 4), ((0, 2),)))),
    *(sample(f, points, 0.3) for f in (np.fft.fftfreq, np.fft.rfftfreq) for points in (4, 5)),
    sample(np.fft.fftfreq, 4, d=np.array(0.5)).but(single=False),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_a_sample():
    assert {*rules_of("srcad.rules.fft")} <= {case.function for case in SAMPLES}


@pytest.mark.parametrize("function", rules_of("srcad.rules.fft"), ids=lambda f: f.__name__)
def test_signatures(function):
    check_signature(function)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_transforms_drawn_at_random(data):
    function = data.draw(st.sampled_from([*OF_COMPLEX, *OF_REAL, *MANY_OF_COMPLEX, np.fft.rfftn]))
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    make = n if function in (*OF_REAL, np.fft.rfftn) else data.draw(st.sampled_from([n, z]))
    norm = data.draw(st.sampled_from(NORMS))
    points = st.integers(2, 6)
    if function in (*OF_COMPLEX, *OF_REAL):
        axis = data.draw(st.integers(-len(shape), len(shape) - 1))
        check(sample(function, make(*shape), data.draw(points), axis, norm))
        return
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, max_size=3))
    sizes = tuple(data.draw(points) for _ in axes)
    check(sample(function, make(*shape), sizes, tuple(axes), norm))
