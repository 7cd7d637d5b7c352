"""Declare the partial derivatives of NumPy's elementwise functions.

Of a complex argument the partial is ∂y/∂z, without conjugation; where y is real (abs, angle) it
is the p of dy = Re(p dz), so that y_bar * p is the cotangent by the same line.
Where a rule reads `A if test else B`, B alone is right for every argument; A is what a person
would write where the test is known to hold.
"""

from __future__ import annotations

import math

import numpy as np

from srcad.rules.table import linear, no_derivative, of_complex, partials, vjp
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.elementwise import (
    above,
    angle_slope,
    below,
    direction_bar,
    divide,
    i0_derivative,
    i1,
    inside,
    kept_parts,
    larger,
    log_or_zero,
    parts_that,
    pow_base,
    pow_exponent,
    ratio,
    root_above,
    root_below,
    root_beside,
    sign,
    sinc_slope,
    times,
)

# fmt: off

# --- arithmetic ---
partials(np.add,         lambda y, x1, x2: 1,             lambda y, x1, x2: 1)
partials(np.subtract,    lambda y, x1, x2: 1,             lambda y, x1, x2: -1)
partials(np.multiply,    lambda y, x1, x2: x2,            lambda y, x1, x2: x1)
partials(np.divide,      lambda y, x1, x2: divide(1, x2), lambda y, x1, x2: -y / x2)
partials(np.mod,         lambda y, x1, x2: 1, lambda y, x1, x2: -np.floor_divide(x1, x2))
partials(np.fmod,        lambda y, x1, x2: 1, lambda y, x1, x2: np.rint((y - x1) / x2))
partials(np.power,       lambda y, x1, x2: pow_base(x1, x2), lambda y, x1, x2: pow_exponent(y, x1))
partials(np.float_power, lambda y, x1, x2: pow_base(x1, x2), lambda y, x1, x2: pow_exponent(y, x1))
partials(np.positive,    lambda y, x: 1)
partials(np.negative,    lambda y, x: -1)
partials(np.square,      lambda y, x: 2 * x)
partials(np.sqrt,        lambda y, x: 0.5 / y)
partials(np.cbrt,        lambda y, x: 1 / (3 * y**2))
partials(np.reciprocal,  lambda y, x: -y**2)
partials(np.hypot,       lambda y, x1, x2: ratio(x1, y),  lambda y, x1, x2: ratio(x2, y))

# --- exponentials and logarithms ---
partials(np.exp,        lambda y, x: y)
partials(np.exp2,       lambda y, x: y * math.log(2))
partials(np.expm1,      lambda y, x: y + 1)
partials(np.log,        lambda y, x: 1 / x)
partials(np.log2,       lambda y, x: 1 / (x * math.log(2)))
partials(np.log10,      lambda y, x: 1 / (x * math.log(10)))
partials(np.log1p,      lambda y, x: 1 / (1 + x))
partials(np.logaddexp,  lambda y, x1, x2: np.exp(x1 - y),  lambda y, x1, x2: np.exp(x2 - y))
partials(np.logaddexp2, lambda y, x1, x2: np.exp2(x1 - y), lambda y, x1, x2: np.exp2(x2 - y))

# --- trigonometric and hyperbolic functions ---
partials(np.sin,     lambda y, x: np.cos(x))
partials(np.cos,     lambda y, x: -np.sin(x))
partials(np.tan,     lambda y, x: 1 + y**2)
partials(np.arcsin,  lambda y, x:
         1 / np.sqrt(1 - x * x) if np.isrealobj(x) else 1 / root_below(x))
partials(np.arccos,  lambda y, x:
         -1 / np.sqrt(1 - x * x) if np.isrealobj(x) else -1 / root_below(x))
partials(np.arctan,  lambda y, x: 1 / (1 + x * x))
partials(np.sinh,    lambda y, x: np.cosh(x))
partials(np.cosh,    lambda y, x: np.sinh(x))
partials(np.tanh,    lambda y, x: 1 - y**2)
partials(np.arcsinh, lambda y, x:
         1 / np.sqrt(1 + x * x) if np.isrealobj(x) else 1 / root_beside(x))
