"""Declare np.fft: every transform is linear, and its transpose is a transform again."""

from __future__ import annotations

import numpy as np

from srcad.rules.table import linear, vjp
from srcad.runtime.fft import (
    fft_bar,
    fftn_bar,
    freq_bar,
    hfft_bar,
    ifft_bar,
    ihfft_bar,
    irfft_bar,
    irfftn_bar,
    rfft_bar,
    rfftn_bar,
)

# fmt: off
# --- one axis ---
linear(np.fft.fft,   lambda y_bar, a, n=None, axis=-1, norm=None, out=None:
       fft_bar(y_bar, a, axis, norm))
linear(np.fft.ifft,  lambda y_bar, a, n=None, axis=-1, norm=None, out=None:
       ifft_bar(y_bar, a, axis, norm))
linear(np.fft.rfft,  lambda y_bar, a, n=None, axis=-1, norm=None, out=None:
       rfft_bar(y_bar, a, n, axis, norm))
linear(np.fft.irfft, lambda y_bar, a, n=None, axis=-1, norm=None, out=None:
       irfft_bar(y_bar, a, axis, norm))
linear(np.fft.hfft,  lambda y_bar, a, n=None, axis=-1, norm=None, out=None:
       hfft_bar(y_bar, a, axis, norm))
linear(np.fft.ihfft, lambda y_bar, a, n=None, axis=-1, norm=None, out=None:
       ihfft_bar(y_bar, a, n, axis, norm))

# --- several axes ---
linear(np.fft.fft2,   lambda y_bar, a, s=None, axes=(-2, -1), norm=None, out=None:
       fftn_bar(y_bar, a, s, axes, norm))
linear(np.fft.ifft2,  lambda y_bar, a, s=None, axes=(-2, -1), norm=None, out=None:
       fftn_bar(y_bar, a, s, axes, norm, inverse=True))
linear(np.fft.fftn,   lambda y_bar, a, s=None, axes=None, norm=None, out=None:
       fftn_bar(y_bar, a, s, axes, norm))
linear(np.fft.ifftn,  lambda y_bar, a, s=None, axes=None, norm=None, out=None:
       fftn_bar(y_bar, a, s, axes, norm, inverse=True))
linear(np.fft.rfft2,  lambda y_bar, a, s=None, axes=(-2, -1), norm=None, out=None:
       rfftn_bar(y_bar, a, s, axes, norm))
linear(np.fft.irfft2, lambda y_bar, a, s=None, axes=(-2, -1), norm=None, out=None:
       irfftn_bar(y_bar, a, s, axes, norm))
linear(np.fft.rfftn,  lambda y_bar, a, s=None, axes=None, norm=None, out=None:
       rfftn_bar(y_bar, a, s, axes, norm))
linear(np.fft.irfftn, lambda y_bar, a, s=None, axes=None, norm=None, out=None:
       irfftn_bar(y_bar, a, s, axes, norm))

# --- order and frequencies ---
linear(np.fft.fftshift,  lambda y_bar, x, axes=None: np.fft.ifftshift(y_bar, axes))
linear(np.fft.ifftshift, lambda y_bar, x, axes=None: np.fft.fftshift(y_bar, axes))
vjp(np.fft.fftfreq,  None, lambda y_bar, y, n, d=1.0, device=None: freq_bar(y_bar, y, d))
vjp(np.fft.rfftfreq, None, lambda y_bar, y, n, d=1.0, device=None: freq_bar(y_bar, y, d))
# fmt: on
