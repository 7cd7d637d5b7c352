"""Declare the derivatives of Python's operators, of its builtins and of the math module.

They keep plain Python numbers plain, and never raise where NumPy would give inf or NaN.
Where a rule reads `A if test else B`, B alone is right for every argument.
"""

from __future__ import annotations

import math
import operator

from srcad.rules.table import linear, no_derivative, partials, vjp
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.elementwise import (
    digamma,
    dist_bar,
    divide,
    extremum_bar,
    larger,
    pow_base,
    pow_exponent,
    prod_bar,
    ratio,
    scaled,
    share,
    sign,
    sum_bar,
    trigamma,
)
from srcad.runtime.reductions import spread

# fmt: off

# --- operators ---
partials(operator.add,     lambda y, a, b: 1,              lambda y, a, b: 1)
partials(operator.sub,     lambda y, a, b: 1,              lambda y, a, b: -1)
partials(operator.mul,     lambda y, a, b: b,              lambda y, a, b: a)
partials(operator.truediv, lambda y, a, b: divide(1, b),        lambda y, a, b: -y / b)
partials(operator.mod,     lambda y, a, b: 1,              lambda y, a, b: -(a // b))
partials(operator.pow,     lambda y, a, b: pow_base(a, b), lambda y, a, b: pow_exponent(y, a))
partials(operator.neg,     lambda y, a: -1)
partials(operator.pos,     lambda y, a: 1)
partials(operator.abs,     lambda y, a: sign(a))
no_derivative(operator.floordiv, operator.lt, operator.le, operator.eq, operator.ne, operator.ge,
              operator.gt, operator.and_, operator.or_, operator.xor, operator.inv, operator.invert,
              operator.lshift, operator.rshift, operator.not_, operator.truth, operator.is_,
              operator.is_not, operator.contains, operator.index, operator.countOf,
              operator.indexOf, operator.length_hint)

# --- builtins ---
partials(abs,   lambda y, x, /: sign(x))
partials(pow,   lambda y, base, exp, mod=None: pow_base(base, exp),
                lambda y, base, exp, mod=None: pow_exponent(y, base))
linear(float,   lambda y_bar, x=0.0, /: y_bar if isinstance(x, float) else spread(y_bar, x))
linear(complex, lambda y_bar, real=0.0, imag=0.0: unbroadcast(y_bar, real),
                lambda y_bar, real=0.0, imag=0.0: unbroadcast(1j * y_bar, imag))
linear(sum,     lambda y_bar, iterable, /, start=0: sum_bar(y_bar, iterable),
                lambda y_bar, iterable, /, start=0: unbroadcast(y_bar, start))
vjp(divmod,     lambda y_bar, y, x, y0, /: unbroadcast(y_bar[1], x),
                lambda y_bar, y, x, y0, /: unbroadcast(-y_bar[1] * y[0], y0))
vjp(
    max,
    lambda y_bar, y, a, b=None, c=None, d=None, *, default=None:
        extremum_bar(y_bar, y, a) if b is None
        else y_bar * larger(a, b) if c is None else y_bar * share(y, a, a, b, c, d),
    lambda y_bar, y, a, b=None, c=None, d=None, *, default=None:
        y_bar * larger(b, a) if c is None else y_bar * share(y, b, a, b, c, d),
    lambda y_bar, y, a, b=None, c=None, d=None, *, default=None: y_bar * share(y, c, a, b, c, d),
    lambda y_bar, y, a, b=None, c=None, d=None, *, default=None: y_bar * share(y, d, a, b, c, d),
)
vjp(
    min,
    lambda y_bar, y, a, b=None, c=None, d=None, *, default=None:
        extremum_bar(y_bar, y, a) if b is None
        else y_bar * larger(b, a) if c is None else y_bar * share(y, a, a, b, c, d),
    lambda y_bar, y, a, b=None, c=None, d=None, *, default=None:
        y_bar * larger(a, b) if c is None else y_bar * share(y, b, a, b, c, d),
    lambda y_bar, y, a, b=None, c=None, d=None, *, default=None: y_bar * share(y, c, a, b, c, d),
    lambda y_bar, y, a, b=None, c=None, d=None, *, default=None: y_bar * share(y, d, a, b, c, d),
)
no_derivative(int, bool, round, len, isinstance, issubclass, type, range, slice, str, repr, ascii,
              format, print, id, hash, callable, hasattr, any, all, ord, chr, bin, hex, oct)

# --- math: powers, exponentials, logarithms ---
partials(math.sqrt,  lambda y, x, /: divide(0.5, y))
partials(math.cbrt,  lambda y, x, /: divide(1, 3 * y * y))
partials(math.pow,   lambda y, a, b, /: pow_base(a, b), lambda y, a, b, /: pow_exponent(y, a))
partials(math.exp,   lambda y, x, /: y)
partials(math.exp2,  lambda y, x, /: y * math.log(2))
partials(math.expm1, lambda y, x, /: y + 1)
partials(math.log,   lambda y, x, base=None, /: 1 / x if base is None else 1 / (x * math.log(base)),
                     lambda y, x, base=None, /: -y / (base * math.log(base)))
partials(math.log2,  lambda y, x, /: 1 / (x * math.log(2)))
partials(math.log10, lambda y, x, /: 1 / (x * math.log(10)))
partials(math.log1p, lambda y, x, /: 1 / (1 + x))

# --- math: angles ---
partials(math.sin,     lambda y, x, /: math.cos(x))
partials(math.cos,     lambda y, x, /: -math.sin(x))
partials(math.tan,     lambda y, x, /: 1 + y * y)
partials(math.asin,    lambda y, x, /: divide(1, math.sqrt(1 - x * x)))
partials(math.acos,    lambda y, x, /: divide(-1, math.sqrt(1 - x * x)))
partials(math.atan,    lambda y, x, /: 1 / (1 + x * x))
partials(math.atan2,   lambda y, a, b, /: divide(b, a * a + b * b),
                       lambda y, a, b, /: divide(-a, a * a + b * b))
partials(math.sinh,    lambda y, x, /: math.cosh(x))
partials(math.cosh,    lambda y, x, /: math.sinh(x))
partials(math.tanh,    lambda y, x, /: 1 - y * y)
partials(math.asinh,   lambda y, x, /: 1 / math.hypot(1, x))
partials(math.acosh,   lambda y, x, /: divide(1, math.sqrt(x - 1) * math.sqrt(x + 1)))
partials(math.atanh,   lambda y, x, /: 1 / (1 - x * x))
partials(math.degrees, lambda y, x, /: 180 / math.pi)
partials(math.radians, lambda y, x, /: math.pi / 180)

# --- math: special functions ---
partials(math.erf,    lambda y, x, /: 2 / math.sqrt(math.pi) * math.exp(-x * x))
partials(math.erfc,   lambda y, x, /: -2 / math.sqrt(math.pi) * math.exp(-x * x))
partials(math.gamma,  lambda y, x, /: y * digamma(x))
partials(math.lgamma, lambda y, x, /: digamma(x))
partials(digamma,     lambda y, x, /: trigamma(x))

# --- math: signs and remainders ---
partials(math.fabs,      lambda y, x, /: sign(x))
partials(math.copysign,  lambda y, a, b, /: sign(a) * math.copysign(1, b), lambda y, a, b, /: 0)
partials(math.fmod,      lambda y, a, b, /: 1, lambda y, a, b, /: round((y - a) / b))
partials(math.remainder, lambda y, a, b, /: 1, lambda y, a, b, /: round((y - a) / b))
partials(math.nextafter, lambda y, a, b, /: 1, lambda y, a, b, /: 0)
linear(math.ldexp,       lambda y_bar, x, i, /: math.ldexp(y_bar, i))
linear(math.modf,        lambda y_bar, x, /: y_bar[0])
vjp(math.frexp,          lambda y_bar, y, x, /: math.ldexp(y_bar[0], -y[1]))

# --- math: several numbers ---
partials(math.hypot,
         lambda y, a, b=0.0, c=0.0, d=0.0, /: ratio(a, y),
         lambda y, a, b=0.0, c=0.0, d=0.0, /: ratio(b, y),
         lambda y, a, b=0.0, c=0.0, d=0.0, /: ratio(c, y),
         lambda y, a, b=0.0, c=0.0, d=0.0, /: ratio(d, y))
vjp(math.dist,    lambda y_bar, y, p, q, /: dist_bar(y_bar, y, p, q),
                  lambda y_bar, y, p, q, /: dist_bar(y_bar, y, q, p))
linear(math.fsum, lambda y_bar, seq, /: sum_bar(y_bar, seq))
vjp(math.prod,    lambda y_bar, y, iterable, /, *, start=1: prod_bar(y_bar, iterable, start),
                  lambda y_bar, y, iterable, /, *, start=1: y_bar * math.prod(iterable))
if hasattr(math, "sumprod"):  # Python 3.12
    vjp(math.sumprod, lambda y_bar, y, p, q, /: scaled(y_bar, q, p),
                      lambda y_bar, y, p, q, /: scaled(y_bar, p, q))
if hasattr(math, "fma"):  # Python 3.13
    partials(math.fma, lambda y, a, b, c, /: b, lambda y, a, b, c, /: a, lambda y, a, b, c, /: 1)

no_derivative(math.floor, math.ceil, math.trunc, math.isnan, math.isinf, math.isfinite,
              math.isclose, math.factorial, math.comb, math.perm, math.gcd, math.lcm, math.isqrt,
              math.ulp)

# --- the helpers of these rules, for derivatives of derivatives ---
no_derivative(share)
partials(divide, lambda y, a, b: divide(1, b), lambda y, a, b: divide(-y, b))

# fmt: on
