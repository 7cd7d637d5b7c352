"""Check the rules of scipy.special: each against differences, in both modes and in second order."""

from __future__ import annotations

import numpy as np
import pytest

sc = pytest.importorskip("scipy.special")

from srcad.rules import extras  # noqa: E402
from tests.rules.harness import (  # noqa: E402
    Sample,
    check,
    check_no_derivative,
    check_signature,
    rules_of,
    sample,
    special,
)
from tests.rules.orders import check_orders  # noqa: E402

extras.load()
R = np.random.default_rng(5)
X = R.uniform(0.2, 0.8, (2, 3))  # between 0 and 1
S = X * np.array([1.0, -1.0, 1.0])
P = X + 1.3
Z = X + 1j * R.uniform(0.2, 0.8, X.shape)
V = R.uniform(0.3, 0.7, 3)
N = np.array([0, 1, 3])
TOPICS = ("special", "bessel", "hypergeometric", "probabilities")

POSITIVE = [
    sc.gamma, sc.gammaln, sc.psi, sc.loggamma, sc.y0, sc.y1, sc.k0, sc.k1, sc.k0e, sc.k1e, sc.exp1,
    sc.entr, sc.it2struve0, sc.ker, sc.kei, sc.kerp, sc.keip, sc.wrightomega,
    sc.log1p, sc.cbrt, sc.itmodstruve0, sc.itstruve0, sc.itj0y0, sc.iti0k0, sc.it2j0y0, sc.it2i0k0,
    sc.ellipkm1, sc.spence,
]  # fmt: skip
UNIT = [sc.erfinv, sc.erfcinv, sc.ndtri, sc.logit, sc.ellipk, sc.ellipe]
SIGNED = [
    sc.rgamma, sc.erf, sc.erfc, sc.erfi, sc.erfcx, sc.dawsn, sc.ndtr, sc.log_ndtr, sc.exp2,
    sc.exp10, sc.expm1, sc.cosm1, sc.exprel, sc.expit, sc.log_expit, sc.softplus, sc.expi,
    sc.fresnel, sc.sici, sc.shichi, sc.sindg, sc.cosdg, sc.tandg, sc.cotdg, sc.j0, sc.j1, sc.i0,
    sc.i1, sc.i0e, sc.i1e, sc.airy, sc.ber, sc.bei, sc.berp, sc.beip, sc.wofz,
]  # fmt: skip
COMPLEX = [
    sc.gamma, sc.loggamma, sc.rgamma, sc.erf, sc.erfc, sc.erfi, sc.erfcx, sc.dawsn, sc.wofz,
    sc.log_ndtr, sc.ndtr, sc.expm1, sc.log1p, sc.exp1, sc.expi, sc.spence, sc.fresnel, sc.airy,
    sc.lambertw, sc.wrightomega,
]  # fmt: skip
ORDERS = [sc.jv, sc.yv, sc.iv, sc.kv, sc.jve, sc.yve, sc.ive, sc.kve, sc.hankel1, sc.hankel2,
          sc.hankel1e, sc.hankel2e]  # fmt: skip
COMPLEX_ORDERS = [sc.jv, sc.yv, sc.iv, sc.kv, sc.kve, sc.hankel1, sc.hankel2, sc.hankel1e]
WHOLE = [sc.yn, sc.kn, sc.expn, sc.polygamma, sc.jvp, sc.yvp, sc.ivp, sc.kvp, sc.h1vp, sc.h2vp,
         sc.struve, sc.modstruve]  # fmt: skip
