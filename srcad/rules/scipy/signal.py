"""Declare the convolutions and filters of scipy.signal."""

from __future__ import annotations

import scipy.signal as ss

from srcad.rules.table import jvp, linear, multilinear, no_derivative, vjp
from srcad.runtime.scipy.filters import (
    convolved_first,
    convolved_second,
    correlated_first,
    correlated_second,
    filter_a,
    filter_b,
    filter_x,
    hilbert_bar,
    plane_first,
    plane_second,
    turned_first,
    turned_second,
    without_state,
)
from srcad.runtime.scipy.smoothing import at_rest, sections_bar, smoothed_bar

# fmt: off
vjp(ss.convolve,
    lambda y_bar, y, in1, in2, mode="full", method="auto": convolved_first(y_bar, in1, in2, mode),
    lambda y_bar, y, in1, in2, mode="full", method="auto": convolved_second(y_bar, in1, in2, mode))
vjp(ss.fftconvolve,
    lambda y_bar, y, in1, in2, mode="full", axes=None:
        convolved_first(y_bar, in1, in2, mode, axes),
    lambda y_bar, y, in1, in2, mode="full", axes=None:
        convolved_second(y_bar, in1, in2, mode, axes))
vjp(ss.oaconvolve,
    lambda y_bar, y, in1, in2, mode="full", axes=None:
        convolved_first(y_bar, in1, in2, mode, axes),
    lambda y_bar, y, in1, in2, mode="full", axes=None:
        convolved_second(y_bar, in1, in2, mode, axes))
vjp(ss.correlate,
    lambda y_bar, y, in1, in2, mode="full", method="auto": correlated_first(y_bar, in1, in2, mode),
    lambda y_bar, y, in1, in2, mode="full", method="auto": correlated_second(y_bar, in1, in2, mode))
vjp(ss.convolve2d,
    lambda y_bar, y, in1, in2, mode="full", boundary="fill", fillvalue=0:
        plane_first(y_bar, in1, in2, mode, boundary),
    lambda y_bar, y, in1, in2, mode="full", boundary="fill", fillvalue=0:
        plane_second(y_bar, in1, in2, mode, boundary, fillvalue))
vjp(ss.correlate2d,
    lambda y_bar, y, in1, in2, mode="full", boundary="fill", fillvalue=0:
        turned_first(y_bar, in1, in2, mode, boundary),
    lambda y_bar, y, in1, in2, mode="full", boundary="fill", fillvalue=0:
        turned_second(y_bar, in1, in2, mode, boundary, fillvalue))
multilinear(ss.convolve, ss.fftconvolve, ss.oaconvolve)
jvp(ss.correlate,
    lambda t, y, in1, in2, mode="full", method="auto": ss.correlate(t, in2, mode, method),
    lambda t, y, in1, in2, mode="full", method="auto": ss.correlate(in1, t, mode, method))
jvp(ss.convolve2d,
    lambda t, y, in1, in2, mode="full", boundary="fill", fillvalue=0:
        ss.convolve2d(t, in2, mode, boundary),
    lambda t, y, in1, in2, mode="full", boundary="fill", fillvalue=0:
        ss.convolve2d(in1, t, mode, boundary, fillvalue))
jvp(ss.correlate2d,
    lambda t, y, in1, in2, mode="full", boundary="fill", fillvalue=0:
        ss.correlate2d(t, in2, mode, boundary),
    lambda t, y, in1, in2, mode="full", boundary="fill", fillvalue=0:
        ss.correlate2d(in1, t, mode, boundary, fillvalue))

vjp(ss.lfilter,
    lambda y_bar, y, b, a, x, axis=-1, zi=None: filter_b(y_bar, b, a, x, axis, zi),
    lambda y_bar, y, b, a, x, axis=-1, zi=None: filter_a(y_bar, y, a, axis, zi),
    lambda y_bar, y, b, a, x, axis=-1, zi=None: filter_x(y_bar, b, a, x, axis, zi))
jvp(ss.lfilter,
    lambda t, y, b, a, x, axis=-1, zi=None: ss.lfilter(t, a, x, axis, without_state(zi)),
    lambda t, y, b, a, x, axis=-1, zi=None: -ss.lfilter(t, a, y, axis, without_state(zi)),
    lambda t, y, b, a, x, axis=-1, zi=None: ss.lfilter(b, a, t, axis, without_state(zi)))
vjp(ss.sosfilt,
    None,
    lambda y_bar, y, sos, x, axis=-1, zi=None: sections_bar(y_bar, sos, x, axis, zi))
jvp(ss.sosfilt,
    None,
    lambda t, y, sos, x, axis=-1, zi=None: ss.sosfilt(sos, t, axis, at_rest(zi)))
vjp(ss.savgol_filter,
    lambda y_bar, y, x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode="interp",
           cval=0.0:
        smoothed_bar(y_bar, x, window_length, polyorder, deriv, delta, axis, mode))
jvp(ss.savgol_filter,
    lambda t, y, x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode="interp", cval=0.0:
        ss.savgol_filter(t, window_length, polyorder, deriv, delta, axis, mode))
linear(ss.hilbert, lambda y_bar, x, N=None, axis=-1: hilbert_bar(y_bar, x, axis))
no_derivative(ss.correlation_lags)
# fmt: on
