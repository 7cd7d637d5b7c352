"""Ufuncs on floats, arrays, 0-d, size 0, float32, and all kinds of broadcasting."""

import numpy as np

from tests.corpus.registry import program, register


def anything(rng):
    return (rng.uniform(0.2, 0.8, size=(2, 3)),)


SCALARS_TOO = [
    anything,
    lambda rng: (0.4,),
    lambda rng: (np.float64(0.4),),
    lambda rng: (np.array(0.4),),
    lambda rng: (np.zeros((0, 2)),),
    lambda rng: (np.array([[0.4]]),),
]


@program(args=SCALARS_TOO)
def trigonometric(x):
    return np.sum(np.sin(x) * np.cos(x) + np.tan(x) - np.arcsin(x) * np.arccos(x) + np.arctan(x))


@program(args=SCALARS_TOO)
def hyperbolic(x):
    return np.sum(np.sinh(x) / np.cosh(x) + np.tanh(x) * np.arcsinh(x) + np.arctanh(x))


@program(args=SCALARS_TOO)
def exponentials(x):
    y = np.exp(x) + np.expm1(x) * np.exp2(x)
    return np.sum(np.log(y) * np.log1p(x) + np.log2(y) - np.log10(y))


@program(args=SCALARS_TOO)
def roots_and_powers(x):
    u = x + 1.5
    y = np.sqrt(u) + np.cbrt(u) + np.square(x) * np.reciprocal(u) + np.power(u, 1.5) + u**-2
    return np.sum(y + 2.0**x + np.float_power(u, 0.3))


@program(args=SCALARS_TOO)
def signs_and_parts(x):
    y = np.abs(x - 0.5123) + np.fabs(x) + np.negative(x) + np.positive(x) * np.sign(x)
    return np.sum(y * x + np.floor(3 * x) * x + np.ceil(x) * x**2 + np.rint(x) + np.trunc(x))


@program(args=lambda rng: (rng.uniform(0.2, 0.8, size=3), rng.uniform(1, 2, size=3)), wrt=(0, 1))
def binary_ufuncs(x, y):
    s = np.add(x, y) * np.subtract(x, y) + np.multiply(x, y) / np.divide(x, y)
    return np.sum(s + np.true_divide(y, x) + np.hypot(x, y) + np.arctan2(x, y) + np.power(x, y))


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def maxima_and_minima(x, y):
    return np.sum(np.maximum(x, y) ** 2 + np.minimum(x, 0.1) * np.fmax(x, y) - np.fmin(2 * x, y))


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def logaddexps(x, y):
    return np.sum(np.logaddexp(x, y) + np.logaddexp2(x, y * 0.5))


@program(args=lambda rng: (rng.uniform(3, 4, size=3), rng.uniform(1.3, 1.6, size=3)), wrt=(0, 1))
def remainders(x, y):
    return np.sum(x % y + np.mod(x, 0.9) * x + np.fmod(x, y) + np.remainder(x, y) + (x // y) * x)


@program(args=lambda rng: (rng.normal(size=4),))
def where_and_clip(x):
    y = np.where(x > 0, x, 0.1 * x)
    z = np.where([True, False, True, False], y, 3.0)
    return np.sum(y * np.clip(x, -0.5, 0.5) + np.clip(x, None, 1.0) * z)


@program(args=lambda rng: (rng.normal(size=5), -0.6, 0.7), wrt=(0, 1, 2))
def clip_bounds(x, lo, hi):
    return np.sum(np.clip(x, lo, hi) ** 2) + x.clip(lo, 10.0).sum()


@program(args=lambda rng: (rng.normal(size=(4,)),))
def where_broadcasts(x):
    """The mask has more dimensions than x (wrong in autograd)."""
    m = np.array([True, False])
    return np.where(m[:, None], x, 2 * x).sum() + np.where(m, x[0], x[1]).prod()


@program(args=lambda rng: (np.array([1.0, 2.0, 4.0]), 2.0), wrt=(0, 1))
def scalar_powers(x, p):
    """Scalar with array on both sides."""
    return np.sum(p**x) + np.sum(x**p) + np.sum(p / x) + np.sum(np.maximum(p, x + 0.3))


BROADCASTS = [
    lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=3)),
    lambda rng: (rng.normal(size=(2, 1)), rng.normal(size=(1, 3))),
    lambda rng: (rng.normal(size=(4, 1, 3)), rng.normal(size=(2, 1))),
    lambda rng: (rng.normal(size=3), 0.7),
    lambda rng: (0.7, rng.normal(size=(1, 1))),
    lambda rng: (np.array(0.3), rng.normal(size=(2, 2))),
    lambda rng: (rng.normal(size=(0, 3)), rng.normal(size=3)),
    lambda rng: (0.2, 0.3),
    lambda rng: (rng.normal(size=(1,)), rng.normal(size=(5,))),
]