partials(np.arccosh, lambda y, x:
         1 / (np.sqrt(x - 1) * np.sqrt(x + 1)) if np.isrealobj(x) else 1 / root_above(x))
partials(np.arctanh, lambda y, x: 1 / (1 - x * x))
partials(np.sinc,    lambda y, x: sinc_slope(y, x))
partials(np.arctan2, lambda y, x1, x2: np.divide(x2, x1 * x1 + x2 * x2),
                     lambda y, x1, x2: np.divide(-x1, x1 * x1 + x2 * x2))
partials(np.degrees, lambda y, x: 180 / math.pi)
partials(np.rad2deg, lambda y, x: 180 / math.pi)
partials(np.radians, lambda y, x: math.pi / 180)
partials(np.deg2rad, lambda y, x: math.pi / 180)

# --- kinks ---
partials(np.maximum,  lambda y, x1, x2: larger(x1, x2), lambda y, x1, x2: larger(x2, x1))
partials(np.minimum,  lambda y, x1, x2: larger(x2, x1), lambda y, x1, x2: larger(x1, x2))
partials(np.fmax,     lambda y, x1, x2: np.where(np.isnan(x2), 1, larger(x1, x2)),
                      lambda y, x1, x2: np.where(np.isnan(x1), 1, larger(x2, x1)))
partials(np.fmin,     lambda y, x1, x2: np.where(np.isnan(x2), 1, larger(x2, x1)),
                      lambda y, x1, x2: np.where(np.isnan(x1), 1, larger(x1, x2)))
partials(np.absolute, lambda y, x: sign(x))
partials(np.fabs,     lambda y, x: np.sign(x))
partials(np.copysign, lambda y, x1, x2: ratio(y, x1), lambda y, x1, x2: 0)
partials(np.i0,      lambda y, x: i1(x))
partials(i1,         lambda y, x: i0_derivative(x, 2))
partials(i0_derivative, lambda y, x, order: i0_derivative(x, order + 1), None)
partials(np.heaviside,  lambda y, x1, x2: 0, lambda y, x1, x2: np.equal(x1, 0))
partials(np.nextafter,  lambda y, x1, x2: 1, lambda y, x1, x2: 0)
partials(
    np.clip,
    lambda y, a, a_min=None, a_max=None, out=None, *, min=None, max=None:
        inside(a, a_min if min is None else min, a_max if max is None else max),
    lambda y, a, a_min=None, a_max=None, out=None, *, min=None, max=None: below(a, a_min, a_max),
    lambda y, a, a_min=None, a_max=None, out=None, *, min=None, max=None: above(a, a_min, a_max),
    None,
    lambda y, a, a_min=None, a_max=None, out=None, *, min=None, max=None: below(a, min, max),
    lambda y, a, a_min=None, a_max=None, out=None, *, min=None, max=None: above(a, min, max),
)

# --- choices; np.where has its arguments by position only ---
partials(np.where, None, lambda y, condition, x1, x2: np.asarray(condition, bool),
                         lambda y, condition, x1, x2: np.logical_not(condition))
vjp(
    np.nan_to_num,
    lambda y_bar, y, x, copy=True, nan=0.0, posinf=None, neginf=None:
        y_bar * np.isfinite(x) if np.isrealobj(x) else kept_parts(y_bar, x),
    None,
    lambda y_bar, y, x, copy=True, nan=0.0, posinf=None, neginf=None:
        unbroadcast(y_bar * parts_that(np.isnan, x), nan),
    lambda y_bar, y, x, copy=True, nan=0.0, posinf=None, neginf=None:
        unbroadcast(y_bar * parts_that(np.isposinf, x), posinf),
    lambda y_bar, y, x, copy=True, nan=0.0, posinf=None, neginf=None:
        unbroadcast(y_bar * parts_that(np.isneginf, x), neginf),
)

