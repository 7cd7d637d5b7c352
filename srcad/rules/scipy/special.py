"""Declare scipy.special: gamma and error functions, exponentials, entropies, sums of exponentials.

Every partial is written in functions that have rules themselves, so that derivatives of any order
follow.  None stands for an argument in which no closed form is known: it is refused.
"""

from __future__ import annotations

import math

import numpy as np
import scipy.special as sc

from srcad.rules.table import jvp, no_derivative, partials, vjp
from srcad.runtime.elementwise import pow_base, pow_exponent
from srcad.runtime.scipy.special import (
    beta_density,
    binom_k,
    binom_n,
    choices_k,
    choices_n,
    expn_slope,
    exprel_slope,
    factorial_slope,
    gamma_density,
    log1p_ratio,
    log1p_ratio_slope,
    log_ndtr_slope,
    log_softmax_bar,
    log_softmax_moved,
    logsumexp_a,
    logsumexp_b,
    logsumexp_moved,
    multi_psi,
    over_or_zero,
    perm_k,
    perm_n,
    psi_slope,
    rgamma_slope,
    sinhc,
    softmax_bar,
    softmax_moved,
    voigt_slope,
)

# fmt: off
# --- gamma and beta ---
partials(sc.gamma,        lambda y, x: y * sc.psi(x))
partials(sc.gammaln,      lambda y, x: sc.psi(x))
partials(sc.loggamma,     lambda y, z: sc.psi(z))
partials(sc.rgamma,       lambda y, z: rgamma_slope(y, z))
partials(sc.psi,          lambda y, z: psi_slope(z))
partials(sc.polygamma,    None, lambda y, n, x: sc.polygamma(n + 1, x))
partials(sc.multigammaln, lambda y, a, d: multi_psi(a, d))
partials(sc.zeta,         None, lambda y, x, q=None, out=None: -x * sc.zeta(x + 1, q))
partials(sc.beta,         lambda y, a, b: y * (sc.psi(a) - sc.psi(a + b)),
                          lambda y, a, b: y * (sc.psi(b) - sc.psi(a + b)))
partials(sc.betaln,       lambda y, a, b: sc.psi(a) - sc.psi(a + b),
                          lambda y, a, b: sc.psi(b) - sc.psi(a + b))
partials(sc.gammainc,     None, lambda y, a, x: gamma_density(a, x))
partials(sc.gammaincc,    None, lambda y, a, x: -gamma_density(a, x))
partials(sc.gammaincinv,  None, lambda y, a, p: 1 / gamma_density(a, y))
partials(sc.gammainccinv, None, lambda y, a, p: -1 / gamma_density(a, y))
partials(sc.betainc,      None, None, lambda y, a, b, x: beta_density(a, b, x))
partials(sc.betaincc,     None, None, lambda y, a, b, x: -beta_density(a, b, x))
partials(sc.betaincinv,   None, None, lambda y, a, b, p: 1 / beta_density(a, b, y))
partials(sc.betainccinv,  None, None, lambda y, a, b, p: -1 / beta_density(a, b, y))
no_derivative(sc.gammasgn, sc.round)

# --- counting ---
partials(sc.binom,     lambda y, n, k: binom_n(y, n, k), lambda y, n, k: binom_k(y, n, k))
partials(sc.poch,      lambda y, z, m: y * (sc.psi(z + m) - sc.psi(z)),
                       lambda y, z, m: y * sc.psi(z + m))
partials(sc.factorial, lambda y, n, exact=False, extend="zero": factorial_slope(y, n, extend))
partials(sc.comb,
    lambda y, N, k, *, exact=False, repetition=False: choices_n(y, N, k, repetition),
    lambda y, N, k, *, exact=False, repetition=False: choices_k(y, N, k, repetition))
partials(sc.perm,      lambda y, N, k, exact=False: perm_n(y, N, k),
                       lambda y, N, k, exact=False: perm_k(y, N, k))

