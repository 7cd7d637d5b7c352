"""Declare splines of scipy.interpolate: read as formulas beside SciPy's values."""

from __future__ import annotations

import scipy.interpolate as si

from srcad.rules.scipy import integrate
from srcad.rules.table import no_derivative, refused, typed_by_value
from srcad.runtime.scipy import curves_through
from srcad.runtime.scipy.curves_through import interval_of, plain_curve
from srcad.runtime.scipy_sources import stands_whole
from srcad.runtime.substitutes import stand_for

NEEDED = integrate  # its rule for values beside formulas

stand_for(si.CubicSpline, stands_whole(curves_through.cubic_spline))
stand_for(si.PchipInterpolator, stands_whole(curves_through.pchip))
no_derivative(plain_curve, interval_of)
typed_by_value(plain_curve)

OTHERS = "scipy.interpolate.{0} has no derivative rule. Use CubicSpline, or np.interp."
for name in ("interp1d", "splrep", "splev", "interpn", "griddata", "make_interp_spline",
             "make_smoothing_spline", "splprep", "splint"):  # fmt: skip
    refused(OTHERS.format(name), getattr(si, name))
