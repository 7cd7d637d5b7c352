"""Compute the derivatives of scipy.special that need more than a line.

What has a removable singularity is a series beside it, right in every order that its terms reach.
The densities are those of the distributions whose integrals SciPy has; `xlogy` makes them right at
the ends.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc

from srcad.errors import NotDifferentiable
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.indexing import uncast

# --- gamma and beta -----------------------------------------------------------------------------


def psi_slope(x: Any) -> Any:
    """ψ', which SciPy has for real arguments."""
    if np.iscomplexobj(x):
        raise NotDifferentiable("SciPy has no derivative of digamma for complex arguments.")
    return sc.zeta(2, x)


def rgamma_slope(y: Any, z: Any) -> Any:
    """The derivative of 1/Γ: -ψ/Γ, and by Γ(z) Γ(1-z) = π / sin πz on the side of the poles."""
    left = np.real(z) < 0.5
    w = np.where(left, z, 0)[()]
    turned = np.cos(math.pi * w) - np.sin(math.pi * w) * sc.psi(1 - w) / math.pi
    return np.where(left, sc.gamma(1 - w) * turned, -y * sc.psi(np.where(left, 1, z)[()]))[()]


def multi_psi(a: Any, d: int) -> Any:
    """The derivative of multigammaln: the sum of ψ(a - j/2), j < d."""
    return np.sum(sc.psi(np.expand_dims(np.asarray(a), -1) - np.arange(d) / 2), -1)[()]


def gamma_density(a: Any, x: Any) -> Any:
    """The derivative of gammainc(a, x) in x: xᵃ⁻¹ e⁻ˣ / Γ(a); 0 outside."""
    inner = np.where(x < 0, 1, x)[()]
    density = np.exp(sc.xlogy(a - 1, inner) - inner - sc.gammaln(a))
    return np.where(x < 0, np.nan, density)[()]


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """The derivative of betainc(a, b, x) in x: xᵃ⁻¹ (1 - x)ᵇ⁻¹ / B(a, b)."""
    return np.exp(sc.xlogy(a - 1, x) + sc.xlog1py(b - 1, -x) - sc.betaln(a, b))


def chi2_density(v: Any, x: Any) -> Any:
    """The derivative of chdtr(v, x): gamma's for v/2 at x/2, halved."""
    return gamma_density(v / 2, x / 2) / 2


def t_density(df: Any, t: Any) -> Any:
    """The derivative of stdtr(df, t)."""
    scale = sc.gammaln((df + 1) / 2) - sc.gammaln(df / 2)
    return np.exp(scale - (df + 1) / 2 * np.log1p(t * t / df)) / np.sqrt(df * math.pi)


def f_density(m: Any, n: Any, x: Any) -> Any:
    """The derivative of fdtr(m, n, x): beta's at m x / (m x + n)."""
    whole = m * x + n
    return beta_density(m / 2, n / 2, m * x / whole) * m * n / (whole * whole)


# --- counting -----------------------------------------------------------------------------------


def binom_n(y: Any, n: Any, k: Any) -> Any:
    """The derivative of binom(n, k) in n, where n - k + 1 is a pole as well."""
    rest = n - k + 1
    inside = rest > 0
    beyond = sc.gamma(np.where(inside, 1, n + 1)[()]) * sc.rgamma(k + 1)
    beyond = beyond * rgamma_slope(sc.rgamma(rest), rest)
    return y * sc.psi(n + 1) + np.where(inside, -y * sc.psi(np.where(inside, rest, 1)), beyond)[()]


def binom_k(y: Any, n: Any, k: Any) -> Any:
    """The derivative of binom(n, k) in k, where k + 1 or n - k + 1 is a pole as well."""
    rest = n - k + 1
    inside = (rest > 0) & (k + 1 > 0)
    plain = y * (sc.psi(np.where(inside, rest, 1)) - sc.psi(np.where(inside, k + 1, 1)))
    left = rgamma_slope(sc.rgamma(k + 1), k + 1) * sc.rgamma(rest)
    right = sc.rgamma(k + 1) * rgamma_slope(sc.rgamma(rest), rest)
    return np.where(inside, plain, sc.gamma(np.where(inside, 1, n + 1)) * (left - right))[()]


