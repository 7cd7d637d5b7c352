"""Declare draws of numpy.random in the place and the width of their distribution."""

from __future__ import annotations

import numpy as np

from srcad.rules.table import no_derivative, vjp
from srcad.runtime import draws
from srcad.runtime.draws import high_bar, low_bar, scale_bar
from srcad.runtime.indexing import fit

no_derivative(np.random.seed, *draws.PLAIN.values())

# fmt: off
for located in (draws.normal, draws.laplace, draws.logistic, draws.gumbel):
    vjp(located, None, lambda y_bar, y, rng, loc=0.0, scale=1.0, size=None: fit(y_bar, loc),
                       lambda y_bar, y, rng, loc=0.0, scale=1.0, size=None:
                       scale_bar(y_bar, y, loc, scale))
for scaled in (draws.exponential, draws.rayleigh):
    vjp(scaled, None, lambda y_bar, y, rng, scale=1.0, size=None: scale_bar(y_bar, y, 0.0, scale))
vjp(draws.uniform, None,
    lambda y_bar, y, rng, low=0.0, high=1.0, size=None: low_bar(y_bar, y, low, high),
    lambda y_bar, y, rng, low=0.0, high=1.0, size=None: high_bar(y_bar, y, low, high))
vjp(draws.lognormal, None,
    lambda y_bar, y, rng, mean=0.0, sigma=1.0, size=None: fit(y_bar * y, mean),
    lambda y_bar, y, rng, mean=0.0, sigma=1.0, size=None:
    scale_bar(y_bar * y, np.log(y), mean, sigma))
# fmt: on
