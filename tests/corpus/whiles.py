"""While loops: iterations that stop when they are good enough."""

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (2.7,))
def newton_sqrt(a):
    x = 1.0
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


@program(args=[lambda rng: (0.3,), lambda rng: (40.0,)])
def halve_until_small(x):
    count = 0
    while x > 1:
        x = x / 2
        count += 1
    return x**2 + count


@program(args=lambda rng: (0.8, 0.3), wrt=(0, 1))
def kepler(e_mean, ecc):
    """Eccentric anomaly by fixed point iteration."""
    E = e_mean
    while True:
        E_new = e_mean + ecc * np.sin(E)
        if abs(E_new - E) < 1e-13:
            break
        E = E_new
    return E_new


@program(args=lambda rng: (1.1,))
def exp_series(x):
    term = total = 1.0
    n = 0
    while n < 15:
        n += 1
        term *= x / n
        if n % 2 and n > 10:
            continue
        total += term
    return total


@program(args=lambda rng: (2.0, 9.0), wrt=(0, 1))
def agm(a, g):
    """Arithmetic-geometric mean: parallel assignment in a while."""
    steps = 0
    while abs(a - g) > 1e-10 and steps < 20:
        a, g = (a + g) / 2, np.sqrt(a * g)
        steps += 1
    return a


@program(args=[lambda rng: (0.4,), lambda rng: (1.4,)])
def while_else(x):
    n = 0
    while n < 4:
        if x > 5:
            y = x
            break
        x = x + x**2
        n += 1
    else:
        y = -3 * x
    return y


@program(args=lambda rng: (7.3,))
def binary_digits(x):
    """Powers by squaring: an integer drives the loop."""
    n = 13
    result = 1.0
    base = x / 5
    while n:
        if n & 1:
            result *= base
        base *= base
        n >>= 1
    return result


@program(args=lambda rng: (rng.uniform(0.5, 1.5, size=4),))
def gradient_flow(x):
    """Gradient descent inside of the function."""
    x = x * 1.0
    step = 0
    while np.linalg.norm(x) > 0.3 and step < 50:
        x = x - 0.1 * (x + 0.2 * np.sin(x))
        step = step + 1
    return np.sum(x**2)


@program(args=lambda rng: (0.2, 5.0), wrt=(0, 1))
def bounce(h, v):
    """Bouncing ball with explicit Euler steps until the energy is gone."""
    t = 0.0
    while t < 0.5:
        h += 0.05 * v
        v -= 0.05 * 9.81
        if h < 0:
            h, v = -h, -0.8 * v
        t += 0.05
    return h * v


@program(args=[lambda rng: ([0.3, 0.4, 0.5],), lambda rng: ([],)])
def index_while(xs):
    i, s = 0, 0.0
    while i < len(xs):
        s += xs[i] ** (i + 1)
        i += 1
    return s


@program(args=lambda rng: (0.6,))
def walrus_while(x):
    total = 0.0
    while (y := x * 0.7) > 0.1:
        total += y**2
        x = y
    return total


@program(args=lambda rng: (1.5,))
def bisection_then_newton(c):
    """Bracket without derivative, then polish: the derivative comes from the last steps."""
    lo, hi = 0.0, 3.0
    for _ in range(10):
        mid = (lo + hi) / 2
        if mid**3 + mid > c:
            hi = mid
        else:
            lo = mid
    x = (lo + hi) / 2
    for _ in range(3):
        x = x - (x**3 + x - c) / (3 * x**2 + 1)
    return x
