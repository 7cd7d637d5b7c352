"""For loops over everything one loops over."""

import itertools

import numpy as np

from tests.corpus.registry import program


@program(args=[lambda rng: (1.3, 4), lambda rng: (1.3, 0), lambda rng: (1.3, 1)])
def geometric_sum(r, n):
    """1 + r + r**2 + ... (zero trips for n = 0)"""
    total = 0.0
    term = 1.0
    for _ in range(n):
        total += term
        term *= r
    return total


@program(args=lambda rng: (rng.normal(size=5), 0.7), wrt=(0, 1))
def horner(coeffs, x):
    """Polynomial from the highest coefficient down."""
    p = 0.0
    for i in range(len(coeffs) - 1, -1, -1):
        p = p * x + coeffs[i]
    return p


@program(args=lambda rng: (rng.normal(size=9),))
def every_third(x):
    s = 0.0
    for i in range(1, 9, 3):
        s += x[i] * x[i - 1]
    return s


@program(args=lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=3)), wrt=(0, 1))
def rows_of_matrix(X, w):
    loss = 0.0
    for row in X:
        score = row @ w
        loss += np.log1p(np.exp(-score))
    return loss / len(X)


@program(args=lambda rng: ([rng.normal(), rng.normal(), rng.normal()],))
def list_of_floats(values):
    p = 1.0
    for v in values:
        p *= 1 + v**2
    return p


@program(args=lambda rng: (0.8,))
def list_literal(a):
    """One value three times in one list."""
    s = 0.0
    for v in [a, 2.0, a, a * a]:
        s = s + v**3
    return s


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=4)), wrt=(0, 1))
def zipped(xs, ys):
    """Pearson-like product sum over pairs."""
    sxy = sxx = 0.0
    for x, y in zip(xs, ys):
        sxy += x * y
        sxx += x * x
    return sxy / sxx


@program(args=lambda rng: (rng.normal(size=5),))
def enumerated(x):
    moment = 0.0
    for i, v in enumerate(x, start=1):
        moment += i * v**2
    return moment


@program(args=lambda rng: (rng.normal(size=4), 0.9), wrt=(0, 1))
def discounted_returns(rewards, gamma):
    """Reinforcement learning: the return from the back."""
    g = 0.0
    total = 0.0
    for r in reversed(rewards):
        g = r + gamma * g
        total += g
    return total


@program(args=lambda rng: ([0.5, -1.5, 2.0, -0.1],))
def mapped_and_filtered(xs):
    total = 0.0
    for y in map(lambda v: v * v, xs):
        total += y
    for z in filter(lambda v: v > 0, xs):
        total += 10 * z**3
    return total


@program(args=[lambda rng: (1.4, 3.0), lambda rng: (1.4, 300.0), lambda rng: (1.4, 1e9)])
def break_when_large(x, limit):
    y = x
    for _ in range(10):
        if y > limit:
            break
        y = y * x + 0.1
    return y


@program(args=lambda rng: (np.array([0.5, -1.5, 2.0, -0.1, 0.7]),))
def continue_on_negative(x):
    s = 0.0
    for v in x:
        if v < 0:
            continue
        s += np.sqrt(v) * s + v
    return s


@program(args=[lambda rng: (0.5, 1.0), lambda rng: (1.8, 1.0)], wrt=(0, 1))
def loop_else(x, bound):
    """The else of a loop runs when nothing broke it."""
    for k in range(1, 5):
        x = x * 1.2
        if x > 3 * bound:
            result = x - bound
            break
    else:
        result = x * bound * k
    return result


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=(4, 2))), wrt=(0, 1))
def naive_matmul_norm(A, B):
    n, k = A.shape
    m = B.shape[1]
    total = 0.0
    for i in range(n):
        for j in range(m):
            cij = 0.0
            for p in range(k):
                cij += A[i, p] * B[p, j]
            total += cij**2
    return total


@program(args=[lambda rng: (np.zeros((0, 3)), 0.5), lambda rng: (rng.normal(size=(2, 3)), 0.5)])
def no_rows(X, k):
    """Zero trips: the gradient is zeros of X's shape."""
    s = k
    for row in X:
        s = s * row.sum()
    return s


@program(args=[lambda rng: (0.3,), lambda rng: (0.9,), lambda rng: (0.02,)])
def return_inside_loop(x):
    for n in range(5):
        x = x + x**2
        if x > 1:
            return x * n
    return -x


@program(args=lambda rng: (0.7, 1.1), wrt=(0, 1))
def fibonacci_swap(a, b):
    for _ in range(6):
        a, b = b, a + 0.5 * b
    return a * b


