"""Declare distances of scipy.spatial: read as formulas beside SciPy's values."""

from __future__ import annotations

from scipy.spatial import distance

from srcad.rules.scipy import integrate
from srcad.rules.table import no_derivative, typed_by_value
from srcad.runtime.scipy import curves_through
from srcad.runtime.scipy.curves_through import plain_cdist, plain_pdist
from srcad.runtime.substitutes import stand_for

NEEDED = integrate  # its rule for values beside formulas

stand_for(distance.cdist, curves_through.cdist)
stand_for(distance.pdist, curves_through.pdist)
no_derivative(plain_cdist, plain_pdist)
typed_by_value(plain_cdist, plain_pdist)
