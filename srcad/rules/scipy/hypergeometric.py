"""Declare hypergeometric functions, elliptic integrals and orthogonal polynomials of scipy.special.

In parameters without a closed form: refused.
"""

from __future__ import annotations

import math

import numpy as np
import scipy.special as sc

from srcad.rules.table import jvp, partials, vjp
from srcad.runtime.scipy.elliptic import (
    dirichlet_slope,
    elliptic_e_slope,
    elliptic_f_slope,
    elliptic_root,
    jacobi_bar,
    jacobi_moved,
    jacobi_slope,
)

# fmt: off
# --- hypergeometric functions, in their argument ---
partials(sc.hyp0f1, None, lambda y, v, z: sc.hyp0f1(v + 1, z) / v)
partials(sc.hyp1f1, None, None, lambda y, a, b, z: a / b * sc.hyp1f1(a + 1, b + 1, z))
partials(sc.hyperu, None, None, lambda y, a, b, x: -a * sc.hyperu(a + 1, b + 1, x))
partials(sc.hyp2f1, None, None, None,
         lambda y, a, b, c, z: a * b / c * sc.hyp2f1(a + 1, b + 1, c + 1, z))

# --- elliptic integrals ---
partials(sc.ellipk,   lambda y, m: math.pi / 8 * sc.hyp2f1(0.5, 0.5, 2.0, m) / (1 - m))
partials(sc.ellipkm1, lambda y, p: -math.pi / 8 * sc.hyp2f1(0.5, 0.5, 2.0, 1 - p) / p)
partials(sc.ellipe,   lambda y, m: -math.pi / 8 * sc.hyp2f1(0.5, 1.5, 2.0, m))
partials(sc.ellipkinc, lambda y, p, m: 1 / elliptic_root(p, m),
                       lambda y, p, m: elliptic_f_slope(y, p, m))
partials(sc.ellipeinc, lambda y, p, m: elliptic_root(p, m),
                       lambda y, p, m: elliptic_e_slope(p, m))
vjp(sc.ellipj, lambda y_bar, y, u, m: jacobi_bar(y_bar, y, u, m))
jvp(sc.ellipj, lambda t, y, u, m: jacobi_moved(t, y, u, m))
partials(sc.elliprf, lambda y, a, b, c: -sc.elliprd(b, c, a) / 6,
                     lambda y, a, b, c: -sc.elliprd(a, c, b) / 6,
                     lambda y, a, b, c: -sc.elliprd(a, b, c) / 6)
partials(sc.elliprc, lambda y, a, b: -sc.elliprd(b, b, a) / 6,
                     lambda y, a, b: -sc.elliprd(a, b, b) / 3)
partials(sc.agm,
    lambda y, a, b: 2 / (3 * math.pi) * y * y * a * sc.elliprd(0.0, b * b, a * a),
    lambda y, a, b: 2 / (3 * math.pi) * y * y * b * sc.elliprd(0.0, a * a, b * b))

# --- orthogonal polynomials, in their argument ---
partials(sc.eval_jacobi, None, None, None, lambda y, n, a, b, x: jacobi_slope(n, a, b, x))
partials(sc.eval_legendre,    None, lambda y, n, x: jacobi_slope(n, 0, 0, x))
partials(sc.eval_sh_legendre, None, lambda y, n, x: 2 * jacobi_slope(n, 0, 0, 2 * x - 1))
partials(sc.eval_chebyt,      None, lambda y, n, x: n * sc.eval_chebyu(n - 1, x))
partials(sc.eval_chebyu,      None, lambda y, n, x: 2 * sc.eval_gegenbauer(n - 1, 2, x))
partials(sc.eval_chebyc,      None, lambda y, n, x: n * sc.eval_chebys(n - 1, x))
partials(sc.eval_chebys,      None, lambda y, n, x: sc.eval_gegenbauer(n - 1, 2, x / 2))
partials(sc.eval_sh_chebyt,   None, lambda y, n, x: 2 * n * sc.eval_chebyu(n - 1, 2 * x - 1))
partials(sc.eval_sh_chebyu,   None, lambda y, n, x: 4 * sc.eval_gegenbauer(n - 1, 2, 2 * x - 1))
partials(sc.eval_gegenbauer,  None, None,
         lambda y, n, a, x: 2 * a * sc.eval_gegenbauer(n - 1, a + 1, x))
partials(sc.eval_laguerre,    None, lambda y, n, x: -sc.eval_genlaguerre(n - 1, 1, x))
partials(sc.eval_genlaguerre, None, None, lambda y, n, a, x: -sc.eval_genlaguerre(n - 1, a + 1, x))
partials(sc.eval_hermite, None,
         lambda y, n, x: 2 * n * sc.eval_hermite(np.maximum(n - 1, 0), x))
partials(sc.eval_hermitenorm, None,
         lambda y, n, x: n * sc.eval_hermitenorm(np.maximum(n - 1, 0), x))
partials(sc.lpmv, None, None, lambda y, m, v, x:
         (v * x * y - (v + m) * sc.lpmv(m, v - 1, x)) / (x * x - 1))
partials(sc.diric, lambda y, x, n: dirichlet_slope(x, n))
# fmt: on