def choices_n(y: Any, n: Any, k: Any, repetition: bool) -> Any:
    """The derivative of comb(n, k) in n; 0 where there are no choices."""
    n = np.asarray(n) + np.asarray(k) - 1 if repetition else np.asarray(n)
    return np.where((k <= n) & (k >= 0) & (n >= 0), binom_n(y, n, np.asarray(k)), 0)[()]


def choices_k(y: Any, n: Any, k: Any, repetition: bool) -> Any:
    """The derivative of comb(n, k) in k; 0 where there are no choices."""
    k = np.asarray(k)
    whole = np.asarray(n) + k - 1 if repetition else np.asarray(n)
    slope = binom_k(y, whole, k)
    slope = slope + binom_n(y, whole, k) if repetition else slope
    return np.where((k <= whole) & (k >= 0) & (whole >= 0), slope, 0)[()]


def perm_n(y: Any, n: Any, k: Any) -> Any:
    """The derivative of perm(n, k) = n! / (n-k)! in n; 0 where there are no choices."""
    n, k = np.asarray(n), np.asarray(k)
    inside = (k <= n) & (k >= 0) & (n >= 0)
    slope = sc.psi(np.where(inside, n + 1, 1)) - sc.psi(np.where(inside, n - k + 1, 1))
    return np.where(inside, y * slope, 0)[()]


def perm_k(y: Any, n: Any, k: Any) -> Any:
    """The derivative of perm(n, k) in k."""
    n, k = np.asarray(n), np.asarray(k)
    inside = (k <= n) & (k >= 0) & (n >= 0)
    return np.where(inside, y * sc.psi(np.where(inside, n - k + 1, 1)), 0)[()]


def factorial_slope(y: Any, n: Any, extend: str) -> Any:
    """The derivative of Γ(n + 1); below 0 SciPy says 0, but for `extend="complex"`."""
    n = np.asarray(n)
    if extend == "complex":
        return y * sc.psi(n + 1)
    return np.where(n < 0, 0, y * sc.psi(np.where(n < 0, 0, n) + 1))[()]


# --- removable singularities ----------------------------------------------------------------------


def _series(u: Any, coefficients: list[float]) -> Any:
    """A polynomial, its constant first."""
    total = 0 * u + coefficients[-1]
    for c in coefficients[-2::-1]:
        total = total * u + c
    return total


_EXPREL = [(k + 1) / math.factorial(k + 2) for k in range(18)]
_LOG1P = [(-1) ** k / (k + 1) for k in range(28)]
_LOG1P_SLOPE = [-((-1) ** k) * (k + 1) / (k + 2) for k in range(30)]
_SINHC = [1 / math.factorial(2 * k + 1) for k in range(10)]


def exprel_slope(y: Any, x: Any) -> Any:
    """The derivative of y = (eˣ - 1) / x: (eˣ - y) / x."""
    near = np.abs(x) < 0.7
    far = np.where(near, 1, x)[()]
    y = sc.exprel(far) if y is None else np.where(near, 1, y)
    return np.where(near, _series(np.where(near, x, 0)[()], _EXPREL), (np.exp(far) - y) / far)[()]


def log1p_ratio(u: Any) -> Any:
    """log(1 + u) / u."""
    near = np.abs(u) < 0.2
    far = np.where(near, 1, u)[()]
    return np.where(near, _series(np.where(near, u, 0)[()], _LOG1P), np.log1p(far) / far)[()]


def log1p_ratio_slope(u: Any) -> Any:
    """The derivative of log(1 + u) / u."""
    near = np.abs(u) < 0.2
    far = np.where(near, 1, u)[()]
    rest = (1 / (1 + far) - np.log1p(far) / far) / far
    return np.where(near, _series(np.where(near, u, 0)[()], _LOG1P_SLOPE), rest)[()]


def sinhc(x: Any) -> Any:
    """sinh(x) / x."""
    near = np.abs(x) < 0.5
    far, small = np.where(near, 1, x)[()], np.where(near, x, 0)[()]
    return np.where(near, _series(small * small, _SINHC), np.sinh(far) / far)[()]


def expn_slope(n: Any, x: Any) -> Any:
    """The derivative of the exponential integral Eₙ: -Eₙ₋₁."""
    order = np.where(np.equal(n, 0), 1, n)[()] - 1
    zeroth = -np.exp(-x) * (1 + x) / (x * x)
    return np.where(np.equal(n, 0), zeroth, -sc.expn(order, x))[()]


