"""Check the rules of scipy.stats: differences, both modes, second order; frozen distributions."""

from __future__ import annotations

import numpy as np
import pytest

st = pytest.importorskip("scipy.stats")

import srcad  # noqa: E402
from srcad.errors import MissingRule, NotDifferentiable  # noqa: E402
from srcad.rules import extras  # noqa: E402
from srcad.rules.table import TABLE  # noqa: E402
from tests.rules.harness import check, sample, special  # noqa: E402
from tests.rules.orders import check_orders  # noqa: E402

extras.load()
R = np.random.default_rng(8)
METHODS = ("logpdf", "pdf", "cdf", "sf", "logcdf", "logsf")
X = R.uniform(0.2, 0.8, (2, 3))
V = R.uniform(0.3, 0.7, 3)
SHAPES = {"norm": 0, "expon": 0, "uniform": 0, "laplace": 0, "cauchy": 0, "logistic": 0,
          "gumbel_r": 0, "gumbel_l": 0, "halfnorm": 0, "rayleigh": 0, "t": 1, "chi2": 1, "gamma": 1,
          "invgamma": 1, "powerlaw": 1, "skewnorm": 1, "pareto": 1, "weibull_min": 1, "lognorm": 1,
          "beta": 2}  # fmt: skip
DISCRETE = {"poisson": (1.7,), "bernoulli": (0.3,), "geom": (0.3,), "binom": (5, 0.3)}


def of(name) -> list:
    """Samples of every method, over all the ways in which the operands broadcast."""
    dist, count = getattr(st, name), SHAPES[name]
    shift = 3.0 if name == "pareto" else 0.0
    x, shapes = X + shift, [V + 2.3, V + 1.4][:count]
    found = []
    for method in METHODS:
        f = getattr(dist, method)
        slopes = tuple(range(1, count + 1)) if method in ("pdf", "logpdf") else ()
        wrt = (0, *slopes)
        place = (count + 1, count + 2)
        found += [
            sample(f, x, *shapes).but(wrt=wrt),
            sample(f, float(x[0, 0]), *[float(s[0]) for s in shapes]).but(wrt=wrt),
            sample(f, x, *shapes, X[0] / 9 - 0.2, V + 1).but(wrt=(*wrt, *place)),
            sample(f, x[0], *shapes, loc=-0.1, scale=X[:, :1] + 1).but(wrt=(0, "loc", "scale")),
        ]
    for f in (dist.ppf, dist.isf):
        found.append(sample(f, X, *shapes, 0.3, V).but(wrt=(0, count + 2)))
    return found


WHOLE = np.array([1.0, 2.0, 3.0])
SPREAD = np.array([[2.0, 0.3, 0.1], [0.3, 1.5, -0.2], [0.1, -0.2, 1.2]])
SHARES = np.array([0.2, 0.5, 0.3])
SAMPLES = [
    *(case for name in SHAPES for case in of(name)),
    *(sample(getattr(getattr(st, name), m), WHOLE if name != "bernoulli" else np.array([0.0, 1.0]),
             *p).but(wrt=(len(p),))
      for name, p in DISCRETE.items() for m in ("logpmf", "pmf")),
    *(sample(getattr(st.poisson, m), WHOLE[:, None], V + 1).but(wrt=(1,))
      for m in ("logpmf", "pmf", "cdf", "sf", "logcdf", "logsf")),
    *(sample(f, x, V) for f in (st.multivariate_normal.logpdf, st.multivariate_normal.pdf)
      for x in (V + 0.2, R.normal(size=(4, 3)))),
    *(sample(f, R.normal(size=(4, 3)), V, c) for c in (0.7, V + 1)
      for f in (st.multivariate_normal.logpdf, st.multivariate_normal.pdf)),
    *(sample(st.multivariate_normal.logpdf, x, 0.3, 0.7) for x in (0.2, V)),
    sample(st.multivariate_normal.logpdf, V),
    sample(st.dirichlet.logpdf, SHARES[:2], V + 1), sample(st.dirichlet.pdf, SHARES[:2], V + 1),
    sample(st.dirichlet.logpdf, np.stack([SHARES[:2], SHARES[1:]], 1), V + 1),
    sample(st.dirichlet.logpdf, SHARES, V + 1).but(wrt=(1,)),
]  # fmt: skip
SAMPLES = [case.but(single=False, tolerance=1e-6) for case in SAMPLES]
WARNINGS = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def name_of(case):
    owner = case.function.__self__
    return f"{getattr(owner, 'name', type(owner).__name__)}.{case}"


@WARNINGS
@pytest.mark.parametrize("case", SAMPLES, ids=name_of)
def test_rule(case):
    check(case)


ORDERS = [case for name in SHAPES for case in of(name)[2::4]]


@WARNINGS
@pytest.mark.parametrize("case", ORDERS[::2], ids=name_of)
def test_modes_and_orders(case):
    check_orders(case.but(wrt=case.wrt[:2]))


@pytest.mark.parametrize("case", SAMPLES[-16:], ids=name_of)
def test_modes_and_orders_of_several_variables(case):
    check_orders(case, second=False)


