"""Check the rules of srcad.rules.operators: operators, builtins and the math module."""

from __future__ import annotations

import builtins
import math
import operator

import numpy as np
import pytest

import srcad.rules.operators  # noqa: F401
from srcad.rules.table import TABLE, NoDerivative
from srcad.runtime.elementwise import digamma, divide
from tests.rules.harness import (
    check,
    check_no_derivative,
    cotangent,
    formulas,
    rules_of,
    sample,
    special,
)

R = np.random.default_rng(0)
X = R.uniform(0.2, 0.8, (3, 4))
S = X * np.where(R.uniform(size=X.shape) < 0.5, -1, 1)
V = R.uniform(0.2, 0.8, 4)
Z = X + 1j * R.uniform(0.2, 0.8, X.shape)
E = np.zeros((0, 3))
P = np.array(0.4)

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.mod, operator.pow]
ROWS = [np.array([0.5, -0.25]), np.array([1.5, 2.0])]

SAMPLES = [
    *(sample(f, a, b) for f in (*BINARY, pow, divmod)
      for a, b in ((0.7, 0.3), (X, V), (V, X), (X, 0.3), (0.9, X), (X[:, :1], V), (P, X), (X, P),
                   (np.float64(0.7), 0.3), (E, V[:3]))),
    *(sample(f, a, b) for f in BINARY[:4] + [operator.pow]
      for a, b in ((Z, Z[::-1]), (0.5 + 0.2j, 1.5), (Z, 2), (X, Z))),
    *(sample(operator.pow, S, n).but(wrt=(0,)) for n in (0, 1, 2, 3, -1, -2, 2.0)),
    *(sample(operator.pow, x, n).but(wrt=(0,)) for x in (0.7, -0.7) for n in (0, 1, 2, -1, 2.0)),
    *(sample(f, x) for f in (operator.neg, operator.pos, operator.abs, abs)
      for x in (0.3, -0.3, S, E, P, Z, 0.3 - 0.2j)),
    sample(operator.mod, S * 7, V),
    sample(operator.mod, -7.3, 0.3),
    *(sample(float, x).but(single=False) for x in (0.5, np.float64(0.5), P)),
    sample(complex, 0.5),
    sample(complex, 0.5, 0.25),
    sample(complex, 0.5 + 1j),
    sample(complex, 0.5 + 1j, 0.25j),
    *(sample(sum, x) for x in ([0.5, 0.25], (0.5,), V, X, E, ROWS, [V, 0.5], [1, 0.5])),
    *(sample(sum, x, s) for x, s in (([0.5, 0.25], 1.5), (X, 0.5), (X, X[0]), (V, V))),
    sample(sum, [0.5], start=0.5),
    *(sample(f, *x) for f in (max, min)
      for x in ((0.5, 0.25), (0.1, 0.5, 0.25), (0.3, 0.1, 0.5, 0.25),
                (0.3, 0.2, 0.1), (0.1, 0.2, 0.3, 0.4), (0.4, 0.3, 0.2, 0.1), ([0.5, 0.25],),
                ((0.5, 0.75),), (V,), (1, 0.5),
                (np.float64(0.5), 0.25))),
    sample(max, [0.5, 0.25], default=0.0).but(wrt=(0,)),
    *(sample(f, x) for f in (
        math.sqrt, math.cbrt, math.exp, math.exp2, math.expm1, math.log, math.log2, math.log10,
        math.log1p, math.sin, math.cos, math.tan, math.asin, math.acos, math.atan, math.sinh,
        math.cosh, math.tanh, math.asinh, math.atanh, math.degrees, math.radians, math.erf,
        math.erfc, math.gamma, math.lgamma, math.fabs, math.modf, math.frexp, digamma,
    ) for x in (0.3, np.float64(0.6))),
    *(sample(f, x) for f in (
        math.cbrt, math.exp, math.sin, math.tan, math.asin, math.atan, math.sinh, math.tanh,
        math.asinh, math.atanh, math.erf, math.erfc, math.fabs, math.modf, math.gamma, math.lgamma,
        digamma,
    ) for x in (-0.3,)),
    *(sample(f, x) for f in (math.gamma, math.lgamma, digamma) for x in (3.3, -2.4, 12.5)),
    *(sample(math.acosh, x) for x in (1.3, 20.0)),
    *(sample(math.log, x, b) for x, b in ((0.3, 2.0), (3.0, 10), (2, 3.5))),
    *(sample(f, a, b) for f in (math.pow, math.atan2, math.fmod, math.remainder, math.copysign,
                                math.nextafter) for a, b in ((0.7, 0.3), (1.7, 0.4))),
    *(sample(f, a, b) for f in (math.atan2, math.fmod, math.remainder, math.copysign)
      for a, b in ((-0.7, 0.3), (1.7, -0.4), (-1.7, -0.45))),
    sample(math.pow, -0.7, 2.0).but(wrt=(0,)),
    *(sample(math.ldexp, 0.3, n) for n in (-2, 0, 3)),
    *(sample(math.hypot, *x)
      for x in ((0.3,), (0.3, -0.4), (0.3, 0.4, 0.5), (1.0, 2.0, -3.0, 4.0))),
    *(sample(math.dist, p, q)
      for p, q in (([0.3, 0.5], [1.0, 2.0]), ((0.3,), [1.0]), (V, V[::-1]))),
    *(sample(math.fsum, x).but(single=False) for x in ([0.5, 0.25], (0.5, -0.25), V)),
    *(sample(math.prod, x)
      for x in ([0.5, 0.25, 2.0], (0.5,), V, [0.5, 0.0, 2.0], [0.0, 0.0], [2, 0.5])),
    sample(math.prod, [0.5, 0.25], start=3.0),
    sample(math.prod, [0.5, 0.0], start=0.5),
    sample(math.prod, [], start=0.5).but(wrt=("start",)),
    *(sample(divide, a, b) for a, b in ((0.3, 0.5), (X, V), (1, 0.5))),
    *(sample(math.sumprod, p, q)
      for p, q in (([0.5, 0.25], (2.0, 3.0)),) if hasattr(math, "sumprod")),
    *(sample(math.fma, 0.5, 0.25, 2.0) for _ in (1,) if hasattr(math, "fma")),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_samples():
    sampled = {case.function for case in SAMPLES}
    assert not [f for f in rules_of("srcad.rules.operators") if f not in sampled]


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_plain_floats_stay_plain(case):
    """In the whole cotangent of plain floats there is no NumPy number."""
    rule = TABLE.rules[case.function]
    plain = all(type(x) in (float, int) for x in case.args) and not case.kwargs
    y = case.call()
    if not plain or type(y) is not float:
        return
    for key in range(len(case.args)):
        if type(case.args[key]) is float and (case.wrt is None or key in case.wrt):
            assert type(cotangent(case, key, y, 0.5, rule)) is float, key


def test_the_whole_math_module_has_rules():
    functions = [f for f in vars(math).values() if callable(f) and not isinstance(f, type)]
    loader = {getattr(math, "__loader__", None)}
    assert not [f for f in functions if TABLE.get(f) is None and f not in loader]


def test_operators_have_rules():
    others = {
        "matmul", "getitem", "setitem", "delitem", "concat", "call", "attrgetter", "itemgetter",
        "methodcaller", "iconcat",
    }  # fmt: skip
    in_place = {"i" + name.rstrip("_") for name in operator.__all__}
    wanted = [name for name in operator.__all__ if name not in others | in_place]
    assert not [name for name in wanted if TABLE.get(getattr(operator, name)) is None]


@pytest.mark.parametrize(
    "name",
    [
        "abs",
        "pow",
        "round",
        "float",
        "int",
        "bool",
        "len",
        "sum",
        "min",
        "max",
        "divmod",
        "complex",
        "isinstance",
        "print",
        "type",
        "range",
        "str",
        "any",
        "all",
    ],
)
def test_builtins_have_rules(name):
    assert TABLE.get(getattr(builtins, name)) is not None


@pytest.mark.parametrize(
    "case",
    [
        *(
            sample(f, 2.3)
            for f in (int, round, math.floor, math.ceil, math.trunc, math.isnan, bool)
        ),
        *(sample(f, 7.3, 2.1) for f in (operator.floordiv, operator.lt, operator.ge, operator.eq)),
        sample(math.isclose, 2.3, 4.5),
    ],
    ids=str,
)
def test_constant_between_jumps(case):
    check_no_derivative(case)


@pytest.mark.parametrize(
    ("function", "args", "wrt", "wanted"),
    [
        (abs, (0.0,), 0, 0.0),
        (operator.abs, (0.0,), 0, 0.0),
        (operator.abs, (np.zeros(1),), 0, 0.0),
        (math.fabs, (0.0,), 0, 0.0),
        (math.sqrt, (0.0,), 0, math.inf),
        (math.cbrt, (0.0,), 0, math.inf),
        (math.asin, (1.0,), 0, math.inf),
        (math.acos, (1.0,), 0, -math.inf),
        (math.acosh, (1.0,), 0, math.inf),
        (math.atan2, (0.0, 0.0), 0, math.nan),
        (math.atan2, (0.0, 0.0), 1, math.nan),
        (math.hypot, (0.0, 0.0), 0, 0.0),
        (math.hypot, (0.0, 0.0), 1, 0.0),
        (math.asinh, (1e300,), 0, 1e-300),
        (operator.pow, (0.0, 0.0), 0, 0.0),
        (operator.pow, (0.0, 0), 0, 0.0),
        (operator.pow, (0.0, 0.0), 1, 0.0),
        (operator.pow, (0.0, 2.0), 1, 0.0),
        (operator.pow, (0.0, 0.5), 0, math.inf),
        (operator.pow, (0.0, 1), 0, 1.0),
        (operator.pow, (0.0, 2), 0, 0.0),
        (operator.pow, (-2.0, 3.0), 1, math.nan),
        (operator.mod, (6.0, 3.0), 0, 1.0),
        (math.pow, (0.0, 0.5), 0, math.inf),
        (math.copysign, (0.0, 1.0), 0, 0.0),
        (math.fmod, (1.0, math.inf), 1, 0.0),
        (max, (1.0, 1.0), 0, 0.5),
        (max, (1.0, 1.0), 1, 0.5),
        (min, (1.0, 1.0, 2.0), 0, 0.5),
        (min, (1.0, 1.0, 2.0), 2, 0.0),
        (max, (math.nan, 1.0, 2.0), 0, math.nan),
        (max, (1.0, 1.0, 1.0, 1.0), 3, 0.25),
    ],
)
def test_special_points(function, args, wrt, wanted):
    found = special(function, *args, wrt=wrt)
    np.testing.assert_allclose(np.ravel(found), [wanted], rtol=1e-14, atol=0)


def test_special_points_of_sequences():
    assert special(max, [1.0, 1.0, 0.5]) == [0.5, 0.5, 0.0]
    assert special(math.dist, [1.0, 2.0], [1.0, 2.0]) == [0.0, 0.0]
    assert special(math.prod, [0.0, 3.0, 2.0]) == [6.0, 0.0, 0.0]
    assert special(math.prod, [0.0, 3.0, 0.0]) == [0.0, 0.0, 0.0]


def test_no_derivative_rules_are_empty():
    assert formulas(NoDerivative()) == ()