def over_or_zero(a: Any, b: Any) -> Any:
    """a / b, and 0 where a = 0."""
    return a / np.where(np.equal(a, 0), 1, b)[()]


def log_ndtr_slope(x: Any) -> Any:
    """The derivative of log Φ: φ / Φ, far out as well."""
    return math.sqrt(2 / math.pi) / sc.erfcx(-x / math.sqrt(2))


def voigt_slope(x: Any, s: Any, g: Any) -> Any:
    """w'(z) at z = (x + iγ) / (σ √2), w the Faddeeva function."""
    z = (x + 1j * g) / (s * math.sqrt(2))
    return 2j / math.sqrt(math.pi) - 2 * z * sc.wofz(z)


# --- sums of exponentials -------------------------------------------------------------------------


def softmax_bar(y_bar: Any, y: Any, axis: Any = None) -> Any:
    """x̄ = y (ȳ - Σ y ȳ): the matrix of the derivative is symmetric."""
    return y * (y_bar - np.sum(y * y_bar, axis, keepdims=True))


def softmax_moved(t: Any, y: Any, axis: Any = None) -> Any:
    """The tangent of softmax."""
    return y * (t - np.sum(y * t, axis, keepdims=True))


def log_softmax_bar(y_bar: Any, y: Any, axis: Any = None) -> Any:
    """x̄ = ȳ - eʸ Σ ȳ."""
    return y_bar - np.exp(y) * np.sum(y_bar, axis, keepdims=True)


def log_softmax_moved(t: Any, y: Any, axis: Any = None) -> Any:
    """The tangent of log_softmax."""
    return t - np.sum(np.exp(y) * t, axis, keepdims=True)


def _shares(y: Any, a: Any, axis: Any, keepdims: bool, signed: bool) -> Any:
    """exp(a - y) with the sign of the sum; 0 where the sum is 0 and a is -inf."""
    y, sign = (y[0], y[1]) if signed else (y, None)
    if not keepdims and axis is not None:
        y = np.expand_dims(y, axis)
        sign = None if sign is None else np.expand_dims(sign, axis)
    found = np.exp(a - np.where(np.isneginf(np.real(y)), 0, y))
    return found if sign is None else found * np.conj(sign)


def logsumexp_a(
    y_bar: Any, y: Any, a: Any, axis: Any, b: Any, keepdims: bool, return_sign: bool
) -> Any:
    """ā = ȳ b exp(a - y) of y = log Σ b exp(a), log|…| with the sign beside it."""
    y_bar = _of_the_log(y_bar, a, b, return_sign)
    if not keepdims and axis is not None:
        y_bar = np.expand_dims(y_bar, axis)
    terms = y_bar * _shares(y, a, axis, keepdims, return_sign)
    return uncast(unbroadcast(terms if b is None else terms * b, a), a)


def logsumexp_b(
    y_bar: Any, y: Any, a: Any, axis: Any, b: Any, keepdims: bool, return_sign: bool
) -> Any:
    """b̄ = ȳ exp(a - y)."""
    y_bar = _of_the_log(y_bar, a, b, return_sign)
    if not keepdims and axis is not None:
        y_bar = np.expand_dims(y_bar, axis)
    return uncast(unbroadcast(y_bar * _shares(y, a, axis, keepdims, return_sign), b), b)


def _of_the_log(y_bar: Any, a: Any, b: Any, return_sign: bool) -> Any:
    if return_sign and (np.iscomplexobj(a) or np.iscomplexobj(b)):
        raise NotDifferentiable("logsumexp(..., return_sign=True) of complex numbers.")
    return y_bar[0] if return_sign else y_bar


def logsumexp_moved(
    a_dot: Any, b_dot: Any, y: Any, a: Any, axis: Any, b: Any, keepdims: bool, return_sign: bool
) -> Any:
    """The tangent of logsumexp when a, or b, moves."""
    terms = _shares(y, a, axis, keepdims, return_sign)
    if a_dot is None:
        terms = terms * b_dot
    else:
        terms = terms * a_dot if b is None else terms * b * a_dot
    found = np.sum(_of_the_log((terms, None), a, b, True) if return_sign else terms, axis)
    found = np.reshape(found, np.shape(y[0] if return_sign else y))[()]
    return (found, 0 * y[1]) if return_sign else found
