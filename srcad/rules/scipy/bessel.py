"""Declare the Bessel functions and their kin in scipy.special, in their argument.

In the order no closed form is known: it is refused.  The recurrences are the ones without a
division by the argument, so that 0 is no special point.
"""

from __future__ import annotations

import numpy as np
import scipy.special as sc

from srcad.rules.table import jvp, partials, vjp
from srcad.runtime.scipy.bessel import (
    airy_bar,
    airy_moved,
    real_alone,
    spherical_bend,
    struve_rest,
    toroidal_bend,
)

# fmt: off
# --- orders 0 and 1 ---
partials(sc.j0,  lambda y, x: -sc.j1(x))
partials(sc.j1,  lambda y, x: (sc.j0(x) - sc.jv(2, x)) / 2)
partials(sc.y0,  lambda y, x: -sc.y1(x))
partials(sc.y1,  lambda y, x: (sc.y0(x) - sc.yv(2, x)) / 2)
partials(sc.i0,  lambda y, x: sc.i1(x))
partials(sc.i1,  lambda y, x: (sc.i0(x) + sc.iv(2, x)) / 2)
partials(sc.k0,  lambda y, x: -sc.k1(x))
partials(sc.k1,  lambda y, x: -(sc.k0(x) + sc.kv(2, x)) / 2)
partials(sc.i0e, lambda y, x: sc.i1e(x) - np.sign(x) * y)
partials(sc.i1e, lambda y, x: (sc.i0e(x) + sc.ive(2, x)) / 2 - np.sign(x) * y)
partials(sc.k0e, lambda y, x: y - sc.k1e(x))
partials(sc.k1e, lambda y, x: y - (sc.k0e(x) + sc.kve(2, x)) / 2)

# --- any order ---
partials(sc.jv,       None, lambda y, v, z: (sc.jv(v - 1, z) - sc.jv(v + 1, z)) / 2)
partials(sc.yv,       None, lambda y, v, z: (sc.yv(v - 1, z) - sc.yv(v + 1, z)) / 2)
partials(sc.yn,       None, lambda y, n, x: (sc.yv(n - 1, x) - sc.yv(n + 1, x)) / 2)
partials(sc.iv,       None, lambda y, v, z: (sc.iv(v - 1, z) + sc.iv(v + 1, z)) / 2)
partials(sc.kv,       None, lambda y, v, z: -(sc.kv(v - 1, z) + sc.kv(v + 1, z)) / 2)
partials(sc.kn,       None, lambda y, n, x: -(sc.kv(n - 1, x) + sc.kv(n + 1, x)) / 2)
partials(sc.hankel1,  None, lambda y, v, z: (sc.hankel1(v - 1, z) - sc.hankel1(v + 1, z)) / 2)
partials(sc.hankel2,  None, lambda y, v, z: (sc.hankel2(v - 1, z) - sc.hankel2(v + 1, z)) / 2)
partials(sc.hankel1e, None, lambda y, v, z:
         (sc.hankel1e(v - 1, z) - sc.hankel1e(v + 1, z)) / 2 - 1j * y)
partials(sc.hankel2e, None, lambda y, v, z:
         (sc.hankel2e(v - 1, z) - sc.hankel2e(v + 1, z)) / 2 + 1j * y)
partials(sc.jve, None, lambda y, v, z: (sc.jve(v - 1, real_alone(z)) - sc.jve(v + 1, z)) / 2)
partials(sc.yve, None, lambda y, v, z: (sc.yve(v - 1, real_alone(z)) - sc.yve(v + 1, z)) / 2)
partials(sc.ive, None, lambda y, v, z:
         (sc.ive(v - 1, real_alone(z)) + sc.ive(v + 1, z)) / 2 - np.sign(z) * y)
partials(sc.kve, None, lambda y, v, z: y - (sc.kve(v - 1, z) + sc.kve(v + 1, z)) / 2)