SPHERICAL = [sc.spherical_jn, sc.spherical_yn, sc.spherical_in, sc.spherical_kn]
POLYNOMIALS = [
    sc.eval_legendre, sc.eval_chebyt, sc.eval_chebyu, sc.eval_chebyc, sc.eval_chebys,
    sc.eval_sh_legendre, sc.eval_sh_chebyt, sc.eval_sh_chebyu, sc.eval_laguerre,
]  # fmt: skip
BY_INTEGER = [sc.eval_hermite, sc.eval_hermitenorm]
DOUBLE = {sc.polygamma, sc.multigammaln, sc.zeta, sc.jvp, sc.yvp, sc.ivp, sc.kvp, sc.h1vp, sc.h2vp,
          sc.lambertw, *SPHERICAL, sc.binom, sc.comb, sc.perm, sc.factorial, sc.ellipkinc, sc.diric,
          sc.hyp2f1, sc.powm1, *WHOLE, *POLYNOMIALS, *BY_INTEGER, sc.eval_gegenbauer,
          sc.eval_genlaguerre, sc.eval_jacobi, sc.bdtr, sc.bdtrc, sc.nbdtr, sc.nbdtrc, sc.bdtri,
          sc.nbdtri, sc.pdtr, sc.pdtrc, sc.pdtri, sc.it2struve0, sc.itstruve0, sc.itmodstruve0,
          sc.ellipk, sc.ellipkm1, sc.ellipe, sc.wofz}  # fmt: skip


def unary(function, x) -> list[Sample]:
    """An array, a vector, nothing, no axes, a number."""
    shapes = (x, x[0], x[:0], np.asarray(x[0, 0]), float(x[0, 1]))
    return [sample(function, value) for value in shapes]


def binary(function, a, b, wrt=(0, 1)) -> list[Sample]:
    """Every way in which two operands broadcast."""
    shapes = [(a, b), (a, b[0]), (a[0], b), (a[:, :1], b[0]), (float(a[0, 0]), b),
              (a, float(b[0, 0])), (float(a[0, 0]), float(b[0, 0])), (a[:0], b[:0])]  # fmt: skip
    return [sample(function, *pair).but(wrt=wrt) for pair in shapes]


