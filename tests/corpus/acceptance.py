"""Programs that users of other systems asked for, in plain NumPy; a letter each, A to P."""

import math
from dataclasses import dataclass

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=3),))
def a_assign_elements(x):
    c = np.zeros(3)
    for i in range(3):
        c[i] = x[i] ** 2
    return c.sum()


@program(args=lambda rng: (rng.normal(size=8), 0.01), wrt=(0, 1))
def b_advection_in_place(x, d):
    u = x.copy()
    for _ in range(100):
        u[1:-1] = u[1:-1] - u[1:-1] * (u[2:] - u[:-2]) * d
    return (u**2).sum()


@program(args=lambda rng: (rng.normal(size=4),))
def c_write_through_view(x):
    y = x * 1.0
    z = y[:2]
    z[0] = 5.0
    return (y**2).sum() + z.sum()


@program(args=lambda rng: (rng.normal(size=2),))
def d_scratch_buffer(x):
    """The buffer's contents at each use count, not its last."""
    w = np.zeros(2)
    s = 0.0
    for i in range(3):
        w[:] = i + 1
        s += (x * w).sum()
    return s


@program(args=lambda rng: (3.0,))
def e_while_newton(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


@program(args=[lambda rng: (rng.normal(size=3),), lambda rng: (0.8,)])
def f_isinstance(x):
    if isinstance(x, np.ndarray):
        s = (x**2).sum()
    else:
        s = x**3
    return s


@program(args=lambda rng: (0.9,))
def g_math_module(x):
    return math.exp(x) * math.sin(x)


@program(args=[lambda rng: (np.array([2.5, 0.7]),), lambda rng: (np.array([-1.2, 0.7]),)])
def h_cast_to_int(x):
    """A cast passes no derivative."""
    n = int(x[0])
    return x[1] * n + np.sum(x.astype(int) * x)


@program(args=lambda rng: (rng.normal(size=4), np.array([True, False])))
def i_where_broadcasts(x, m):
    return np.where(m[:, None], x, 2 * x).sum()


@program(args=lambda rng: (rng.normal(size=4), np.array([True, False, True, True])))
def j_sum_where(x, mask):
    return np.sum(x**2, where=mask)


@program(args=lambda rng: (rng.normal(size=3),), tags=["raises"])
def k_out_of_range(x):
    return x[10]


@program(args=lambda rng: (np.array([1.0, 2.0]), np.array([1.0, 2.0])), tags=["kink"])
def l_norm_at_zero(x, x0):
    return np.linalg.norm(x - x0)


@program(args=lambda rng: (np.full(3, 2.0),), tags=["kink"])
def l_std_of_constants(c):
    return np.std(c)


@program(args=lambda rng: (rng.normal(size=3).astype(np.float32), rng.normal(size=3)), wrt=(0, 1))
def m_mixed_precision(f32, w64):
    return np.mean(f32 * w64)


@program(args=lambda rng: (0.3, 1000), wrt=0)
def n_thousand_trips(x, n):
    for k in range(n):
        x = x + 0.001 * (1.0 - x * x) * x
    return x


@dataclass
class Config:
    gain: np.ndarray
    shift: float


@program(
    args=lambda rng: (
        {"first": {"W": rng.normal(size=(3, 2))}, "last": {"W": rng.normal(size=(2, 1))}},
        Config(rng.normal(size=2), 0.3),
        rng.normal(size=(4, 3)),
    ),
    wrt=(0, 1),
    kwargs={"power": 2.0},
)
def o_dict_of_layers(model, config, X, *, power=1.0):
    """A list.append in the model, a dataclass of parameters, a keyword argument."""
    activations = [X]
    activations.append(np.tanh(activations[-1] @ model["first"]["W"] * config.gain))
    activations.append(activations[-1] @ model["last"]["W"] + config.shift)
    return np.mean(np.abs(activations[-1]) ** power)


@program(args=lambda rng: (np.array([-1.2, 1.0, 0.5]),))
def p_objective_for_minimize(x):
    """What scipy.optimize.minimize is given, value and gradient."""
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return total