# --- error functions ---
partials(sc.erf,      lambda y, z: 2 / math.sqrt(math.pi) * np.exp(-z * z))
partials(sc.erfc,     lambda y, z: -2 / math.sqrt(math.pi) * np.exp(-z * z))
partials(sc.erfi,     lambda y, z: 2 / math.sqrt(math.pi) * np.exp(z * z))
partials(sc.erfcx,    lambda y, z: 2 * z * y - 2 / math.sqrt(math.pi))
partials(sc.dawsn,    lambda y, z: 1 - 2 * z * y)
partials(sc.wofz,     lambda y, z: 2j / math.sqrt(math.pi) - 2 * z * y)
partials(sc.erfinv,   lambda y, x: math.sqrt(math.pi) / 2 * np.exp(y * y))
partials(sc.erfcinv,  lambda y, x: -math.sqrt(math.pi) / 2 * np.exp(y * y))
partials(sc.ndtr,     lambda y, x: np.exp(-x * x / 2) / math.sqrt(2 * math.pi))
partials(sc.log_ndtr, lambda y, x: log_ndtr_slope(x))
partials(sc.ndtri,    lambda y, p: math.sqrt(2 * math.pi) * np.exp(y * y / 2))
partials(sc.ndtri_exp, lambda y, p: 1 / log_ndtr_slope(y))
partials(sc.owens_t,
    lambda y, h, a: -np.exp(-h * h / 2) * sc.erf(a * h / math.sqrt(2)) / math.sqrt(8 * math.pi),
    lambda y, h, a: np.exp(-h * h * (1 + a * a) / 2) / (2 * math.pi * (1 + a * a)))
partials(sc.voigt_profile,
    lambda y, x, s, g: np.real(voigt_slope(x, s, g)) / (2 * math.sqrt(math.pi) * s * s),
    lambda y, x, s, g:
        -y / s - np.real((x + 1j * g) * voigt_slope(x, s, g)) / (math.sqrt(4 * math.pi) * s**3),
    lambda y, x, s, g: -np.imag(voigt_slope(x, s, g)) / (2 * math.sqrt(math.pi) * s * s))

# --- exponentials and logarithms ---
partials(sc.cbrt,      lambda y, x: 1 / (3 * y * y))
partials(sc.exp2,      lambda y, x: y * math.log(2))
partials(sc.exp10,     lambda y, x: y * math.log(10))
partials(sc.expm1,     lambda y, x: y + 1)
partials(sc.log1p,     lambda y, x: 1 / (1 + x))
partials(sc.cosm1,     lambda y, x: -np.sin(x))
partials(sc.powm1,     lambda y, x1, x2: pow_base(x1, x2),
                       lambda y, x1, x2: pow_exponent(y + 1, x1))
partials(sc.exprel,    lambda y, x: exprel_slope(y, x))
partials(sc.expit,     lambda y, x: y * sc.expit(-x))
partials(sc.logit,     lambda y, x: 1 / (x * (1 - x)))
partials(sc.log_expit, lambda y, x: sc.expit(-x))
partials(sc.softplus,  lambda y, x: sc.expit(x))
partials(sc.lambertw,  lambda y, z, k=0, tol=1e-8: np.exp(-y) / (1 + y))
partials(sc.wrightomega, lambda y, z: y / (1 + y))
partials(sc.wright_bessel, None, None, lambda y, a, b, x: sc.wright_bessel(a, a + b, x))
partials(sc.log_wright_bessel, None, None,
         lambda y, a, b, x: np.exp(sc.log_wright_bessel(a, a + b, x) - y))

# --- integrals of exponentials and sines ---
partials(sc.expi,   lambda y, x: np.exp(x) / x)
partials(sc.exp1,   lambda y, z: -np.exp(-z) / z)
partials(sc.expn,   None, lambda y, n, x: expn_slope(n, x))
partials(sc.spence, lambda y, z: -log1p_ratio(z - 1))
vjp(sc.fresnel, lambda y_bar, y, z:
    y_bar[0] * np.sin(math.pi / 2 * z * z) + y_bar[1] * np.cos(math.pi / 2 * z * z))
jvp(sc.fresnel, lambda t, y, z:
    (t * np.sin(math.pi / 2 * z * z), t * np.cos(math.pi / 2 * z * z)))
