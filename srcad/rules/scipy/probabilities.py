"""Declare the distribution functions of scipy.special, and their inverses.

In the counts and degrees of freedom no closed form is known: they are refused.
"""

from __future__ import annotations

import numpy as np
import scipy.special as sc

from srcad.rules.table import partials
from srcad.runtime.scipy.special import (
    beta_density,
    chi2_density,
    f_density,
    gamma_density,
    t_density,
)

# fmt: off
partials(sc.stdtr,   None, lambda y, df, t: t_density(df, t))
partials(sc.stdtrit, None, lambda y, df, p: 1 / t_density(df, y))
partials(sc.chdtr,   None, lambda y, v, x: chi2_density(v, x))
partials(sc.chdtrc,  None, lambda y, v, x: -chi2_density(v, x))
partials(sc.chdtri,  None, lambda y, v, p: -1 / chi2_density(v, y))
partials(sc.fdtr,    None, None, lambda y, m, n, x: f_density(m, n, x))
partials(sc.fdtrc,   None, None, lambda y, m, n, x: -f_density(m, n, x))
partials(sc.fdtri,   None, None, lambda y, m, n, p: 1 / f_density(m, n, y))
partials(sc.gdtr,    lambda y, a, b, x: x * gamma_density(b, a * x), None,
                     lambda y, a, b, x: a * gamma_density(b, a * x))
partials(sc.gdtrc,   lambda y, a, b, x: -x * gamma_density(b, a * x), None,
                     lambda y, a, b, x: -a * gamma_density(b, a * x))
partials(sc.gdtrix,  lambda y, a, b, p: -y / a, None,
                     lambda y, a, b, p: 1 / (a * gamma_density(b, a * y)))
partials(sc.bdtr,    None, None,
         lambda y, k, n, p: -beta_density(n - np.floor(k), np.floor(k) + 1, 1 - p))
partials(sc.bdtrc,   None, None,
         lambda y, k, n, p: beta_density(np.floor(k) + 1, n - np.floor(k), p))
partials(sc.bdtri,   None, None,
         lambda y, k, n, p: -1 / beta_density(np.floor(k) + 1, n - np.floor(k), y))
partials(sc.nbdtr,   None, None, lambda y, k, n, p: beta_density(n, np.floor(k) + 1, p))
partials(sc.nbdtrc,  None, None, lambda y, k, n, p: -beta_density(n, np.floor(k) + 1, p))
partials(sc.nbdtri,  None, None, lambda y, k, n, p: 1 / beta_density(n, np.floor(k) + 1, y))
partials(sc.pdtr,    None, lambda y, k, m: -gamma_density(np.floor(k) + 1, m))
partials(sc.pdtrc,   None, lambda y, k, m: gamma_density(np.floor(k) + 1, m))
partials(sc.pdtri,   None, lambda y, k, p: -1 / gamma_density(np.floor(k) + 1, y))
# fmt: on