SAMPLES = [
    *(case for f in POSITIVE for case in unary(f, P)),
    *(case for f in UNIT for case in unary(f, X)),
    *(case for f in SIGNED for case in unary(f, S)),
    *(case for case in unary(sc.ndtri_exp, -P)),
    *(case.but(tolerance=1e-5) for case in unary(sc.itairy, P)),  # SciPy itself is right to 1e-7
    *(sample(f, Z) for f in COMPLEX),
    sample(sc.psi, P + 20),
    *(sample(sc.gamma, x) for x in (-S - 1, -2.5)),
    *(sample(sc.rgamma, x) for x in (np.array([0.0, -1.0, -2.0, 0.5, 3.0]), -S - 3, P)),
    *(case for case in binary(sc.beta, P, P[::-1])),
    *(case for case in binary(sc.betaln, P, P[::-1])),
    *(case for f in (sc.gammainc, sc.gammaincc) for case in binary(f, P, P[::-1], (1,))),
    *(case for f in (sc.gammaincinv, sc.gammainccinv) for case in binary(f, P, X, (1,))),
    *(sample(f, a, 2.5, X).but(wrt=(2,)) for a in (P, 1.5, V + 1)
      for f in (sc.betainc, sc.betaincc, sc.betaincinv, sc.betainccinv)),
    *(sample(sc.multigammaln, a, 3) for a in (P + 1, 4.5, P[0] + 1)),
    *(sample(sc.zeta, 2.5, q).but(wrt=(1,)) for q in (P, 1.5)),
    sample(sc.zeta, P + 1, P).but(wrt=(1,)),
    *(case for case in binary(sc.binom, P + 3, P)),
    sample(sc.binom, 2.5, np.array([4.5, 6.0, -0.5])),
    sample(sc.binom, np.array([3.0, 2.5]), np.array([5.0, 4.0])),
    *(case for case in binary(sc.poch, P, P[::-1])),
    *(sample(sc.factorial, n) for n in (P, 2.5, -P, np.asarray(1.5))),
    sample(sc.factorial, P, False, "complex").but(single=False),
    *(sample(f, n, k) for f in (sc.comb, sc.perm) for n, k in ((P + 3, P), (4.5, 1.5), (P, P + 9))),
    sample(sc.comb, P + 3, P, repetition=True),
    *(case for case in binary(sc.owens_t, S, X)),
    *(sample(sc.voigt_profile, *a) for a in ((S, 0.7, 0.4), (S, X, P), (0.3, 0.5, 0.4))),
    *(case for case in binary(sc.powm1, P, S)),
    *(sample(sc.exprel, x) for x in (S * 1e-3, S * 4, np.array([0.0, 0.69, 0.71]))),
    *(sample(sc.lambertw, x, k).but(wrt=(0,)) for x in (X, 0.0, Z, 2.5) for k in (0, 1) if
      not (np.all(x == 0.0) and k)),
    *(sample(f, 0.5, 1.5, X).but(wrt=(2,)) for f in (sc.wright_bessel, sc.log_wright_bessel)),
    *(sample(sc.spence, x) for x in (np.array([1.0, 0.9, 1.15, 1.3]), X)),
    *(sample(sc.shichi, x) for x in (S * 2, P)),
    *(case for f in (sc.xlogy, sc.xlog1py) for case in binary(f, S, X)),
    sample(sc.xlogy, np.zeros(3), V),
    sample(sc.xlogy, Z, Z[::-1]),
    *(case for f in (sc.rel_entr, sc.kl_div) for case in binary(f, X, X[::-1])),
    *(case for f in (sc.huber, sc.pseudo_huber) for case in binary(f, X, S * 3)),
    *(case for f in (sc.boxcox, sc.boxcox1p) for case in binary(f, P, S)),
    *(case for f in (sc.inv_boxcox, sc.inv_boxcox1p) for case in binary(f, X, S)),
    *(sample(f, P, c) for f in (sc.boxcox, sc.boxcox1p, sc.inv_boxcox, sc.inv_boxcox1p)
      for c in (0.0, 1e-5, np.array([0.0, 0.5, 2.0]))),
    *(sample(sc.radian, S, X, P[0]) for _ in (0,)),
    *(sample(f, x, **o) for f in (sc.softmax, sc.log_softmax) for x in (S, S[0], S[None] * 9)
      for o in ({}, {"axis": -1}, {"axis": 0})),
    *(sample(sc.logsumexp, x, **o) for x in (S, S[0], Z, np.asarray(0.3))
      for o in ({}, {"axis": -1}, {"keepdims": True}) if np.ndim(x) or "axis" not in o),
    sample(sc.logsumexp, S, axis=(0, 1)),
    sample(sc.logsumexp, 0.3),
    sample(sc.logsumexp, np.array([0.3, -np.inf, 0.2])),
    *(sample(sc.logsumexp, S, b=b, axis=a, return_sign=r) for b in (X, V, -V, 2.0, S)
      for a, r in ((0, True), (1, True), (None, True), *(((1, False),) if np.all(b > 0) else ()))),
    *(sample(f, v, x).but(wrt=(1,)) for f in ORDERS for v, x in
      ((0, P), (1, P), (1.5, P), (np.array([0.0, 2.5, 4.0]), P), (0.5, 1.3), (2, P[:0]))),
    *(sample(f, 0.5, Z) for f in COMPLEX_ORDERS),
    *(sample(f, n, x).but(wrt=(1,)) for f in WHOLE for n, x in
      ((2, P), (1, P), (np.array([1, 2, 3]), P), (3, 1.3))
      if not (np.ndim(n) and f.__name__ in ("jvp", "yvp", "ivp", "kvp", "h1vp", "h2vp"))),
    *(sample(f, 0, P).but(wrt=(1,)) for f in (sc.yn, sc.kn, sc.expn, sc.struve, sc.modstruve)),
    *(sample(f, 0, P, 2).but(wrt=(1,)) for f in (sc.jvp, sc.ivp, sc.kvp, sc.yvp, sc.h1vp, sc.h2vp)),
    *(sample(f, n, P, d).but(wrt=(1,)) for f in SPHERICAL for n in (0, 1, 3, N)
      for d in (False, True)),
    *(sample(f, 2, 1.3) for f in SPHERICAL),
    sample(sc.hyp0f1, 1.5, S).but(wrt=(1,)),
    sample(sc.hyp0f1, 1.5, Z).but(wrt=(1,)),
    sample(sc.hyp1f1, 0.5, P, S).but(wrt=(2,)),
    sample(sc.hyp1f1, 0.5, 1.5, Z).but(wrt=(2,)),
    sample(sc.hyperu, 0.5, 1.5, P).but(wrt=(2,)),
    *(sample(sc.hyp2f1, 0.5, P, 1.5, x).but(wrt=(3,)) for x in (S, Z * 0.5, -P)),
    sample(sc.ellipk, S), sample(sc.ellipe, S), sample(sc.ellipk, 0.0), sample(sc.ellipe, 0.0),
    sample(sc.ellipkm1, np.array([1e-6, 1e-3, 0.5, 1.0])).but(wrt=()),
    *(sample(f, p, m) for f in (sc.ellipkinc, sc.ellipeinc) for p, m in
      ((S, X), (S[0], X), (4.3, X), (-7.5, S), (S, 0.0), (0.4, 0.3))),
    *(sample(sc.ellipj, u, m).but(wrt=(0,)) for u, m in ((S, X), (S, 0.3), (S[0], X), (0.3, 0.4),
                                                         (S[:, :1], X))),
    sample(sc.elliprf, P, X, V), sample(sc.elliprc, P, X),
    *(case for case in binary(sc.agm, P, X)),
    *(sample(f, n, x).but(wrt=(1,)) for f in (*POLYNOMIALS, *BY_INTEGER) for n, x in
      ((0, X), (1, X), (4, S), (N, X), (3, 0.4))),
    *(sample(f, 2.5, X).but(wrt=(1,)) for f in POLYNOMIALS),
    *(sample(f, 3.0, np.array([-1.0, 0.0, 1.0])).but(wrt=(1,)) for f in POLYNOMIALS[:3]),
    *(sample(f, n, 1.5, X).but(wrt=(2,)) for f in (sc.eval_gegenbauer, sc.eval_genlaguerre)
      for n in (0, 1, 4, 2.5, N)),
    *(sample(sc.eval_jacobi, n, 0.5, 1.5, S).but(wrt=(3,)) for n in (0, 1, 4, 2.5, N)),
    *(sample(sc.lpmv, m, v, S * 0.9).but(wrt=(2,)) for m, v in ((0, 2), (1, 3), (1, 1), (2, 3.5))),
    *(sample(sc.diric, x, n).but(wrt=(0,)) for n in (1, 4, 5)
      for x in (S, np.array([0.0, 1e-3, 6.28]), 0.3)),
    *(case for f in (sc.stdtr,) for case in binary(f, P, S, (1,))),
    *(case for f in (sc.stdtrit,) for case in binary(f, P, X, (1,))),
    *(case for f in (sc.chdtr, sc.chdtrc) for case in binary(f, P, P[::-1], (1,))),
    *(case for case in binary(sc.chdtri, P, X, (1,))),
    *(sample(f, 3.0, P, x).but(wrt=(2,)) for f, x in ((sc.fdtr, P), (sc.fdtrc, P), (sc.fdtri, X))),
    *(sample(f, P, 1.5, x).but(wrt=(0, 2)) for f, x in
      ((sc.gdtr, P), (sc.gdtrc, P), (sc.gdtrix, X))),
    *(sample(f, k, 5, X).but(wrt=(2,)) for k in (2, 2.0) for f in
      (sc.bdtr, sc.bdtrc, sc.nbdtr, sc.nbdtrc)),
    *(sample(f, 2.0, 5, X).but(wrt=(2,)) for f in (sc.bdtri, sc.nbdtri)),
    *(sample(f, k, P).but(wrt=(1,)) for k in (2, 2.0, np.array([0.0, 1.0, 3.0]))
      for f in (sc.pdtr, sc.pdtrc)),
    sample(sc.pdtri, 3, X).but(wrt=(1,)),
]  # fmt: skip


