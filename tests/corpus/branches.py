"""Choices: if, elif, else, ternaries, and/or/not, chained comparisons, returns in branches."""

import numpy as np

from tests.corpus.registry import program


@program(args=[lambda rng: (1.3,), lambda rng: (-0.7,), lambda rng: (np.float64(-0.4),)])
def leaky_relu(x: float, slope: float = 0.01) -> float:
    if x > 0:
        return x
    else:
        return slope * x


@program(args=[lambda rng: (8_000.0,), lambda rng: (31_500.0,), lambda rng: (90_000.0,)])
def income_tax(income):
    """Progressive brackets, as in the economics lecture."""
    if income <= 10_000:
        tax = 0.0
    elif income <= 40_000:
        tax = 0.2 * (income - 10_000)
    else:
        tax = 6_000 + 0.4 * (income - 40_000)
    return income - tax


@program(args=[lambda rng: (0.3, 1.0), lambda rng: (-2.5, 1.0), lambda rng: (2.5, 0.7)], wrt=(0, 1))
def huber(r, delta):
    return 0.5 * r * r if abs(r) < delta else delta * (abs(r) - 0.5 * delta)


@program(
    args=[
        lambda rng: (1.2, 0.4, 0.1),
        lambda rng: (1.2, -0.4, 0.1),
        lambda rng: (-1.2, -0.4, 6.1),
        lambda rng: (-1.2, 0.4, 0.1),
    ],
    wrt=(0, 1, 2),
)
def gated(x, y, z):
    if x > 0 and not y < 0 or z > 5:
        out = x * y + z
    elif not (x > 0 or y > 0):
        out = x - y * z
    else:
        out = x / (1 + y**2) - z**3
    return out


@program(args=[lambda rng: (-0.3,), lambda rng: (0.3,), lambda rng: (1.8,)])
def smoothstep(x):
    """The shader classic on [0, 2]."""
    t = x / 2
    if 0.0 < t < 1.0:
        return t * t * (3 - 2 * t)
    return 0.0 * t if t <= 0 else 1.0


@program(args=[lambda rng: (rng.normal(size=4), True), lambda rng: (rng.normal(size=4), False)])
def maybe_penalised(w, regularise):
    loss = np.sum((w - 1.0) ** 2)
    if regularise:
        penalty = 0.1 * np.sum(np.abs(w))
    # penalty exists only when it was asked for
    if regularise:
        loss = loss + penalty
    return loss


@program(
    args=[lambda rng: (0.4, 1.0, 2.0), lambda rng: (1.6, 1.0, 2.0), lambda rng: (2.4, 1.0, 2.0)],
    wrt=(0, 1),
)
def beam_moment(x, a, length):
    """Bending moment of a simply supported beam with a point load at a."""
    load = 3.0
    if x < 0 or x > length:
        return 0.0
    reaction = load * (length - a) / length
    if x < a:
        return reaction * x
    return reaction * x - load * (x - a)


@program(args=[lambda rng: (rng.normal(size=3), 0.0), lambda rng: (rng.normal(size=3), 2.5)])
def scale_or_default(x, scale):
    scale = scale or 1.0
    return np.sum(np.tanh(x / scale))


@program(args=[lambda rng: (0.6, 1.4), lambda rng: (-0.6, 0.2)], wrt=(0, 1))
def first_nonzero(a, b):
    """`or` and `and` hand out a value, not a truth value."""
    chosen = a or b
    product = a and b
    return chosen**2 + 3 * product


@program(args=[lambda rng: (rng.normal(size=4),), lambda rng: (1.7,)])
def sum_of_squares_or_cube(x):
    if isinstance(x, np.ndarray):
        s = (x**2).sum()
    else:
        s = x**3
    return s


@program(
    args=[
        lambda rng: (rng.normal(size=5), "relu"),
        lambda rng: (rng.normal(size=5), "tanh"),
        lambda rng: (rng.normal(size=5), "gauss"),
    ]
)
def activation_by_name(z, kind):
    if kind == "relu":
        a = np.maximum(z, 0)
    elif kind in ("tanh", "sigmoid"):
        a = np.tanh(z)
    else:
        a = np.exp(-(z**2))
    return a.mean()


@program(
    args=[lambda rng: (rng.normal(size=4) + 5,), lambda rng: (rng.normal(size=4) - 5,)],
)
def log_if_positive(x):
    if (x > 0).all():
        return np.log(x).sum()
    elif (x < 0).any():
        return np.sum(x * x) / x.size
    return 0.0


@program(args=[lambda rng: (1.0, 2.0, -3.0), lambda rng: (1.0, -2.0, -3.0)], wrt=(0, 1, 2))
def max_of_three(a, b, c):
    best = a
    if b > best:
        best = b
    if c > best:
        best = c
    return best**2


@program(args=[lambda rng: (0.8,), lambda rng: (-0.8,)])
def one_arm_constant(x):
    """Only one of the two arms depends on x."""
    if x > 0:
        y = 2.0
    else:
        y = x * x
    return y * x


@program(args=[lambda rng: (0.7, None), lambda rng: (0.7, 0.2)])
def optional_bound(x, bound):
    if bound is None:
        return np.sin(x)
    if x > bound and bound is not None:
        x = bound + 0.1 * (x - bound)
    return np.sin(x)


@program(args=[lambda rng: (0.4,), lambda rng: (2.4,), lambda rng: (5.0,), lambda rng: (-1.0,)])
def cubic_bspline(x):
    """Uniform cubic B-spline basis function, by pieces."""
    if x < 0:
        b = 0.0
    else:
        if x < 1:
            b = x**3 / 6
        else:
            if x < 2:
                u = x - 1
                b = (1 + 3 * u + 3 * u**2 - 3 * u**3) / 6
            elif x < 3:
                u = x - 2
                b = (4 - 6 * u**2 + 3 * u**3) / 6
            elif x < 4:
                b = (4 - x) ** 3 / 6
            else:
                b = 0.0
    return b


@program(args=[lambda rng: (0.4, 0.9), lambda rng: (0.9, 0.4)], wrt=(0, 1))
def nested_ternaries(a, b):
    sign = 1 if a > b else -1 if a < b else 0
    return sign * (a - b) * (a if sign > 0 else b)


@program(args=[lambda rng: (rng.normal(size=(2, 3)),), lambda rng: (rng.normal(size=3),)])
def any_rank(x):
    if x.ndim == 1:
        x = x[None, :]
    n, d = x.shape
    assert n >= 1, "need at least one row"
    if not n > 1:
        return np.sum(x**3)
    return np.sum(x[0] * x[1]) / d