vjp(sc.sici,    lambda y_bar, y, x: y_bar[0] * np.sinc(x / math.pi) + y_bar[1] * np.cos(x) / x)
jvp(sc.sici,    lambda t, y, x: (t * np.sinc(x / math.pi), t * np.cos(x) / x))
vjp(sc.shichi,  lambda y_bar, y, x: y_bar[0] * sinhc(x) + y_bar[1] * np.cosh(x) / x)
jvp(sc.shichi,  lambda t, y, x: (t * sinhc(x), t * np.cosh(x) / x))

# --- entropies, losses, transformations ---
partials(sc.xlogy,    lambda y, x1, x2: np.log(x2),    lambda y, x1, x2: over_or_zero(x1, x2))
partials(sc.xlog1py,  lambda y, x1, x2: np.log1p(x2),  lambda y, x1, x2: over_or_zero(x1, 1 + x2))
partials(sc.entr,     lambda y, x: -np.log(x) - 1)
partials(sc.rel_entr, lambda y, x1, x2: np.log(x1 / x2) + 1, lambda y, x1, x2: -x1 / x2)
partials(sc.kl_div,   lambda y, x1, x2: np.log(x1 / x2),     lambda y, x1, x2: 1 - x1 / x2)
partials(sc.huber,    lambda y, d, r: np.maximum(np.abs(r) - d, 0),
                      lambda y, d, r: np.clip(r, -d, d))
partials(sc.pseudo_huber,
    lambda y, d, r: d * np.square(np.hypot(1, r / d) - 1) / np.hypot(1, r / d),
    lambda y, d, r: r / np.hypot(1, r / d))
partials(sc.boxcox,       lambda y, x, c: x ** (c - 1),
                          lambda y, x, c: np.square(np.log(x)) * exprel_slope(None, c * np.log(x)))
partials(sc.boxcox1p,     lambda y, x, c: (1 + x) ** (c - 1),
         lambda y, x, c: np.square(np.log1p(x)) * exprel_slope(None, c * np.log1p(x)))
partials(sc.inv_boxcox,   lambda y, x, c: y ** (1 - c),
                          lambda y, x, c: y * x * x * log1p_ratio_slope(c * x))
partials(sc.inv_boxcox1p, lambda y, x, c: (1 + y) ** (1 - c),
                          lambda y, x, c: (1 + y) * x * x * log1p_ratio_slope(c * x))

# --- degrees ---
partials(sc.sindg,  lambda y, x: math.pi / 180 * sc.cosdg(x))
partials(sc.cosdg,  lambda y, x: -math.pi / 180 * sc.sindg(x))
partials(sc.tandg,  lambda y, x: math.pi / 180 * (1 + y * y))
partials(sc.cotdg,  lambda y, x: -math.pi / 180 * (1 + y * y))
partials(sc.radian, lambda y, d, m, s: math.pi / 180, lambda y, d, m, s: math.pi / 10800,
                    lambda y, d, m, s: math.pi / 648000)

# --- sums of exponentials ---
vjp(sc.softmax,     lambda y_bar, y, x, axis=None: softmax_bar(y_bar, y, axis))
jvp(sc.softmax,     lambda t, y, x, axis=None: softmax_moved(t, y, axis))
vjp(sc.log_softmax, lambda y_bar, y, x, axis=None: log_softmax_bar(y_bar, y, axis))
jvp(sc.log_softmax, lambda t, y, x, axis=None: log_softmax_moved(t, y, axis))
vjp(sc.logsumexp,
    lambda y_bar, y, a, axis=None, b=None, keepdims=False, return_sign=False:
        logsumexp_a(y_bar, y, a, axis, b, keepdims, return_sign),
    None,
    lambda y_bar, y, a, axis=None, b=None, keepdims=False, return_sign=False:
        logsumexp_b(y_bar, y, a, axis, b, keepdims, return_sign))
jvp(sc.logsumexp,
    lambda t, y, a, axis=None, b=None, keepdims=False, return_sign=False:
        logsumexp_moved(t, None, y, a, axis, b, keepdims, return_sign),
    None,
    lambda t, y, a, axis=None, b=None, keepdims=False, return_sign=False:
        logsumexp_moved(None, t, y, a, axis, b, keepdims, return_sign))
# fmt: on