def test_every_rule_has_a_sample():
    tested = {case.function for case in SAMPLES} | {st.multivariate_normal.entropy}
    ruled = {f for f in TABLE.rules if "scipy.stats" in str(getattr(f, "__module__", ""))}
    assert ruled - {st.rankdata} <= tested


# --- covariances: symmetric -----------------------------------------------------------------------


def symmetric_logpdf(x, mean, a):
    return st.multivariate_normal.logpdf(x, mean, (a + a.T) / 2)


def symmetric_pdf(x, mean, a):
    return st.multivariate_normal.pdf(x, mean, (a + a.T) / 2)


def symmetric_entropy(a):
    return st.multivariate_normal.entropy(np.zeros(3), (a + a.T) / 2)


@pytest.mark.parametrize("f", [symmetric_logpdf, symmetric_pdf])
def test_covariances(f):
    check_orders(sample(f, V, V + 0.3, SPREAD).but(wrt=(0, 1, 2)))


def test_entropy():
    check_orders(sample(symmetric_entropy, SPREAD).but(wrt=(0,)))


def test_a_singular_covariance():
    cov = np.diag([1.0, 2.0, 0.0])
    mean = np.array([0.1, 0.2, 0.3])
    f = lambda x: st.multivariate_normal.logpdf(np.append(x, 0.3), mean, cov, allow_singular=True)
    found = srcad.grad(f)(np.array([0.4, 0.6]))
    np.testing.assert_allclose(found, [-0.3, -0.2])


def test_covariances_of_many_points():
    x = R.normal(size=(4, 3))

    def f(a, mean):
        return np.sum(np.sin(st.multivariate_normal.logpdf(x, mean, (a + a.T) / 2)))

    da = R.normal(size=(3, 3))
    found = np.sum(srcad.grad(f)(SPREAD, V) * da)
    h = 1e-5
    wanted = (f(SPREAD + h * da, V) - f(SPREAD - h * da, V)) / (2 * h)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


# --- what a distribution looks like in a program --------------------------------------------------


def frozen(x, loc, scale):
    return np.sum(st.norm(loc, scale).logpdf(x)) + st.norm(loc=loc).cdf(0.3)


def frozen_kept(x, a):
    prior = st.gamma(a, scale=2.0)
    return np.sum(prior.logpdf(x) * prior.cdf(1.0 + 0 * x))


@pytest.mark.parametrize("naive", [False, True])
def test_frozen_distributions(naive):
    args = (X, 0.2, 1.3)
    value, bars = srcad.value_and_grad(frozen, wrt=(0, 1, 2), naive=naive)(*args)
    assert value == frozen(*args)
    np.testing.assert_allclose(bars[0], -(X - 0.2) / 1.69)
    h = 1e-6
    wanted = (frozen(X, 0.2 + h, 1.3) - frozen(X, 0.2 - h, 1.3)) / (2 * h)
    np.testing.assert_allclose(bars[1], wanted, rtol=1e-7)


def test_frozen_distributions_in_forward_mode():
    value, dot = srcad.jvp(frozen, (X, 0.2, 1.3), (None, 1.0, None))
    np.testing.assert_allclose(dot, srcad.grad(frozen, wrt=1)(X, 0.2, 1.3))
    found = srcad.grad(frozen_kept)(X, 2.0)
    assert np.all(np.isfinite(found))


def test_the_shape_of_a_probability_is_refused():
    with pytest.raises(MissingRule, match="`a`"):
        srcad.grad(lambda a: st.gamma.cdf(0.3, a))(1.5)
    with pytest.raises(NotDifferentiable, match="allow_singular"):
        srcad.grad(lambda c: st.multivariate_normal.logpdf(V, V, c, allow_singular=True))(SPREAD)


def test_outside_of_the_support_nothing_moves():
    outside = np.array([-1.0, 0.5, 2.0])
    found = special(st.uniform.logpdf, outside)
    np.testing.assert_array_equal(found, [0, 0, 0])
    found = special(st.beta.logpdf, outside, 2.0, 2.0)
    np.testing.assert_array_equal(found, [0, 0, 0])
    np.testing.assert_array_equal(special(st.expon.pdf, outside), [0, -np.exp(-0.5), -np.exp(-2.0)])
    np.testing.assert_array_equal(special(st.gamma.logcdf, outside[:1], 2.0), [0])


class WithoutRules(type(st.multivariate_normal)):
    """Its methods are read; a number of an object becomes a row there: `log_pdet[..., None]`."""


READ = WithoutRules()


@pytest.mark.parametrize("naive", [False, True])
def test_the_source_gives_what_the_rule_gives(naive):
    def read(cov):
        return READ.logpdf(V + 0.3, V, (cov + cov.T) / 2)

    def ruled(cov):
        return st.multivariate_normal.logpdf(V + 0.3, V, (cov + cov.T) / 2)

    found = srcad.grad(read, naive=naive)(SPREAD)
    np.testing.assert_allclose(found, srcad.grad(ruled)(SPREAD), rtol=1e-9)
