"""try, except, else, finally and suppress, where derivatives pass."""

import contextlib
import math

import numpy as np

from tests.corpus.registry import program


class NotConverged(Exception):
    """Raised by the solvers below, and caught by their callers."""

    def __init__(self, steps):
        super().__init__(f"no convergence after {steps} steps")
        self.steps = steps


@program(args=[lambda rng: (0.7,), lambda rng: (-0.7,)])
def else_of_a_try(x):
    try:
        r = math.sqrt(x)
    except ValueError:
        y = x * x
    else:
        y = r * x
    return y + 1


@program(args=[lambda rng: (0.7,), lambda rng: (-0.7,)])
def finally_after_a_handler(x):
    y = 2.0 * x
    try:
        y = y * math.log(x)
        y = y + x
    except ValueError:
        y = y * y
    finally:
        y = 3 * y
    return y


@program(args=[lambda rng: (0.7, 1.3), lambda rng: (-0.7, 1.3)], wrt=(0, 1))
def value_before_is_overwritten(x, w):
    """The statement before the one that fails has overwritten what it read."""
    try:
        w = w * x
        w = w * math.sqrt(x)
    except ValueError:
        w = w + x**2
    return w * w


@program(args=lambda rng: (np.array([0.5, -0.3, 0.8, -0.1]),))
def try_in_a_loop(xs):
    total = 0.0
    for x in xs:
        try:
            total = total + math.log(x) * x
        except ValueError:
            total = total * 0.5 + x * x
    return total


@program(args=lambda rng: (np.array([0.5, 0.3, -0.8, 0.1]),))
def loop_in_a_try(xs):
    """The loop is left by the exception in its third iteration."""
    total = 1.0
    try:
        for x in xs:
            total = total * x
            total = total + math.sqrt(x)
    except ValueError:
        total = total * 2.0
    return total


@program(args=lambda rng: (np.array([0.5, 0.3, -0.8, 0.1]), 1.4), wrt=(0, 1))
def enumerated_loop_in_a_try(xs, scale):
    parts = np.zeros(4)
    try:
        for k, x in enumerate(xs):
            parts[k] = scale * math.sqrt(x) + k * x
    except ValueError:
        parts[3] = scale * scale
    return np.sum(parts * parts)


@program(args=lambda rng: (0.8,))
def while_left_by_an_exception(x):
    y, steps = x, 0
    try:
        while True:
            y = y * y + x
            steps += 1
            if steps > 3:
                raise NotConverged(steps)
    except NotConverged as problem:
        y = y / problem.steps
    return y


@program(args=[lambda rng: (0.8,), lambda rng: (2.5,)])
def exception_in_a_called_function(x):
    def checked(t):
        u = t * t
        if u > 4:
            raise ValueError("too large")
        return math.sin(u)

    y = x
    try:
        y = y + checked(x)
        y = y * checked(y)
    except ValueError:
        y = y * 0.1
    return y


@program(
    args=[lambda rng: (0.8, 0.3), lambda rng: (0.8, -0.3), lambda rng: (-0.8, 0.3)], wrt=(0, 1)
)
def nested_tries(x, y):
    try:
        z = x * y
        try:
            z = z + math.sqrt(y)
        except ValueError:
            z = z * math.log(x)
            z = z + y
        z = z * x
        z = z * math.sqrt(x)
    except ValueError:
        z = x + y * y
    return z


@program(args=[lambda rng: (0.8, 0.3), lambda rng: (0.8, -0.3)], wrt=(0, 1))
def raised_again(x, y):
    z = x
    try:
        try:
            z = z * y
            z = z * math.sqrt(y)
        except ValueError:
            z = z * x
            raise
        finally:
            z = z + y
    except ValueError:
        z = z * z
    return z


@program(args=[lambda rng: (0.8,), lambda rng: (-0.8,)])
def suppressed(x):
    y = x
    with contextlib.suppress(ValueError, ZeroDivisionError):
        y = y * x
        y = y + math.log(x)
        y = y * y
    return y * 2


@program(args=[lambda rng: (0.8, 2), lambda rng: (-0.8, 2), lambda rng: (0.8, 0)])
def several_handlers(x, n):
    y = 3 * x + 1
    try:
        y = y * math.log(1 + x)
        y = y / n
        y = y * math.sqrt(x)
    except ZeroDivisionError:
        y = y + x
    except (ValueError, OverflowError):
        y = y * x
    return y


@program(args=[lambda rng: (0.8,), lambda rng: (-0.8,)])
def return_inside(x):
    try:
        return x * math.sqrt(x)
    except ValueError:
        y = x * x
    return y + x


