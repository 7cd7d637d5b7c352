"""The math module on Python floats."""

import math
from math import cos, pi, sqrt
from math import log as ln

from tests.corpus.registry import program, register


@program(args=lambda rng: (0.4,))
def trigonometry(t: float) -> float:
    s = math.sin(t) + cos(t) * math.tan(t) + math.atan(t) + math.asin(t) - math.acos(t)
    return s + math.atan2(t, 0.3) + math.degrees(t) / 100 + math.radians(t)


@program(args=lambda rng: (0.4,))
def hyperbolic(t):
    return (
        math.sinh(t)
        + math.cosh(t) * math.tanh(t)
        + math.asinh(t)
        + math.acosh(1 + t)
        + math.atanh(t)
    )


@program(args=lambda rng: (1.4, 2.3), wrt=(0, 1))
def logs_and_powers(x, b):
    y = ln(x) + math.log(x, b) + math.log2(x) * math.log10(x) + math.log1p(x) * math.exp(-x)
    return y + math.pow(x, b) + math.expm1(x) + sqrt(x) + math.hypot(x, b) + math.exp2(x)


@program(args=lambda rng: (1.4,))
def special(x):
    return math.erf(x) + math.erfc(x) * math.gamma(x) + math.lgamma(x)


@program(args=lambda rng: (2.7,))
def integers_from_floats(x):
    n = math.floor(x) + math.ceil(x) + math.trunc(x)
    return n * x + math.fabs(-x) * math.factorial(3) + math.copysign(x, -1.0) + math.fmod(x, 2.0)


@program(args=lambda rng: (51.5, -0.1), wrt=(0, 1))
def great_circle(lat, lon):
    """Distance to Paris in km (haversine)."""
    lat2, lon2 = 48.86, 2.35
    p = pi / 180
    a = 0.5 - cos((lat2 - lat) * p) / 2
    a += cos(lat * p) * cos(lat2 * p) * (1 - cos((lon2 - lon) * p)) / 2
    return 2 * 6371 * math.asin(sqrt(a))


@program(args=lambda rng: (100.0, 105.0, 0.2, 0.01, 0.5), wrt=(0, 1, 2, 3, 4))
def black_scholes(spot, strike, sigma, r, T):
    """European call and its Greeks by gradient."""

    def cdf(z):
        return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))

    d1 = (math.log(spot / strike) + (r + sigma**2 / 2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)
    return spot * cdf(d1) - strike * math.exp(-r * T) * cdf(d2)


@program(args=lambda rng: ([0.5, 1.5, -0.3],))
def sums(xs):
    return math.fsum(xs) ** 2 + math.prod(xs) + math.dist(xs, [0.0, 1.0, 2.0]) + math.hypot(*xs)


@program(args=lambda rng: (0.4,))
def checks(x):
    if math.isnan(x) or math.isinf(x) or not math.isfinite(x):
        return 0.0
    if math.isclose(x, 0.4, rel_tol=1e-1):
        return x * math.inf if x > 100 else x * math.e
    return x * math.tau


register("math_sin", math.sin, args=lambda rng: (0.4,))
register("math_atan2", math.atan2, args=lambda rng: (0.4, -1.3), wrt=(0, 1))