@program(args=BROADCASTS, wrt=(0, 1))
def broadcast_arithmetic(a, b):
    c = a * b + a - b / (1 + a**2)
    return np.sum(c * c - 2 * a + b)


@program(args=BROADCASTS, wrt=(0, 1))
def broadcast_output(a, b):
    """The output is the array itself: any cotangent."""
    return np.sin(a) * b + a


@program(
    args=[
        lambda rng: (rng.normal(size=3).astype(np.float32), np.float32(0.5)),
        lambda rng: (rng.normal(size=3).astype(np.float32), 0.5),
        lambda rng: (rng.normal(size=3).astype(np.float32), rng.normal(size=3)),
    ],
    wrt=(0, 1),
    tags=["float32"],
)
def single_precision(x, k):
    return np.mean(np.tanh(x) * k) + np.sum(x**2)


@program(args=lambda rng: (rng.normal(size=4), np.arange(4)))
def integers_beside_floats(x, n):
    return np.sum(x**n) + np.sum(n * x) + np.sum(x / (n + 1)) * n[-1]


@program(args=lambda rng: (rng.uniform(1, 3, size=3), 2.7), wrt=(0, 1))
def casts_to_integer(x, t):
    """Integers carry no derivative."""
    k = int(t)
    n = x.astype(int)
    return x[1] * int(x[0]) * k + np.sum(n * x) + t * round(t) + np.sum(np.floor(x).astype(int))


@program(args=lambda rng: (rng.normal(size=3),))
def casts_to_float(x):
    y = x.astype(np.float64) * np.float64(2.0)
    z = np.asarray(x, dtype=float) + np.array(x, copy=True)
    return np.sum(y * z) + float(x[0]) * np.asarray(3.0)


@program(args=lambda rng: (rng.normal(size=4),))
def comparisons_as_numbers(x):
    positive = x > 0
    count = np.sum(positive) + np.count_nonzero(x < 0)
    return count * np.sum(x * positive) + np.sum((x > 0.2) & ~(x > 1) | (x == 7)) * x[0]


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3)), wrt=(0, 1))
def operators(x, y):
    z = -x + +y - 2 * x * y / 3
    z = (1 - z) ** 2 + 3 - abs(z)
    return (z @ x) * z.sum()


@program(args=lambda rng: (rng.normal(size=3),))
def fan_out(x):
    """One value used many times."""
    y = np.exp(x)
    return np.sum(y * y + y / (1 + y) + np.log(y) * y - y**3)


@program(args=lambda rng: (rng.uniform(0.5, 1, size=3),))
def special_functions(x):
    return np.sum(np.sinc(x) + np.deg2rad(x) * np.rad2deg(x) + np.heaviside(x, 0.5) * np.i0(x))


@program(args=lambda rng: (rng.normal(size=3),))
def nan_handling(x):
    y = np.nan_to_num(x * 2)
    return np.nansum(y) * np.nanmean(x) + np.sum(np.where(np.isnan(x), 0.0, x))


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3)), wrt=(0, 1))
def copysign_and_ldexp(x, y):
    return np.sum(np.copysign(x, y) * y + np.ldexp(x, 2) + np.modf(3.7 * x)[0])


@program(args=lambda rng: (rng.normal(size=(2, 3)),))
def constants_made_like_x(x):
    bias = np.ones_like(x) + np.zeros(x.shape) + np.full((2, 1), 0.5) + np.eye(2, 3)
    grid = np.linspace(0, 1, x.shape[1]) + np.arange(3.0)
    return np.sum((x + bias) * grid * np.empty_like(x).size)


@program(args=SCALARS_TOO)
def float_and_array_alike(x):
    """A formula for numbers of any kind."""
    y = 3 * x**2 - 2 * x + 1
    return np.sum(y / (1 + x * x))


register("ufunc_sqrt", np.sqrt, args=[lambda rng: (1.7,), lambda rng: (rng.uniform(1, 2, size=3),)])
register("ufunc_multiply", np.multiply, args=BROADCASTS, wrt=(0, 1))
