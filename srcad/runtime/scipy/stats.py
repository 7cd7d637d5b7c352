"""The scores of distributions, and densities of several variables.

The score of a distribution is the derivative of its log-density in the standardised argument z; the
slopes are those in the shapes.  Source: the densities in the documentation of scipy.stats.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc

from srcad.errors import NotDifferentiable
from srcad.runtime.indexing import fit, uncast

# --- where a density is zero ----------------------------------------------------------------------


def where_positive(y: Any, slope: Any) -> Any:
    """The slope of a log-density y; 0 outside of the support."""
    return np.where(np.isneginf(y), 0, slope)[()]


def times_density(y: Any, slope: Any) -> Any:
    """y times the slope of its logarithm; 0 outside of the support."""
    return np.where(np.equal(y, 0), 0, y * np.where(np.equal(y, 0), 0, slope))[()]


def probability_share(logarithm: Any, y: Any) -> Any:
    """exp(logarithm - y), the slope of the logarithm y of a probability; 0 where that is 0."""
    return np.where(np.isneginf(y), 0, np.exp(logarithm - np.where(np.isneginf(y), 0, y)))[()]


# --- scores and slopes ----------------------------------------------------------------------------


def norm_score(z: Any) -> Any:
    return -z


def expon_score(z: Any) -> Any:
    return 0 * z - 1


def uniform_score(z: Any) -> Any:
    return 0 * z


def laplace_score(z: Any) -> Any:
    return -np.sign(z)


def cauchy_score(z: Any) -> Any:
    return -2 * z / (1 + z * z)


def logistic_score(z: Any) -> Any:
    return -np.tanh(z / 2)


def gumbel_r_score(z: Any) -> Any:
    return np.exp(-z) - 1


def gumbel_l_score(z: Any) -> Any:
    return 1 - np.exp(z)


def rayleigh_score(z: Any) -> Any:
    return 1 / z - z


def t_score(z: Any, df: Any) -> Any:
    return -(df + 1) * z / (df + z * z)


def t_df(z: Any, df: Any) -> Any:
    rest = sc.psi((df + 1) / 2) - sc.psi(df / 2) - 1 / df - np.log1p(z * z / df)
    return (rest + (df + 1) / df * (z * z) / (df + z * z)) / 2


def beta_score(z: Any, a: Any, b: Any) -> Any:
    return (a - 1) / z - (b - 1) / (1 - z)


def beta_a(z: Any, a: Any, b: Any) -> Any:
    return np.log(z) - sc.psi(a) + sc.psi(a + b)


def beta_b(z: Any, a: Any, b: Any) -> Any:
    return np.log1p(-z) - sc.psi(b) + sc.psi(a + b)


def gamma_score(z: Any, a: Any) -> Any:
    return (a - 1) / z - 1


def gamma_a(z: Any, a: Any) -> Any:
    return np.log(z) - sc.psi(a)


def chi2_score(z: Any, df: Any) -> Any:
    return (df / 2 - 1) / z - 0.5


def chi2_df(z: Any, df: Any) -> Any:
    return (np.log(z / 2) - sc.psi(df / 2)) / 2


def lognorm_score(z: Any, s: Any) -> Any:
    return -(1 + np.log(z) / (s * s)) / z


def lognorm_s(z: Any, s: Any) -> Any:
    return np.square(np.log(z)) / (s * s * s) - 1 / s


def weibull_score(z: Any, c: Any) -> Any:
    return (c - 1) / z - c * z ** (c - 1)


def weibull_c(z: Any, c: Any) -> Any:
    return 1 / c + np.log(z) * (1 - z**c)


def pareto_score(z: Any, b: Any) -> Any:
    return -(b + 1) / z


def pareto_b(z: Any, b: Any) -> Any:
    return 1 / b - np.log(z)


def powerlaw_score(z: Any, a: Any) -> Any:
    return (a - 1) / z


def powerlaw_a(z: Any, a: Any) -> Any:
    return 1 / a + np.log(z)


def invgamma_score(z: Any, a: Any) -> Any:
    return (1 / z - a - 1) / z


def invgamma_a(z: Any, a: Any) -> Any:
    return -np.log(z) - sc.psi(a)


def skewnorm_ratio(u: Any) -> Any:
    return math.sqrt(2 / math.pi) / sc.erfcx(-u / math.sqrt(2))


def skewnorm_score(z: Any, a: Any) -> Any:
    return a * skewnorm_ratio(a * z) - z


def skewnorm_a(z: Any, a: Any) -> Any:
    return z * skewnorm_ratio(a * z)


def poisson_mu(k: Any, mu: Any) -> Any:
    return k / mu - 1


def bernoulli_p(k: Any, p: Any) -> Any:
    return k / p - (1 - k) / (1 - p)


def binom_p(k: Any, n: Any, p: Any) -> Any:
    return k / p - (n - k) / (1 - p)


def geom_p(k: Any, p: Any) -> Any:
    return 1 / p - (k - 1) / (1 - p)


# --- several variables ----------------------------------------------------------------------------


def _precision(cov: Any, d: int, singular: bool) -> Any:
    """The inverse of a covariance given as a number, a diagonal or a matrix."""
    if np.ndim(cov) == 0:
        return np.eye(d) / cov
    if np.ndim(cov) == 1:
        return np.eye(d) * np.expand_dims(1 / cov, -1)
    return np.linalg.pinv(cov, hermitian=True) if singular else np.linalg.inv(cov)


def _dimension(x: Any, mean: Any, cov: Any) -> int:
    if mean is not None and np.ndim(mean):
        return int(np.size(mean))
    return int(np.shape(cov)[0]) if np.ndim(cov) else 1


def _points(x: Any, d: int) -> Any:
    """The points in the last axis: of one variable every number is a point."""
    if np.ndim(x) == 0:
        return np.reshape(x, (1,))
    return np.expand_dims(x, -1) if d == 1 and np.ndim(x) == 1 else x


def _weighted(y_bar: Any, x: Any, mean: Any, cov: Any, singular: bool) -> tuple[Any, Any, Any]:
    """The pulls cov⁻¹ (x - mean), the precision, and the cotangents, in shapes that fit."""
    d = _dimension(x, mean, cov)
    points, precision = _points(x, d), _precision(cov, d, singular)
    off = points - (0.0 if mean is None else mean)
    return off @ precision, precision, np.expand_dims(y_bar, -1)


def normal_x(y_bar: Any, x: Any, mean: Any, cov: Any, singular: bool) -> Any:
    """x̄ of the log-density: -cov⁻¹ (x - mean)."""
    pulls, _, g = _weighted(y_bar, x, mean, cov, singular)
    return uncast(np.reshape(-g * pulls, np.shape(x)), x)


def normal_mean(y_bar: Any, x: Any, mean: Any, cov: Any, singular: bool) -> Any:
    """The cotangent of the mean."""
    pulls, _, g = _weighted(y_bar, x, mean, cov, singular)
    return fit(
        np.reshape(np.sum(np.reshape(g * pulls, (-1, np.shape(pulls)[-1])), 0), np.shape(mean)),
        mean,
    )


def normal_cov(y_bar: Any, x: Any, mean: Any, cov: Any, singular: bool) -> Any:
    """The cotangent of the covariance: (cov⁻¹ (x - mean) (x - mean)ᵀ cov⁻¹ - cov⁻¹) / 2.

    Refused of one that may be singular: its rank would change.
    """
    if singular:
        raise NotDifferentiable(
            "scipy.stats.multivariate_normal with allow_singular=True has no derivative in `cov`."
        )
    pulls, precision, g = _weighted(y_bar, x, mean, cov, singular)
    flat = np.reshape(pulls, (-1, np.shape(pulls)[-1]))
    full = (np.reshape(g, (-1, 1)) * flat).T @ flat - np.sum(g) * precision
    if np.ndim(cov) == 0:
        return uncast(np.trace(full) / 2, cov)
    return uncast(np.diagonal(full) / 2 if np.ndim(cov) == 1 else full / 2, cov)


def entropy_cov(y_bar: Any, mean: Any, cov: Any) -> Any:
    """The cotangent of the covariance in the entropy, ½ log det cov and constants."""
    d = _dimension(None, mean, cov)
    half = y_bar * _precision(cov, d, False) / 2
    if np.ndim(cov) == 0:
        return uncast(np.trace(half), cov)
    return uncast(np.diagonal(half) if np.ndim(cov) == 1 else half, cov)


def dirichlet_x(y_bar: Any, x: Any, alpha: Any) -> Any:
    """x̄ of the log-density Σ (α - 1) log x; the last x may be left out."""
    k, n = np.size(alpha), np.shape(x)[0]
    powers = np.reshape(np.asarray(alpha) - 1, (k,) + (1,) * (np.ndim(x) - 1))
    bars = powers[:n] / x
    if n < k:
        bars = bars - powers[n:] / (1 - np.sum(x, 0))
    return uncast(y_bar * bars, x)


def dirichlet_alpha(y_bar: Any, x: Any, alpha: Any) -> Any:
    """ᾱ: Σ ȳ (log x - ψ(α) + ψ(Σ α))."""
    whole = x
    if np.shape(x)[0] < np.size(alpha):
        whole = np.concatenate([x, np.expand_dims(1 - np.sum(x, 0), 0)])
    logs = np.sum(np.reshape(y_bar * np.log(whole), (np.size(alpha), -1)), -1)
    rest = sc.psi(np.sum(alpha)) - sc.psi(np.asarray(alpha))
    return uncast(logs + np.sum(y_bar) * rest, alpha)
