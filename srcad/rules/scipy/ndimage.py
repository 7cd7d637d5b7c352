"""Declare the linear filters of scipy.ndimage, and the reading of images between pixels."""

from __future__ import annotations

import numpy as np
import scipy.ndimage as nd

from srcad.rules.table import jvp, no_derivative, refused, vjp
from srcad.runtime.scipy.images import (
    correlated_input,
    correlated_weights,
    gaussian_input,
    line_input,
    line_weights,
    smoothed_input,
    turned,
    turned_origin,
    turned_weights,
    uniform_input,
)
from srcad.runtime.scipy.resampled import (
    read,
    read_moved,
    read_places,
    unread,
    unread_moved,
    verified,
)

# fmt: off
vjp(nd.correlate,
    lambda y_bar, y, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        correlated_input(y_bar, input, weights, mode, origin, axes),
    lambda y_bar, y, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        correlated_weights(y_bar, input, weights, mode, cval, origin, axes))
jvp(nd.correlate,
    lambda t, y, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        nd.correlate(t, weights, mode=mode, origin=origin),
    lambda t, y, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        nd.correlate(input, t, mode=mode, cval=cval, origin=origin))
vjp(nd.convolve,
    lambda y_bar, y, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        correlated_input(y_bar, input, *turned(weights, mode, origin), axes),
    lambda y_bar, y, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        turned_weights(y_bar, input, weights, mode, cval, origin, axes))
jvp(nd.convolve,
    lambda t, y, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        nd.convolve(t, weights, mode=mode, origin=origin),
    lambda t, y, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        nd.convolve(input, t, mode=mode, cval=cval, origin=origin))
vjp(nd.correlate1d,
    lambda y_bar, y, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0:
        line_input(y_bar, input, weights, axis, mode, origin),
    lambda y_bar, y, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0:
        line_weights(y_bar, input, weights, axis, mode, cval, origin))
jvp(nd.correlate1d,
    lambda t, y, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0:
        nd.correlate1d(t, weights, axis, mode=mode, origin=origin),
    lambda t, y, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0:
        nd.correlate1d(input, t, axis, mode=mode, cval=cval, origin=origin))
vjp(nd.gaussian_filter1d,
    lambda y_bar, y, input, sigma, axis=-1, order=0, output=None, mode="reflect", cval=0.0,
           truncate=4.0, *, radius=None:
        smoothed_input(y_bar, input, sigma, axis, order, mode, truncate, radius))
jvp(nd.gaussian_filter1d,
    lambda t, y, input, sigma, axis=-1, order=0, output=None, mode="reflect", cval=0.0,
           truncate=4.0, *, radius=None:
        nd.gaussian_filter1d(t, sigma, axis, order, None, mode, 0.0, truncate, radius=radius))
vjp(nd.gaussian_filter,
    lambda y_bar, y, input, sigma, order=0, output=None, mode="reflect", cval=0.0, truncate=4.0, *,
           radius=None, axes=None:
        gaussian_input(y_bar, input, sigma, order, mode, truncate, radius, axes))
jvp(nd.gaussian_filter,
    lambda t, y, input, sigma, order=0, output=None, mode="reflect", cval=0.0, truncate=4.0, *,
           radius=None, axes=None:
        nd.gaussian_filter(t, sigma, order, None, mode, 0.0, truncate, radius=radius, axes=axes))
vjp(nd.uniform_filter,
    lambda y_bar, y, input, size=3, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        uniform_input(y_bar, input, size, mode, origin, axes))
jvp(nd.uniform_filter,
    lambda t, y, input, size=3, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None:
        nd.uniform_filter(t, size, None, mode, 0.0, origin, axes=axes))
vjp(nd.map_coordinates,
    lambda y_bar, y, input, coordinates, output=None, order=3, mode="constant", cval=0.0,
           prefilter=True:
        unread(y_bar, coordinates, verified(y, input, coordinates, order, mode, cval, prefilter),
               order, mode, prefilter, np.shape(input)),
    lambda y_bar, y, input, coordinates, output=None, order=3, mode="constant", cval=0.0,
           prefilter=True:
        read_places(y_bar, input, coordinates,
                    verified(y, input, coordinates, order, mode, cval, prefilter),
                    order, mode, prefilter))
jvp(nd.map_coordinates,
    lambda t, y, input, coordinates, output=None, order=3, mode="constant", cval=0.0,
           prefilter=True:
        nd.map_coordinates(t, coordinates, None, order, mode, 0.0, prefilter),
    lambda t, y, input, coordinates, output=None, order=3, mode="constant", cval=0.0,
           prefilter=True:
        read_moved(t, input, coordinates,
                   verified(y, input, coordinates, order, mode, cval, prefilter),
                   order, mode, prefilter))
no_derivative(verified)
vjp(read,
    lambda y_bar, y, input, coordinates, slopes, order, mode, pre:
        unread(y_bar, coordinates, slopes, order, mode, pre, np.shape(input)),
    lambda y_bar, y, input, coordinates, slopes, order, mode, pre:
        read_places(y_bar, input, coordinates, slopes, order, mode, pre))
jvp(read,
    lambda t, y, input, coordinates, slopes, order, mode, pre:
        read(t, coordinates, slopes, order, mode, pre),
    lambda t, y, input, coordinates, slopes, order, mode, pre:
        read_moved(t, input, coordinates, slopes, order, mode, pre))
vjp(unread,
    lambda y_bar, y, g, coordinates, slopes, order, mode, pre, shape:
        read(y_bar, coordinates, slopes, order, mode, pre),
    lambda y_bar, y, g, coordinates, slopes, order, mode, pre, shape:
        read_places(g, y_bar, coordinates, slopes, order, mode, pre))
jvp(unread,
    lambda t, y, g, coordinates, slopes, order, mode, pre, shape:
        unread(t, coordinates, slopes, order, mode, pre, shape),
    lambda t, y, g, coordinates, slopes, order, mode, pre, shape:
        unread_moved(t, g, coordinates, slopes, order, mode, pre, shape))
vjp(nd.convolve1d,
    lambda y_bar, y, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0:
        line_input(y_bar, input, np.flip(weights), axis, mode, turned_origin(weights, origin)),
    lambda y_bar, y, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0:
        np.flip(line_weights(y_bar, input, np.flip(weights), axis, mode, cval,
                             turned_origin(weights, origin))))
jvp(nd.convolve1d,
    lambda t, y, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0:
        nd.convolve1d(t, weights, axis, mode=mode, origin=origin),
    lambda t, y, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0:
        nd.convolve1d(input, t, axis, mode=mode, cval=cval, origin=origin))
OTHERS = "scipy.ndimage.{0} has no derivative rule."
for name in ("shift", "zoom", "rotate", "affine_transform", "spline_filter",
             "spline_filter1d", "geometric_transform", "median_filter", "maximum_filter",
             "minimum_filter", "rank_filter", "percentile_filter", "generic_filter", "sobel",
             "prewitt", "laplace", "gaussian_laplace", "gaussian_gradient_magnitude",
             "uniform_filter1d"):
    refused(OTHERS.format(name), getattr(nd, name))
# fmt: on
