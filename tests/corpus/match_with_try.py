"""match, with, try and what carries no derivative: assert, raise, print, f-strings."""

import contextlib
import warnings
from dataclasses import dataclass

import numpy as np

from tests.corpus.registry import program


@dataclass
class Circle:
    r: float


@dataclass
class Rect:
    w: float
    h: float


@program(args=[lambda rng: (Circle(1.2),), lambda rng: (Rect(0.5, 2.0),)])
def area(shape):
    match shape:
        case Circle(r=radius):
            return np.pi * radius**2
        case Rect(w=w, h=h):
            return w * h
        case _:
            raise TypeError(f"no area for {shape!r}")


@program(
    args=[
        lambda rng: (0.7, "linear"),
        lambda rng: (0.7, "cubic"),
        lambda rng: (0.7, "square"),
        lambda rng: (0.7, "other"),
    ]
)
def basis(x, kind):
    match kind:
        case "linear":
            y = x
        case "square" | "quadratic":
            y = x**2
        case "cubic":
            y = x**3
        case other:
            y = len(other) * x
    return y + 1


@program(args=[lambda rng: ([0.4, 1.1],), lambda rng: ([0.4, 1.1, 2.0, 3.0],)])
def match_sequence(xs):
    match xs:
        case [a, b]:
            return a * b
        case [a, *rest] if len(rest) > 2:
            return a - sum(rest) ** 2
    return 0.0


@program(args=lambda rng: (0.9, 0.2), wrt=(0, 1))
def match_expression_tree(x, y):
    """A little interpreter, recursive over tuples."""
    tree = ("add", ("mul", "x", "x"), ("mul", 3.0, ("neg", "y")))

    def evaluate(node):
        match node:
            case "x":
                return x
            case "y":
                return y
            case ("add", a, b):
                return evaluate(a) + evaluate(b)
            case ("mul", a, b):
                return evaluate(a) * evaluate(b)
            case ("neg", a):
                return -evaluate(a)
            case float() | int():
                return node

    return evaluate(tree)


@program(args=lambda rng: ({"kind": "spring", "k": 3.0}, 0.5), wrt=1)
def match_mapping(element, x):
    match element:
        case {"kind": "spring", "k": k}:
            return 0.5 * k * x**2
        case {"kind": "damper"}:
            return 0.0


@program(args=lambda rng: (np.array([0.5, -1.0, 2.0]),))
def errstate(x):
    """Warnings off where a bad value is only looked at."""
    with np.errstate(divide="ignore", invalid="ignore"):
        usable = np.isfinite(np.log(x))
        y = x**2 / 3
    return np.sum(y[usable] ** 2) + usable.sum() * x[1]


@program(args=lambda rng: (1.3,))
def body_of_with(a):
    with np.errstate(all="ignore"):
        y = a * a
    with contextlib.suppress(ValueError), warnings.catch_warnings():
        y = y * a
    return y


@contextlib.contextmanager
def section(name):
    """A user's context manager: nothing to differentiate."""
    print(f"enter {name}")
    try:
        yield len(name)
    finally:
        print(f"leave {name}")


@program(args=lambda rng: (1.3,))
def own_context_manager(x):
    with section("heat") as n:
        y = n * x**2
    return y


@program(args=lambda rng: (1.3,))
def return_from_with(x):
    with section("early"):
        if x > 1:
            return x**3
    return x


class Tracer:
    """A context manager written as a class."""

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False


@program(args=lambda rng: (rng.normal(size=3),))
def nullcontext_and_class(x):
    with contextlib.nullcontext(2.0) as k, Tracer():
        s = k * np.sum(x)
    return s**2


@program(args=[lambda rng: (1.5, "2.5"), lambda rng: (1.5, "not a number")])
def exception_before(x, text):
    """The exception comes before anything active."""
    try:
        k = float(text)
    except ValueError:
        k = 1.0
    return k * x**2


@program(args=[lambda rng: ([1.0, 2.0], 1), lambda rng: ([1.0, 2.0], 7)])
def exception_within(xs, i):
    """y was already squared when the index fails."""
    y = xs[0] * 3
    try:
        y = y**2
        y = y * xs[i]
    except IndexError:
        y = y + xs[1]
    else:
        y = 2 * y
    return y


@program(args=[lambda rng: (1.2, 0), lambda rng: (1.2, 4)])
def exception_after(x, n):
    try:
        y = np.sin(x)
        m = 10 // n
    except ZeroDivisionError as error:
        m = len(str(error)) * 0 + 5
    finally:
        z = y * x
    return z * m


def checked_log(v):
    if v <= 0:
        raise ValueError(f"log of {v}")
    return np.log(v)


@program(args=[lambda rng: (1.2,), lambda rng: (-1.2,)])
def exception_in_helper(x):
    try:
        y = checked_log(x)
    except (ValueError, ArithmeticError):
        y = -(x**2)
    return y * x


@program(args=lambda rng: (np.array([0.5, -1.0, 2.0]),))
def try_in_loop(xs):
    s = 0.0
    for v in xs:
        try:
            s += checked_log(v)
        except ValueError:
            continue
    return s


@program(args=lambda rng: (1.7,))
def return_through_finally(x):
    done = False
    try:
        return x * x
    finally:
        done = True
        print("done", done)


@program(args=lambda rng: (rng.uniform(0.5, 1.0, size=3),))
def assertions(p):
    """Checks on active values are inactive."""
    assert p.ndim == 1 and len(p) == 3, f"want a vector, got {p.shape}"
    assert np.all(p > 0), "positive only"
    q = p / p.sum()
    assert abs(q.sum() - 1) < 1e-12
    if not np.isfinite(q).all():
        raise FloatingPointError("not finite")
    return -np.sum(q * np.log(q))


@program(args=lambda rng: (0.25, 3))
def prints(x, n):
    print("start", n)
    for i in range(n):
        x = x * 2
        print(f"step {i}: x = {x:.3f}", end=";\n")
    label = f"{x!r} of {n:03d}" + "%.2f" % x
    return x**2 + len(label) * 0.0


@program(args=[lambda rng: (0.4,), lambda rng: (3.4,)])
def walrus_in_if(x):
    if (y := x**2) > 1:
        return y * x
    return (z := y + 1) * z


@program(args=lambda rng: (rng.normal(size=3),))
def noise_from_a_seed(x):
    """Randomness that does not depend on x."""
    rng = np.random.default_rng(7)
    noise = rng.normal(size=x.shape)
    mask = rng.random(3) > 0.1
    return np.sum((x + 0.1 * noise) ** 2 * mask)


@program(args=lambda rng: (0.4,))
def delete_a_name(x):
    temporary = x * 2
    y = temporary**2
    del temporary
    return y
