"""Declare the functions of polynomials that np.polyval and np.vander do not cover.

`np.polyfit` and `np.polydiv` are read as the plain Python that they are.
"""

from __future__ import annotations

import numpy as np

from srcad.rules.table import linear, vjp
from srcad.runtime.polynomials import (
    poly_bar,
    roots_bar,
    unpolyadd,
    unpolyder,
    unpolyint,
    unpolyint_constants,
    unpolymul,
)

# fmt: off
linear(np.polyadd, lambda y_bar, a1, a2: unpolyadd(y_bar, a1),
                   lambda y_bar, a1, a2: unpolyadd(y_bar, a2))
linear(np.polysub, lambda y_bar, a1, a2: unpolyadd(y_bar, a1),
                   lambda y_bar, a1, a2: unpolyadd(-y_bar, a2))
vjp(np.polymul,    lambda y_bar, y, a1, a2: unpolymul(y_bar, a1, a2),
                   lambda y_bar, y, a1, a2: unpolymul(y_bar, a2, a1))
linear(np.polyder, lambda y_bar, p, m=1: unpolyder(y_bar, p, m))
linear(np.polyint, lambda y_bar, p, m=1, k=None: unpolyint(y_bar, p, m), None,
                   lambda y_bar, p, m=1, k=None: unpolyint_constants(y_bar, np.size(p), m, k))
vjp(np.poly,       lambda y_bar, y, seq_of_zeros: poly_bar(y_bar, seq_of_zeros))
vjp(np.roots,      lambda y_bar, y, p: roots_bar(y_bar, y, p))
# fmt: on