@program(args=lambda rng: (np.array([0.5, -0.3, 0.8, 2.0, 0.7]),))
def continue_and_break_inside(xs):
    total = 0.0
    for x in xs:
        try:
            r = math.sqrt(x)
            if r > 1:
                break
        except ValueError:
            continue
        else:
            total = total + r
        finally:
            total = total * 1.1
        total = total + x * x
    return total


@program(args=lambda rng: (np.array([0.5, -0.3, 0.8]),))
def list_filled_inside(xs):
    """What was appended before the exception stays appended."""
    parts = []
    for x in xs:
        try:
            parts.append(x * x)
            parts.append(math.sqrt(x))
        except ValueError:
            parts.append(2 * x)
    total = 0.0
    for k, p in enumerate(parts):
        total = total + (k + 1) * p
    return total


@program(args=lambda rng: (np.array([0.5, -0.3, 0.8]), {"a": 0.4}), wrt=(0, 1))
def missing_keys(xs, table):
    total = 0.0
    for k, name in enumerate(["a", "b", "a"]):
        try:
            total = total + xs[k] * table[name]
        except KeyError:
            total = total * xs[k]
    return total


@program(
    args=lambda rng: (np.array([[2.0, 0.3], [0.3, 1.0]]), np.array([[1.0, 2.0], [2.0, 1.0]])),
    wrt=(0, 1),
)
def cholesky_or_not(a, b):
    def half_logdet(m):
        try:
            low = np.linalg.cholesky(m)
            return np.sum(np.log(np.diag(low)))
        except np.linalg.LinAlgError:
            return 0.5 * np.log(np.abs(np.linalg.det(m)))

    return half_logdet(a + a.T) + half_logdet(b + b.T)


class Quiet:
    """A context manager that discards what it is told to."""

    def __init__(self, *kinds):
        self.kinds = kinds

    def __enter__(self):
        return self

    def __exit__(self, kind, problem, traceback):
        return kind is not None and issubclass(kind, self.kinds)


@contextlib.contextmanager
def forgiving():
    try:
        yield
    except ValueError:
        print("forgiven")


@program(args=[lambda rng: (0.8,), lambda rng: (-0.8,)])
def own_manager_discards(x):
    y = x
    with Quiet(ValueError):
        y = y * x
        y = y + math.log(x)
        y = y * y
    return y * 2


@program(args=[lambda rng: (0.8,), lambda rng: (-0.8,)])
def generator_manager_discards(x):
    y = x
    with forgiving():
        y = y * x
        y = y * math.sqrt(x)
    return y * 2


@program(args=[lambda rng: (0.8,), lambda rng: (-0.8,)])
def return_inside_a_discarding_manager(x):
    with Quiet(ValueError):
        y = math.sqrt(x)
        return y * x
    return x * x


@contextlib.contextmanager
def failing():
    yield
    raise OSError("disk full")


@program(args=lambda rng: (0.8,))
def exception_after_a_return(x):
    """`return` leaves the inner block, whose end raises an exception: it does not return."""
    try:
        with failing():
            return x
    except OSError:
        x = x * x
    return x * 3


@program(args=[lambda rng: (np.array([0.4, 0.9]),), lambda rng: (np.array([0.4, -0.9]),)])
def written_array_inside(x):
    y = np.zeros(3)
    try:
        y[0] = x[0] * x[1]
        y[1] = math.sqrt(x[1])
        y[0] = y[0] * y[1]
    except ValueError:
        y[2] = x[1] * x[1]
    return np.sum(y**2) + y[0]


@program(args=[lambda rng: (0.9,), lambda rng: (-0.9,)])
def variable_without_a_value(x):
    """`y` only has a value where the body came that far."""
    z = x
    try:
        z = z * math.sqrt(x)
        y = z * z
    except ValueError:
        return z * 3
    return y + z


@program(args=lambda rng: (1.2,))
def retry(x):
    """A step that is made smaller until it works."""
    step = 4.0
    for _ in range(10):
        try:
            y = math.sqrt(1.5 - step * x)
            break
        except ValueError:
            step = step * 0.5
    return y * step * x


@program(
    args=[lambda rng: (np.array([1.0, 2.0]), 0.5), lambda rng: (np.array([1.0, 2.0, 3.0]), 0.5)],
    wrt=(0, 1),
)
def unpacking_that_fails(xs, w):
    try:
        a, b = xs
        y = a * b
    except ValueError:
        y = xs[0] + xs[1] * xs[2]
    return y * w
