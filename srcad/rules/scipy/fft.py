"""Declare scipy.fft: every transform is linear, and its transpose is a transform again."""

from __future__ import annotations

import numpy as np
import scipy.fft as sf

from srcad.rules.table import linear, vjp
from srcad.runtime.fft import (
    OTHER,
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
from srcad.runtime.scipy.trigonometric import waves_bar, waves_inverse_bar

# fmt: off
# --- one axis ---
linear(sf.fft,   lambda y_bar, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *,
       plan=None: fft_bar(y_bar, x, axis, norm))
linear(sf.ifft,  lambda y_bar, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *,
       plan=None: ifft_bar(y_bar, x, axis, norm))
linear(sf.rfft,  lambda y_bar, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *,
       plan=None: rfft_bar(y_bar, x, n, axis, norm))
linear(sf.irfft, lambda y_bar, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *,
       plan=None: irfft_bar(y_bar, x, axis, norm))
linear(sf.hfft,  lambda y_bar, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *,
       plan=None: hfft_bar(y_bar, x, axis, norm))
linear(sf.ihfft, lambda y_bar, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *,
       plan=None: ihfft_bar(y_bar, x, n, axis, norm))

# --- several axes ---
linear(sf.fft2,   lambda y_bar, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False,
       workers=None, *, plan=None: fftn_bar(y_bar, x, s, axes, norm))
linear(sf.ifft2,  lambda y_bar, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False,
       workers=None, *, plan=None: fftn_bar(y_bar, x, s, axes, norm, inverse=True))
linear(sf.fftn,   lambda y_bar, x, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, *, plan=None: fftn_bar(y_bar, x, s, axes, norm))
linear(sf.ifftn,  lambda y_bar, x, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, *, plan=None: fftn_bar(y_bar, x, s, axes, norm, inverse=True))
linear(sf.rfft2,  lambda y_bar, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False,
       workers=None, *, plan=None: rfftn_bar(y_bar, x, s, axes, norm))
linear(sf.irfft2, lambda y_bar, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False,
       workers=None, *, plan=None: irfftn_bar(y_bar, x, s, axes, norm))
linear(sf.rfftn,  lambda y_bar, x, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, *, plan=None: rfftn_bar(y_bar, x, s, axes, norm))
linear(sf.irfftn, lambda y_bar, x, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, *, plan=None: irfftn_bar(y_bar, x, s, axes, norm))
linear(sf.hfft2,  lambda y_bar, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False,
       workers=None, *, plan=None: np.conj(irfftn_bar(y_bar, x, s, axes, OTHER[norm])))
linear(sf.hfftn,  lambda y_bar, x, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, *, plan=None: np.conj(irfftn_bar(y_bar, x, s, axes, OTHER[norm])))
linear(sf.ihfft2, lambda y_bar, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False,
       workers=None, *, plan=None: rfftn_bar(np.conj(y_bar), x, s, axes, OTHER[norm]))
linear(sf.ihfftn, lambda y_bar, x, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, *, plan=None: rfftn_bar(np.conj(y_bar), x, s, axes, OTHER[norm]))

# --- cosines and sines ---
linear(sf.dct,   lambda y_bar, x, type=2, n=None, axis=-1, norm=None, overwrite_x=False,
       workers=None, orthogonalize=None:
           waves_bar(y_bar, x, sf.dct, type, axis, norm, orthogonalize))
linear(sf.dst,   lambda y_bar, x, type=2, n=None, axis=-1, norm=None, overwrite_x=False,
       workers=None, orthogonalize=None:
           waves_bar(y_bar, x, sf.dst, type, axis, norm, orthogonalize))
linear(sf.idct,  lambda y_bar, x, type=2, n=None, axis=-1, norm=None, overwrite_x=False,
       workers=None, orthogonalize=None:
           waves_inverse_bar(y_bar, x, sf.dct, type, axis, norm, orthogonalize))
linear(sf.idst,  lambda y_bar, x, type=2, n=None, axis=-1, norm=None, overwrite_x=False,
       workers=None, orthogonalize=None:
           waves_inverse_bar(y_bar, x, sf.dst, type, axis, norm, orthogonalize))
linear(sf.dctn,  lambda y_bar, x, type=2, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, *, orthogonalize=None:
           waves_bar(y_bar, x, sf.dct, type, axes, norm, orthogonalize, s))
linear(sf.dstn,  lambda y_bar, x, type=2, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, orthogonalize=None:
           waves_bar(y_bar, x, sf.dst, type, axes, norm, orthogonalize, s))
linear(sf.idctn, lambda y_bar, x, type=2, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, orthogonalize=None:
           waves_inverse_bar(y_bar, x, sf.dct, type, axes, norm, orthogonalize, s))
linear(sf.idstn, lambda y_bar, x, type=2, s=None, axes=None, norm=None, overwrite_x=False,
       workers=None, orthogonalize=None:
           waves_inverse_bar(y_bar, x, sf.dst, type, axes, norm, orthogonalize, s))

# --- order and frequencies ---
linear(sf.fftshift,  lambda y_bar, x, axes=None: np.fft.ifftshift(y_bar, axes))
linear(sf.ifftshift, lambda y_bar, x, axes=None: np.fft.fftshift(y_bar, axes))
vjp(sf.fftfreq,  None, lambda y_bar, y, n, d=1.0, *, xp=None, device=None: freq_bar(y_bar, y, d))
vjp(sf.rfftfreq, None, lambda y_bar, y, n, d=1.0, *, xp=None, device=None: freq_bar(y_bar, y, d))
# fmt: on
