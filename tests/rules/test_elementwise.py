"""Check the rules of srcad.rules.elementwise, and that the harness finds a wrong rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import srcad.rules.elementwise  # noqa: F401
from srcad.rules.table import TABLE, NoDerivative, Partials, Vjp
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.elementwise import (
    digamma,
    divide,
    i0_derivative,
    i1,
    log_or_zero,
    pow_base,
    pow_exponent,
    ratio,
    root_above,
    root_below,
    root_beside,
    sign,
    times,
    trigamma,
)
from tests.rules.harness import (
    Sample,
    check,
    check_no_derivative,
    check_signature,
    cotangent,
    rules_of,
    sample,
    special,
)

R = np.random.default_rng(0)
X = R.uniform(0.2, 0.8, (3, 4))  # inside the domain of every function but arccosh
S = X * np.where(R.uniform(size=X.shape) < 0.5, -1, 1)
V = R.uniform(0.2, 0.8, 4)
Z = X + 1j * R.uniform(0.2, 0.8, X.shape)
E = np.zeros((0, 3))
P = np.array(0.4)

ANALYTIC = [
    np.square, np.sqrt, np.reciprocal, np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10,
    np.log1p, np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh,
    np.arcsinh, np.arctanh, np.positive, np.negative, np.sinc,
]  # fmt: skip
REAL = [np.cbrt, np.degrees, np.rad2deg, np.radians, np.deg2rad, np.fabs]
PAIRS = [
    np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power, np.mod, np.fmod,
    np.hypot, np.logaddexp, np.logaddexp2, np.arctan2, np.maximum, np.minimum, np.fmax, np.fmin,
    np.copysign, np.nextafter, np.divmod,
]  # fmt: skip
ANALYTIC_PAIRS = [np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power]
WIDE = [np.float_power]  # float64 results from float32


def unary(function: np.ufunc) -> list[Sample]:
    x = X + 1.2 if function is np.arccosh else X
    found = [sample(function, value) for value in (x, x[0], x[:0], P + x[0, 0], float(x[0, 0]))]
    if function in ANALYTIC or function is np.arccosh:
        found = [case.but(analytic=True) for case in found]
        found.append(sample(function, Z))
    return found


def binary(function: np.ufunc) -> list[Sample]:
    shapes = [
        (X, 1 - S**2), (X, V), (V, X), (X[:, :1], V), (X, 0.3), (0.3, X), (P, X), (X, P),
        (X[None, :1], X[1:, None]), (0.3, 0.7), (np.float64(0.3), P + 0.2), (E, V[:3]), (V[:3], E),
    ]  # fmt: skip
    found = [sample(function, a, b) for a, b in shapes]
    if function in ANALYTIC_PAIRS:
        found = [case.but(analytic=True) for case in found]
        found += [sample(function, Z, Z[::-1] + 1), sample(function, X, Z), sample(function, Z, V)]
    return [case.but(single=case.single and function not in WIDE) for case in found]


COARSE = [np.float32, np.float16, np.complex64, np.longdouble, np.clongdouble]

SAMPLES = [
    *(case for f in ANALYTIC + REAL + [np.arccosh] for case in unary(f)),
    *(case for f in PAIRS for case in binary(f)),
    *(sample(np.power, S, n).but(analytic=True, wrt=(0,)) for n in (0, 1, 2, 3, -1, 2.0, 3.0)),
    sample(np.power, S, np.array([0, 1, 2, 3])).but(single=False),
    sample(np.power, S, np.array([0.0, 1, 2, 3]), ).but(wrt=(0,)),
    sample(i1, S), sample(i1, 0.0), sample(i0_derivative, S, 2).but(wrt=(0,)),
    sample(np.power, 2, V),
    sample(np.power, 2.5, X),
    sample(np.mod, S * 7, V),
    sample(np.fmod, S * 7, V),
    sample(np.mod, S * 7, -V),
    sample(np.divmod, S * 7, V),
    sample(np.arctan2, S, S[::-1]),
    sample(np.hypot, S, S[::-1]),
    sample(np.copysign, S, S[::-1]),
    sample(np.sinc, S * 1e-2),
    sample(np.sinc, S * 9),
    *(sample(np.i0, x) for x in (S, S * 30, -S, 0.0, S.reshape(2, -1), 12.5)),
    *(sample(np.absolute, x) for x in (S, Z, -0.3, -0.3 + 0.2j, E, P)),
    *(sample(np.fabs, x) for x in (S, -0.3)),
    *(sample(sign, x) for x in (Z, S)),
    *(sample(f, x, y) for f in (np.maximum, np.minimum, np.fmax, np.fmin)
      for x, y in ((S, 0.0), (0, S), (S, V))),
    sample(np.fmax, S, np.array([np.nan, 0.0, np.nan, 0.0])).but(wrt=(0,)),
    sample(np.fmin, np.array([np.nan, 0.0, np.nan, 0.0]), S).but(wrt=(1,)),
    sample(np.heaviside, np.array([-1.0, 0.0, 2.0]), 0.5).but(wrt=(1,)),
    sample(np.heaviside, np.array([-1.0, 0.5, 2.0]), np.array([0.5, 0.5, 0.5])),
    sample(np.heaviside, np.zeros((2, 3)), np.array([0.5, 0.5, 0.5])).but(wrt=(1,)),
    sample(np.clip, S, -0.5, 0.5),
    sample(np.clip, S, None, 0.5),
    sample(np.clip, S, -0.5, None),
    sample(np.clip, S, -V, V),
    sample(np.clip, S, a_min=-V[:3, None], a_max=0.4),
    sample(np.clip, S, min=-0.3, max=V),
    sample(np.clip, S, min=-V),
    sample(np.clip, S, max=V),
    sample(np.clip, S, None, None),
    sample(np.clip, S, 0.1, -0.1),
    sample(np.clip, 0.3, 0.0, 1.0),
    sample(np.clip, E, 0.0, 1.0),
    *(sample(np.where, c, x, y) for c in (S > 0, S > 2, S[0] > 0, True, np.array([0, 2, 1, 0]))
      for x, y in ((S, X), (S, V), (0.5, X), (X[:, :1], 2.0), (S, Z))),
    sample(np.where, S > 0, 0.5, 1.5),
    sample(np.where, True, 0.5, 1.5),
    sample(np.nan_to_num, np.array([1.0, np.nan, np.inf, -np.inf])).but(wrt=()),
    sample(np.nan_to_num, S),
    sample(np.nan_to_num, S, nan=2.0, posinf=3.0, neginf=-3.0),
    sample(np.nan_to_num, np.array([1.0, np.nan, np.inf, -np.inf]), nan=2.0, posinf=3.0,
           neginf=-3.0).but(wrt=("nan", "posinf", "neginf")),
    *(sample(f, x) for f in (np.real, np.imag, np.conjugate) for x in (Z, S, P, 0.5, 1 + 2j, E)),
    sample(np.real_if_close, Z),
    sample(np.real_if_close, S),
    *(sample(np.angle, x, **o) for x in (Z, 1 + 2j, S) for o in ({}, {"deg": True})),
    *(sample(np.ldexp, x, n) for x, n in ((S, 3), (S, np.array([1, -2, 0, 3])), (0.5, -1),
                                          (0.5, np.array([1, 2])), (V, np.array([[1], [2]])))),
    *(sample(f, x) for f in (np.modf, np.frexp) for x in (S * 3 + 0.1, -1.3, P, E)),
    *(sample(f, x) for f in (np.float64, np.complex128) for x in (0.5, np.float64(0.5))),
    *(sample(f, P).but(single=False) for f in (np.float64, np.complex128)),
    *(sample(f, 0.5, 0.25) for f in (np.complex128,)),
    *(sample(f, 0.5).but(wrt=()) for f in COARSE),
    sample(times, S, X),
    sample(times, 0.5, 0.3),
    sample(ratio, S, X),
    sample(ratio, S, V),
    sample(ratio, 0.5, 0.3),
    sample(pow_base, X, V),
    sample(pow_base, X, 3.0),
    sample(pow_base, 0.5, 3.0),
    sample(pow_exponent, S, X),
    sample(pow_exponent, 0.5, 0.3),
    sample(log_or_zero, X),
    *(sample(f, x) for f in (root_below, root_beside) for x in (X, Z, -Z, np.conj(Z), 0.3)),
    *(sample(root_above, x) for x in (X + 1, Z, -Z, np.conj(Z))),
    sample(log_or_zero, 0.3),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    if case.wrt != ():
        check(case)


def test_every_rule_has_samples():
    sampled = {case.function for case in SAMPLES}
    assert not [f for f in rules_of("srcad.rules.elementwise") if f not in sampled]


@pytest.mark.parametrize("function", rules_of("srcad.rules.elementwise"), ids=lambda f: f.__name__)
def test_signature(function):
    if not getattr(function, "__module__", "").startswith("srcad") and function is not np.where:
        check_signature(function)


@pytest.mark.parametrize("function", COARSE)
def test_conversions_pass_the_cotangent(function):
    assert special(function, 0.5) == 1.0
    assert special(function, np.array([0.5, 0.25])).tolist() == [1.0, 1.0]
    if function is not np.longdouble and function is not np.clongdouble:
        assert type(special(function, 0.5)) is float


@pytest.mark.parametrize(
    "case",
    [
        *(sample(f, S * 7 + 0.05) for f in (np.floor, np.ceil, np.rint, np.trunc, np.sign,
                                            np.signbit, np.round, np.around, np.spacing,
                                            np.isnan, np.isinf, np.isfinite, np.isposinf)),
        sample(np.round, 0.123, 1),
        *(sample(f, S * 7, V) for f in (np.floor_divide, np.less, np.greater_equal, np.equal,
                                          np.logical_and, np.isclose)),
    ],
    ids=str,
)  # fmt: skip
def test_constant_between_jumps(case):
    check_no_derivative(case)


def test_every_floating_ufunc_has_a_rule():
    ufuncs = {f for f in vars(np).values() if isinstance(f, np.ufunc)}
    products = {np.matmul, np.vecdot, np.matvec, np.vecmat}
    assert not {f.__name__ for f in ufuncs - products if TABLE.get(f) is None}


def test_aliases_share_rules():
    for a, b in ((np.abs, np.absolute), (np.acos, np.arccos), (np.pow, np.power),
                 (np.remainder, np.mod), (np.true_divide, np.divide),
                 (np.conj, np.conjugate)):  # fmt: skip
        assert TABLE.get(a) is TABLE.get(b) is not None


# --- special points ---

ONE = np.array([1.0])
ZERO = np.array([0.0])
NAN = np.array([np.nan])


@pytest.mark.parametrize(
    ("function", "args", "wrt", "wanted"),
    [
        (np.maximum, (ONE, ONE), 0, 0.5),
        (np.maximum, (ONE, ONE), 1, 0.5),
        (np.minimum, (ONE, ONE), 0, 0.5),
        (np.maximum, (ZERO, 0), 0, 0.5),
        (np.maximum, (np.array([np.inf]), np.array([np.inf])), 0, 0.5),
        (np.maximum, (ONE, NAN), 0, 0.0),
        (np.fmax, (ONE, NAN), 0, 1.0),
        (np.fmax, (NAN, ONE), 0, 0.0),
        (np.fmin, (ONE, NAN), 0, 1.0),
        (np.absolute, (ZERO,), 0, 0.0),
        (np.absolute, (ZERO + 0j,), 0, 0.0),
        (np.fabs, (ZERO,), 0, 0.0),
        (np.clip, (ONE, 1.0, 2.0), 0, 0.5),
        (np.clip, (ONE, 0.0, 1.0), 0, 0.5),
        (np.clip, (ONE, ONE, ONE * 2), 1, 0.5),
        (np.clip, (ONE, ZERO, ONE), 2, 0.5),
        (np.sqrt, (ZERO,), 0, np.inf),
        (np.sqrt, (np.float64(0.0),), 0, np.inf),
        (np.sqrt, (0.0,), 0, np.inf),
        (np.cbrt, (ZERO,), 0, np.inf),
        (np.hypot, (ZERO, ZERO), 0, 0.0),
        (np.hypot, (ZERO, ZERO), 1, 0.0),
        (np.power, (ZERO, 0.0), 0, 0.0),
        (np.power, (ZERO, ZERO), 0, 0.0),
        (np.power, (ZERO, 0), 0, 0.0),
        (np.power, (ZERO, 1.0), 0, 1.0),
        (np.power, (ZERO, ONE), 0, 1.0),
        (np.power, (ZERO, 2), 0, 0.0),
        (np.power, (ZERO, 0.5), 0, np.inf),
        (np.power, (ZERO, 2 * ONE), 1, 0.0),
        (np.power, (ZERO, ZERO), 1, 0.0),
        (np.power, (-ONE, 2 * ONE), 1, np.nan),
        (np.power, (NAN, 0), 0, 0.0),
        (np.sinc, (ZERO,), 0, 0.0),
        (np.arctan2, (ZERO, ZERO), 0, np.nan),
        (np.arctan2, (0.0, 0.0), 1, np.nan),
        (np.arctan, (1e200,), 0, 0.0),
        (np.sqrt, (np.float32(0),), 0, np.inf),
        (np.mod, (6 * ONE, 3.0), 0, 1.0),
        (np.copysign, (ZERO, ONE), 0, 0.0),
        (np.nan_to_num, (NAN,), 0, 0.0),
        (np.arcsin, (ONE,), 0, np.inf),
        (np.log, (ZERO,), 0, np.inf),
    ],
)
def test_special_points(function, args, wrt, wanted):
    np.testing.assert_array_equal(np.ravel(special(function, *args, wrt=wrt)), [wanted])


def test_maximum_of_one_value_has_slope_one():
    both = special(np.maximum, ONE, ONE) + special(np.maximum, ONE, ONE, wrt=1)
    np.testing.assert_array_equal(both, [1.0])


def test_sqrt_of_square_at_zero_is_nan():
    with np.errstate(all="ignore"):
        assert np.isnan(special(np.sqrt, ZERO) * special(np.square, ZERO))


def test_where_passes_nothing_to_the_branch_not_taken():
    found = special(np.where, np.array([True, False]), np.ones(2), np.ones(2), wrt=1)
    assert found.tolist() == [1, 0]


@pytest.mark.parametrize("x", [Z, S, Z[0], np.zeros(2, complex)], ids=str)
def test_direction_of_complex_numbers(x):
    rule = TABLE.of_complex[np.sign]
    if np.all(x == 0):
        assert cotangent(sample(np.sign, x), 0, x, x + 1, rule).tolist() == [0, 0]
    else:
        check(sample(np.sign, x), rule)


ON_CUTS = [complex(a, b) for a in (-1.8, -0.3, 0.3, 1.8) for b in (0.0, -0.0)]


@pytest.mark.parametrize(
    "function", [np.arcsin, np.arccos, np.arccosh, np.arctanh, np.sqrt, np.log]
)
def test_on_a_branch_cut_the_side_counts(function):
    for z in ON_CUTS:
        step = lambda h, z=z: function(complex(z.real + h, z.imag))  # noqa: E731
        wanted = (step(1e-5) - step(-1e-5)) / 2e-5
        np.testing.assert_allclose(special(function, z), wanted, rtol=1e-6, err_msg=str(z))


def test_on_the_imaginary_cut_of_arcsinh_the_side_counts():
    for z in ON_CUTS:
        step = lambda h, z=z: np.arcsinh(complex(z.imag, z.real + h))  # noqa: E731
        wanted = (step(1e-5) - step(-1e-5)) / 2e-5j
        np.testing.assert_allclose(special(np.arcsinh, complex(z.imag, z.real)), wanted, rtol=1e-6)


# --- helpers ---


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=0), st.data())
def test_unbroadcast_is_the_transpose_of_broadcasting(shapes, data):
    x = np.random.default_rng(1).normal(size=shapes.input_shapes[0])
    g = np.random.default_rng(2).normal(size=shapes.result_shape)
    bar = unbroadcast(g, x)
    assert np.shape(bar) == x.shape
    np.testing.assert_allclose(np.sum(bar * x), np.sum(g * x), rtol=1e-10, atol=1e-10)


def test_unbroadcast_keeps_numbers_plain():
    assert type(unbroadcast(2.0, 1.0)) is float
    assert type(unbroadcast(np.float64(2.0), 1.0)) is float
    assert type(unbroadcast(np.ones(3), 1.0)) is float
    assert unbroadcast(1 + 2j, 1.0) == 1.0
    assert unbroadcast(np.ones(3, np.float32), np.float32(1)).dtype == np.float32
    assert unbroadcast(np.ones((2, 3), complex), np.ones(3)).dtype == np.float64


def test_plain_numbers_never_raise():
    assert divide(1.0, 0.0) == np.inf
    assert divide(-1.0, 0) == -np.inf
    assert np.isnan(divide(0.0, 0.0))
    assert pow_base(0.0, 0.5) == np.inf
    assert pow_base(0.0, 0) == pow_base(0.0, 0.0) == pow_exponent(0.0, 0.0) == 0
    assert pow_base(1e-200, -1) == -np.inf
    assert np.isnan(pow_exponent(1.0, -1.0))
    assert sign(0.0) == 0
    for value in (divide(1.0, 0.0), pow_base(0.0, 0.5), pow_exponent(1.0, 2.0), sign(2.0),
                  ratio(1.0, 0.0), pow_base(2.0, 3)):  # fmt: skip
        assert type(value) is float


def test_digamma_and_trigamma():
    euler = 0.57721566490153286
    assert digamma(1.0) == pytest.approx(-euler, rel=1e-14)
    assert digamma(0.5) == pytest.approx(-euler - 2 * np.log(2), rel=1e-14)
    assert digamma(-0.5) == pytest.approx(digamma(0.5) + 2, rel=1e-13)
    assert trigamma(1.0) == pytest.approx(np.pi**2 / 6, rel=1e-14)
    assert trigamma(0.25) == pytest.approx(np.pi**2 + 8 * 0.915965594177219, rel=1e-14)
    assert trigamma(-0.5) == pytest.approx(trigamma(0.5) + 4, rel=1e-13)
    assert np.isnan(digamma(-1.0))
    assert digamma(np.inf) == np.inf


# --- the harness itself ---


@pytest.mark.parametrize(
    ("case", "rule"),
    [
        (sample(np.sin, X), Partials((lambda y, x: 1.001 * np.cos(x),))),
        (sample(np.multiply, X, V), Partials((lambda y, x1, x2: x2, lambda y, x1, x2: 0.999 * x1))),
        (sample(np.sqrt, X), Vjp((lambda y_bar, y, x: y_bar * 0.5005 / y,))),
        (sample(np.exp, Z), Partials((lambda y, x: np.conj(y),))),
        (sample(np.add, X, V), Vjp((lambda g, y, x1, x2: g, lambda g, y, x1, x2: g))),
        (sample(np.exp, X), Vjp((lambda g, y, x: np.multiply(g, y, out=g),))),
        (sample(np.sin, X), Partials((lambda y, x: np.cos(x).astype(np.float64),))),
    ],
    ids=["0.1 %", "0.1 % in one of two", "0.1 % in a vjp", "conjugate", "shape", "writes", "dtype"],
)
def test_the_harness_finds_a_wrong_rule(case, rule):
    with pytest.raises((AssertionError, ValueError)):
        check(case, rule)


def test_a_wrong_no_derivative_is_found(monkeypatch):
    monkeypatch.setitem(TABLE.rules, np.sin, NoDerivative())
    with pytest.raises(AssertionError):
        check_no_derivative(sample(np.sin, X))