def single(case: Sample) -> bool:
    """Whether the rule alone stays in single precision: a number of Python's among the operands

    becomes a double where a function is applied to it; the gradient is cast in the end.
    """
    numbers = any(isinstance(a, float) for a in case.args)
    return not numbers and case.function not in DOUBLE and case.single


SAMPLES = [case.but(single=single(case), tolerance=max(case.tolerance, 5e-7)) for case in SAMPLES]
WARNINGS = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")


@WARNINGS
@pytest.mark.parametrize("case", [case for case in SAMPLES if case.wrt != ()], ids=str)
def test_rule(case):
    check(case)


FIRST_ORDER = {sc.agm, sc.elliprc, sc.elliprf, sc.ellipeinc, sc.ellipkinc}  # R_D has no rule
FIRST = list({case.function: case for case in reversed(SAMPLES) if case.wrt != ()}.values())


@WARNINGS
@pytest.mark.parametrize("case", FIRST, ids=lambda case: case.function.__name__)
def test_modes_and_orders(case):
    check_orders(case, second=case.function not in FIRST_ORDER)


def test_every_rule_has_a_sample():
    tested = {case.function for case in SAMPLES}
    wanted = [f for topic in TOPICS for f in rules_of(f"srcad.rules.scipy.{topic}")]
    assert [f.__name__ for f in wanted if f not in tested] == []