@program(args=lambda rng: (0.7, 1.1, -0.4), wrt=(0, 1, 2))
def rotate_three(a, b, c):
    for i in range(5):
        a, b, c = b, c, a * b + 0.1 * i
    return a + 2 * b + 3 * c


@program(args=lambda rng: (rng.normal(size=4),))
def loop_variable_afterwards(x):
    for i, v in enumerate(x):
        last = v**2
    return i * last + v


@program(args=lambda rng: (1.7,))
def loop_variable_shadows(x):
    """`i` held something else before the loop."""
    i = x * x
    s = i
    for i in range(3):
        s = s + x * i
    return s * i


@program(args=lambda rng: (2.0, 0.5), wrt=(0, 1))
def over_dict_items(k1, k2):
    rates = {"fast": k1, "slow": k2}
    s = 0.0
    for name, rate in rates.items():
        weight = 2.0 if name == "fast" else 0.3
        s += weight * np.exp(-rate)
    for rate in rates.values():
        s *= rate
    return s


@program(args=lambda rng: (0.6,))
def over_functions(x):
    for f in (np.sin, np.exp, lambda v: v**2):
        x = f(x) + 0.1 * x
    return x


@program(args=lambda rng: (rng.normal(size=4),))
def all_pairs(x):
    """Pair energies with itertools."""
    e = 0.0
    for a, b in itertools.combinations(x, 2):
        e += (a - b) ** 2
    for i, j in itertools.product(range(2), repeat=2):
        e += x[i] * x[j + 2]
    return e


@program(args=lambda rng: (0.4,))
def simpson(a):
    """Integral of sin(a t) over [0, 1] by Simpson's rule."""
    n = 8
    h = 1.0 / n
    s = np.sin(a * 0.0) + np.sin(a * 1.0)
    for t in np.linspace(h, 1 - h, n - 1)[::2]:
        s += 4 * np.sin(a * t)
    for k in range(2, n, 2):
        s += 2 * np.sin(a * k * h)
    return s * h / 3


@program(args=lambda rng: (rng.normal(size=3), 3), wrt=0)
def array_state(x, n):
    """An array carried and rebound through the loop."""
    v = np.zeros(3)
    for t in range(n):
        v = 0.9 * v + np.sin(x + t)
        x = x - 0.1 * v
    return np.sum(x * v)


@program(args=lambda rng: (1.1,))
def one_trip_and_none(x):
    for _ in range(1):
        x = x**2
    for _ in range(0):
        x = x * 100
    for _ in []:
        x = 0.0
    return x


@program(args=lambda rng: (rng.normal(size=(3, 3)),))
def break_outer_by_flag(A):
    s = 0.0
    found = False
    for i in range(3):
        for j in range(3):
            if i + j == 3:
                found = True
                break
            if i == j:
                continue
            s += A[i, j] ** 2 * (1 + s)
        if found:
            break
    return s


@program(args=lambda rng: (rng.normal(size=6),))
def sliding_window(x):
    """Overlapping slices read in a loop."""
    s = 0.0
    for i in range(len(x) - 2):
        window = x[i : i + 3]
        s += window.max() * window.mean()
    return s


@program(args=lambda rng: (rng.normal(size=(2, 3, 2)),))
def rows_of_rows(T):
    s = 0.0
    for matrix in T:
        for row in matrix:
            a, b = row
            s += a * b
    return s


@program(args=lambda rng: (0.3, 12), wrt=0)
def logistic_map(x, n):
    r = 3.2
    for _ in range(n):
        x = r * x * (1 - x)
    return x


@program(args=lambda rng: (0.8, 1.7), wrt=(0, 1))
def integers_among_the_floats(x, y):
    """Lists and tuples of numbers hold integers as well."""
    total = 0.0
    for weight in [1, x, 2, y]:
        total += weight * x
    for weight in (3, y):
        total = total + np.sin(weight) * x
    return total + sum([1, x * y]) ** 2


@program(args=lambda rng: (rng.normal(size=3),))
def one_variable_for_pairs(x):
    s, best = 0.0, None
    for pair in zip(x, [1, 2, 3], x**2, strict=False):
        s += pair[0] * pair[1] * sum(pair)
    for pair in enumerate(x):
        if best is None or pair[1] > best[1]:
            best = pair
    for p, q in zip(enumerate(x, 2), zip(x, x * 2, strict=False), strict=False):
        s += p[0] * p[1] * q[0] * q[1]
    for entry in {"a": x[0], "bb": x[1]}.items():
        s += entry[1] ** 2 * len(entry[0])
    return s * best[1] * (best[0] + 1) + sum(p[0] * p[1] for p in zip(x, x, strict=False))
