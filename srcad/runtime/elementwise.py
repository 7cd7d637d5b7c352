"""Compute the partial derivatives that need more than a line: kinks, zeros, plain floats.

Plain Python numbers give plain Python numbers; everything else follows NumPy, dtype included.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcad.runtime.broadcast import unbroadcast


def plain(x: Any) -> bool:
    """Whether x is a real number of Python itself; np.float64 is a float too, but no plain one."""
    return isinstance(x, (float, int)) and not isinstance(x, np.generic)


# --- division and signs ---


def divide(a: Any, b: Any) -> Any:
    """a / b, with the inf and NaN of NumPy where plain numbers would raise."""
    if plain(b) and b == 0 and (plain(a) or isinstance(a, complex)):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.divide(a, float(b)).item()
    return a / b


def ratio(a: Any, b: Any) -> Any:
    """a / b, and 0 where b = 0."""
    if plain(b):
        return a / b if b != 0 else 0.0 * a
    return np.where(b == 0, 0, a / np.where(b == 0, 1, b))[()]


def times(a: Any, b: Any) -> Any:
    """a * b, and 0 where a = 0, whatever b is: of a value that is not used no derivative passes."""
    if plain(a) and plain(b):
        return a * b if a else 0.0 * a
    return np.where(a == 0, 0, a * np.where(a == 0, 0, b))[()]


def sign(x: Any) -> Any:
    """The derivative of abs: -1, 0 or 1 for a real x, conj(x) / |x| or 0 for a complex one."""
    if plain(x):
        return math.copysign(1.0, x) if x else 0.0 * x
    return np.sign(np.conj(x)) if np.iscomplexobj(x) else np.sign(x)


# --- powers ---


def pow_base(a: Any, b: Any) -> Any:
    """The derivative of a**b in a: b a**(b-1), and 0 where b = 0."""
    if not plain(b):
        return b * a ** np.where(b == 0, 0, b - 1)[()]
    try:
        return b * a ** (b - 1 if b != 0 else 0)
    except (ZeroDivisionError, OverflowError):  # plain numbers raise where NumPy gives inf
        with np.errstate(divide="ignore", over="ignore"):
            return (b * np.power(float(a), float(b - 1))).item()


def pow_exponent(y: Any, a: Any) -> Any:
    """The derivative of y = a**b in b: y log(a), 0 where a = 0, NaN where a < 0."""
    return y * log_or_zero(a)


def log_or_zero(a: Any) -> Any:
    """log(a), and 0 where a = 0."""
    if plain(a):
        return math.log(a) if a > 0 else 0.0 if a == 0 else math.nan
    return np.log(np.where(a == 0, 1, a)[()])


# --- kinks ---


def larger(a: Any, b: Any) -> Any:
    """1 where a > b, ½ where a = b, 0 elsewhere (and for NaN), in the dtype of max(a, b)."""
    if plain(a) and plain(b):
        return 1.0 if a > b else 0.5 if a == b else 0.0
    above, ties = np.greater(a, b), np.equal(a, b)
    kind = np.result_type(a, b)
    found = above.astype(kind if kind.kind in "fc" else np.float64)
    if np.ndim(found) and np.any(ties):
        found[ties] = 0.5
    return found if np.ndim(found) else found + ties * found.dtype.type(0.5)


def inside(a: Any, low: Any = None, high: Any = None) -> Any:
    """The derivative of clip in a: 1 between the bounds, ½ on one, 0 outside."""
    if low is None and high is None:
        return 1
    if low is None:
        return larger(high, a)
    return larger(a, low) if high is None else larger(a, low) * larger(high, np.maximum(a, low))


def below(a: Any, low: Any, high: Any = None) -> Any:
    """The derivative of clip in the lower bound: 1 where a is below it, ½ where on it."""
    return larger(low, a) if high is None else larger(low, a) * larger(high, np.maximum(a, low))


def above(a: Any, low: Any, high: Any) -> Any:
    """The derivative of clip in the upper bound: 1 where a is above it, ½ where on it."""
    return larger(a if low is None else np.maximum(a, low), high)


# --- complex numbers ---


def angle_slope(z: Any, deg: bool = False) -> Any:
    """The derivative of the angle of z: Im(dz / z) = Re(-i / z dz), and 0 for a real z."""
    if not np.iscomplexobj(z):
        return 0 * z
    return (-180j / np.pi if deg else -1j) / np.asarray(z)[()]


def direction_bar(y_bar: Any, y: Any, z: Any) -> Any:
    """The cotangent of z in y = z / |z|: what turns it alone; 0 at 0, and for a real z.

    dy = (dz - y Re(conj(y) dz)) / |z|, so z_bar = (y_bar - Re(y_bar y) conj(y)) / |z|.
    """
    if not np.iscomplexobj(z):
        return 0 * np.real(y_bar)
    return ratio(y_bar - np.real(y_bar * y) * np.conj(y), np.abs(z))


# On a branch cut the sign of a zero says from which side NumPy comes; 1 - z * z forgets it.  The
# three roots are computed on one side of the cut, and mirrored.


def root_below(z: Any) -> Any:
    """sqrt(1 - z²) on the sheet of arcsin and arccos, whose cuts are real, beyond -1 and 1."""
    if not np.iscomplexobj(z):
        return np.sqrt(1 - z * z)
    a, b = np.real(z), 1j * np.abs(np.imag(z))
    root = np.conj(np.sqrt(1 - a + b)) * np.sqrt(1 + a + b)
    return np.where(np.signbit(np.imag(z)), np.conj(root), root)[()]


def root_above(z: Any) -> Any:
    """sqrt(z - 1) sqrt(z + 1) on the sheet of arccosh, whose cut is real, below 1."""
    if not np.iscomplexobj(z):
        return np.sqrt(z - 1) * np.sqrt(z + 1)
    a, b = np.real(z), 1j * np.abs(np.imag(z))
    root = np.sqrt(a - 1 + b) * np.sqrt(a + 1 + b)
    return np.where(np.signbit(np.imag(z)), np.conj(root), root)[()]


def root_beside(z: Any) -> Any:
    """sqrt(1 + z²) on the sheet of arcsinh, whose cuts are imaginary, beyond -i and i."""
    if not np.iscomplexobj(z):
        return np.sqrt(1 + z * z)
    a, b = 1j * np.abs(np.real(z)), np.imag(z)
    root = np.sqrt(1 - b + a) * np.conj(np.sqrt(1 + b + a))
    return np.where(np.signbit(np.real(z)), np.conj(root), root)[()]


def parts_that(test: Any, x: Any) -> Any:
    """1 where the test holds of x; of a complex x, 1 for its real and i for its imaginary part."""
    return test(np.real(x)) + 1j * test(np.imag(x)) if np.iscomplexobj(x) else test(x)


def kept_parts(y_bar: Any, x: Any) -> Any:
    """The cotangent of x in nan_to_num: of its finite parts."""
    if not np.iscomplexobj(x):
        return y_bar * np.isfinite(x)
    real, imag = np.isfinite(np.real(x)), np.isfinite(np.imag(x))
    return np.real(y_bar) * real + 1j * (np.imag(y_bar) * imag)


# --- special functions ---


def sinc_slope(y: Any, x: Any) -> Any:
    """The derivative of y = sinc(x): (cos(pi x) - y) / x, by its series near 0."""
    near = np.abs(x) < 0.03
    t = np.pi**2 * np.square(x)
    series = -(np.pi**2) * x / 3 * (1 - t / 10 * (1 - t / 28 * (1 - t / 54)))
    far = np.where(near, 1, x)
    return np.where(near, series, (np.cos(np.pi * far) - np.where(near, 1, y)) / far)[()]


def i1(x: Any) -> Any:
    """The derivative of np.i0."""
    return i0_derivative(x, 1)


def i0_derivative(x: Any, order: int) -> Any:
    """A derivative of np.i0: the mean of exp(x cos t) (cos t)**order over a half turn.

    The midpoint rule with n points is off by I(2n - 1) / I(1) of x, which is below rounding for
    every x that np.i0 can take (it overflows above 713).
    """
    n = 128
    cosine = np.cos((np.arange(n) + 0.5) * (np.pi / n))
    size = np.abs(x)
    grown = np.exp(np.multiply.outer(size, cosine - 1))
    sign = np.sign(x) if order % 2 else 1
    mean = np.mean(grown * cosine**order, axis=-1)
    return (sign * np.exp(size) * mean).astype(np.result_type(x))


def kaiser_bar(y_bar: Any, y: Any, beta: Any) -> Any:
    """The cotangent of β in np.kaiser: y = I0(β s) / I0(β), s from 0 at the ends to 1 between."""
    n = len(y)
    half = (n - 1) / 2
    s = np.sqrt(np.maximum(1 - np.square((np.arange(n) - half) / (half or 1)), 0))
    slope = (s * i1(beta * s) - y * i1(beta)) / np.i0(beta)
    return unbroadcast(np.sum(y_bar * slope), beta)


def digamma(x: float) -> float:
    """The derivative of lgamma: ψ(x) = log(x) - 1/2x - Σ B_2k / (2k x**2k), x moved above 10."""
    if x == -math.inf or x <= 0 and x == math.floor(x):
        return math.nan
    if x < 0.5:
        return digamma(1 - x) - math.pi / math.tan(math.pi * math.fmod(x, 1.0))
    shift = 0.0
    while x < 10:
        shift -= 1 / x
        x += 1
    t = 1 / x / x
    tail = 1 / 12 - t * (1 / 120 - t * (1 / 252 - t * (1 / 240 - t * (1 / 132 - t * 691 / 32760))))
    return shift + math.log(x) - 0.5 / x - t * (tail + t**6 / 12)


def trigamma(x: float) -> float:
    """The derivative of digamma: ψ'(x) = 1/x + 1/2x² + Σ B_2k / x**(2k+1), x moved above 10."""
    if x == -math.inf or x <= 0 and x == math.floor(x):
        return math.nan
    if x < 0.5:
        sine = math.sin(math.pi * math.fmod(x, 1.0))
        return (math.pi / sine) * (math.pi / sine) - trigamma(1 - x)
    shift = 0.0
    while x < 10:
        shift += 1 / x / x
        x += 1
    t = 1 / x / x
    tail = 1 / 6 - t * (1 / 30 - t * (1 / 42 - t * (1 / 30 - t * (5 / 66 - t * 691 / 2730))))
    return shift + (1 + 0.5 / x + t * (tail + t**6 * 7 / 6)) / x