# --- derivatives of them, which SciPy has too ---
partials(sc.jvp,  None, lambda y, v, z, n=1: sc.jvp(v, z, n + 1))
partials(sc.yvp,  None, lambda y, v, z, n=1: sc.yvp(v, z, n + 1))
partials(sc.ivp,  None, lambda y, v, z, n=1: sc.ivp(v, z, n + 1))
partials(sc.kvp,  None, lambda y, v, z, n=1: sc.kvp(v, z, n + 1))
partials(sc.h1vp, None, lambda y, v, z, n=1: sc.h1vp(v, z, n + 1))
partials(sc.h2vp, None, lambda y, v, z, n=1: sc.h2vp(v, z, n + 1))

# --- spherical ---
partials(sc.spherical_jn, None, lambda y, n, z, derivative=False:
         spherical_bend(sc.spherical_jn, y, n, z) if derivative else sc.spherical_jn(n, z, True))
partials(sc.spherical_yn, None, lambda y, n, z, derivative=False:
         spherical_bend(sc.spherical_yn, y, n, z) if derivative else sc.spherical_yn(n, z, True))
partials(sc.spherical_in, None, lambda y, n, z, derivative=False:
         toroidal_bend(sc.spherical_in, y, n, z) if derivative else sc.spherical_in(n, z, True))
partials(sc.spherical_kn, None, lambda y, n, z, derivative=False:
         toroidal_bend(sc.spherical_kn, y, n, z) if derivative else sc.spherical_kn(n, z, True))

# --- Airy, Kelvin, Struve ---
vjp(sc.airy, lambda y_bar, y, z: airy_bar(y_bar, y, z))
jvp(sc.airy, lambda t, y, z: airy_moved(t, y, z))
partials(sc.ber,  lambda y, x: sc.berp(x))
partials(sc.bei,  lambda y, x: sc.beip(x))
partials(sc.ker,  lambda y, x: sc.kerp(x))
partials(sc.kei,  lambda y, x: sc.keip(x))
partials(sc.berp, lambda y, x: -sc.bei(x) - y / x)
partials(sc.beip, lambda y, x: sc.ber(x) - y / x)
partials(sc.kerp, lambda y, x: -sc.kei(x) - y / x)
partials(sc.keip, lambda y, x: sc.ker(x) - y / x)
partials(sc.struve,    None, lambda y, v, x:
         (sc.struve(v - 1, x) - sc.struve(v + 1, x) + struve_rest(v, x)) / 2)
partials(sc.modstruve, None, lambda y, v, x:
         (sc.modstruve(v - 1, x) + sc.modstruve(v + 1, x) + struve_rest(v, x)) / 2)

# --- integrals of them ---
vjp(sc.itj0y0,   lambda y_bar, y, x: y_bar[0] * sc.j0(x) + y_bar[1] * sc.y0(x))
jvp(sc.itj0y0,   lambda t, y, x: (t * sc.j0(x), t * sc.y0(x)))
vjp(sc.iti0k0,   lambda y_bar, y, x: y_bar[0] * sc.i0(x) + y_bar[1] * sc.k0(x))
jvp(sc.iti0k0,   lambda t, y, x: (t * sc.i0(x), t * sc.k0(x)))
vjp(sc.it2j0y0,  lambda y_bar, y, x: (y_bar[0] * (1 - sc.j0(x)) - y_bar[1] * sc.y0(x)) / x)
jvp(sc.it2j0y0,  lambda t, y, x: (t * (1 - sc.j0(x)) / x, -t * sc.y0(x) / x))
vjp(sc.it2i0k0,  lambda y_bar, y, x: (y_bar[0] * (sc.i0(x) - 1) - y_bar[1] * sc.k0(x)) / x)
jvp(sc.it2i0k0,  lambda t, y, x: (t * (sc.i0(x) - 1) / x, -t * sc.k0(x) / x))
partials(sc.itstruve0,    lambda y, x: sc.struve(0, x))
partials(sc.it2struve0,   lambda y, x: -sc.struve(0, x) / x)
partials(sc.itmodstruve0, lambda y, x: sc.modstruve(0, x))
vjp(sc.itairy, lambda y_bar, y, x: y_bar[0] * sc.airy(x)[0] + y_bar[1] * sc.airy(x)[2]
    + y_bar[2] * sc.airy(-x)[0] + y_bar[3] * sc.airy(-x)[2])
# fmt: on