@pytest.mark.parametrize(
    "function",
    [f for topic in TOPICS for f in rules_of(f"srcad.rules.scipy.{topic}")],
    ids=lambda f: f.__name__,
)
def test_signatures(function):
    check_signature(function)


def test_steps_have_no_derivative():
    check_no_derivative(sample(sc.gammasgn, S))
    check_no_derivative(sample(sc.round, S))


# --- special points -------------------------------------------------------------------------------


def test_edges():
    inf = np.inf
    np.testing.assert_array_equal(special(sc.erfinv, np.array([-1.0, 1.0])), [inf, inf])
    np.testing.assert_array_equal(special(sc.logit, np.array([0.0, 1.0])), [inf, inf])
    np.testing.assert_array_equal(special(sc.expit, np.array([-800.0, 800.0])), [0, 0])
    np.testing.assert_array_equal(special(sc.log_expit, np.array([-800.0, 800.0])), [1, 0])
    np.testing.assert_allclose(special(sc.log_ndtr, np.array([-1e4, 1e2])), [1e4, 0], rtol=1e-7)
    np.testing.assert_array_equal(special(sc.entr, np.array([0.0])), [inf])
    np.testing.assert_array_equal(special(sc.xlogy, np.array([0.0]), np.array([2.0]), wrt=1), [0])
    np.testing.assert_array_equal(special(sc.xlogy, np.array([0.0]), np.array([0.0]), wrt=1), [0])
    np.testing.assert_array_equal(special(sc.gammainc, 1.0, np.array([0.0]), wrt=1), [1])
    np.testing.assert_array_equal(
        special(sc.betainc, 1.0, 1.0, np.array([0.0, 1.0]), wrt=2), [1, 1]
    )
    np.testing.assert_array_equal(special(sc.i0e, np.array([0.0])), [0])
    np.testing.assert_array_equal(special(sc.huber, 1.0, np.array([5.0, -5.0]), wrt=1), [1, -1])
    np.testing.assert_array_equal(special(sc.j1, np.array([0.0])), [0.5])
    np.testing.assert_array_equal(special(sc.iv, 1.0, np.array([0.0]), wrt=1), [0.5])
    np.testing.assert_array_equal(special(sc.logsumexp, np.full(2, -inf)), [0, 0])


def test_functions_that_are_read():
    check_orders(sample(sc.assoc_laguerre, S, 3, 1.5).but(wrt=(0,)))


def shares_twice(x):
    softmax = sc.softmax(x)
    softmax = sc.softmax(softmax * x)
    return np.sum(softmax * x)


def test_a_cotangent_has_another_name_than_the_helper():
    check_orders(sample(shares_twice, S).but(wrt=(0,)))