# --- sequences of numbers ---


def sum_bar(y_bar: Any, iterable: Any) -> Any:
    """The cotangents of the items of sum: y_bar for each, summed to the shape of the item."""
    if isinstance(iterable, np.ndarray):
        if not len(iterable):
            return np.zeros_like(iterable)
        row = unbroadcast(y_bar, np.empty(iterable.shape[1:], iterable.dtype))
        return np.broadcast_to(row, iterable.shape)
    plain = type(iterable) is list and type(y_bar) is float
    if plain and set(map(type, iterable)) <= {float}:
        return [y_bar] * len(iterable)
    return same_kind([unbroadcast(y_bar, item) for item in iterable], iterable)


def same_kind(items: list[Any], like: Any) -> Any:
    """The cotangents of a sequence's items as the sequence is: an array, a tuple or a list."""
    if isinstance(like, np.ndarray):
        return np.array(items, np.result_type(like, 0.0)) if items else np.zeros(like.shape)
    return tuple(items) if isinstance(like, tuple) else items


def share(y: Any, x: Any, *xs: Any) -> Any:
    """1/k where x is one of the k numbers among xs (None apart) that equal y, else 0."""
    return divide(1.0 if x == y else 0.0, sum(1.0 for one in xs if one is not None and one == y))


def extremum_bar(y_bar: Any, y: Any, iterable: Any) -> Any:
    """The cotangents of the items in Python's max or min of an iterable: ties share equally."""
    hits = [1.0 if item == y else 0.0 for item in iterable]
    part = divide(y_bar, sum(hits)) if hits else y_bar
    return same_kind([part * hit for hit in hits], iterable)


def prod_bar(y_bar: Any, iterable: Any, start: Any = 1) -> Any:
    """The cotangents of the factors of math.prod: y_bar times all other factors."""
    after = [y_bar]
    for item in reversed(iterable):
        after.append(after[-1] * item)
    before, bars = start, []
    for item, rest in zip(iterable, reversed(after[:-1]), strict=True):
        bars.append(before * rest)
        before = before * item
    return same_kind(bars, iterable)


def dist_bar(y_bar: Any, y: Any, p: Any, q: Any) -> Any:
    """The cotangent of p in y = math.dist(p, q): y_bar (p - q) / y, and 0 where y = 0."""
    slope = ratio(y_bar, y)
    return same_kind([slope * (a - b) for a, b in zip(p, q, strict=True)], p)


def scaled(y_bar: Any, factors: Any, like: Any) -> Any:
    """y_bar times each factor, in the kind of `like`: the cotangent of math.sumprod."""
    return same_kind([y_bar * factor for factor in factors], like)