# --- parts of numbers ---
linear(np.real,          lambda y_bar, val: y_bar if np.isrealobj(val) else y_bar + 0j)
linear(np.imag,          lambda y_bar, val: 0 * y_bar if np.isrealobj(val) else -1j * y_bar)
linear(np.conjugate,     lambda y_bar, x: np.conj(y_bar))
linear(np.real_if_close, lambda y_bar, a, tol=100: y_bar if np.isrealobj(a) else y_bar + 0j)
partials(np.angle,       lambda y, z, deg=False: angle_slope(z, deg))
linear(np.ldexp,         lambda y_bar, x1, x2: unbroadcast(np.ldexp(y_bar, x2), x1))
linear(np.modf,          lambda y_bar, x: y_bar[0])
vjp(np.frexp,            lambda y_bar, y, x: np.ldexp(y_bar[0], -y[1]))
vjp(np.divmod,           lambda y_bar, y, x1, x2: unbroadcast(y_bar[1], x1),
                         lambda y_bar, y, x1, x2: unbroadcast(-y_bar[1] * y[0], x2))

# --- conversions ---
linear(np.float64,     lambda y_bar, value=0.0, /: unbroadcast(y_bar, value))
linear(np.float32,     lambda y_bar, value=0.0, /: unbroadcast(y_bar, value))
linear(np.float16,     lambda y_bar, value=0.0, /: unbroadcast(y_bar, value))
linear(np.longdouble,  lambda y_bar, value=0.0, /: unbroadcast(y_bar, value))
linear(np.complex128,  lambda y_bar, real=0.0, imag=0.0, /: unbroadcast(y_bar, real),
                       lambda y_bar, real=0.0, imag=0.0, /: unbroadcast(1j * y_bar, imag))
linear(np.complex64,   lambda y_bar, real=0.0, imag=0.0, /: unbroadcast(y_bar, real),
                       lambda y_bar, real=0.0, imag=0.0, /: unbroadcast(1j * y_bar, imag))
linear(np.clongdouble, lambda y_bar, real=0.0, imag=0.0, /: unbroadcast(y_bar, real))

# --- the direction z / |z| of a complex number ---
of_complex(np.sign, lambda y_bar, y, x: direction_bar(y_bar, y, x))

# --- steps, tests and bits: constant between their jumps, or not numbers ---
no_derivative(np.floor, np.ceil, np.rint, np.trunc, np.fix, np.round, np.around, np.signbit,
               np.floor_divide, np.spacing)
no_derivative(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
              np.logical_and, np.logical_or, np.logical_xor, np.logical_not,
              np.isnan, np.isinf, np.isfinite, np.isneginf, np.isposinf, np.isnat,
              np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj, np.isscalar,
              np.isclose, np.allclose, np.array_equal, np.array_equiv)
no_derivative(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.bitwise_count, np.invert,
              np.left_shift, np.right_shift, np.gcd, np.lcm)
no_derivative(np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32,
              np.uint64, np.intp, np.uintp, np.longlong, np.ulonglong)

# --- the helpers of these rules, for derivatives of derivatives ---
partials(root_below,  lambda y, z: -z / y)
partials(root_above,  lambda y, z: z / y)
partials(root_beside, lambda y, z: z / y)
vjp(sign, lambda y_bar, y, x:
    0 * y_bar if np.isrealobj(x) else ratio(np.conj(y_bar) - np.real(y_bar * y) * y, np.abs(x)))
no_derivative(larger, inside, below, above)
vjp(times, lambda y_bar, y, a, b: unbroadcast(times(y_bar, b), a),
           lambda y_bar, y, a, b: unbroadcast(times(a, y_bar), b))
partials(ratio,        lambda y, a, b: ratio(1, b),        lambda y, a, b: -ratio(y, b))
partials(pow_base,     lambda y, a, b: b * pow_base(a, b - 1),
                       lambda y, a, b: ratio(a**b, a) + pow_exponent(y, a))
partials(pow_exponent, lambda y, y0, a: log_or_zero(a),    lambda y, y0, a: ratio(y0, a))
partials(log_or_zero,  lambda y, a: ratio(1, a))

# fmt: on
