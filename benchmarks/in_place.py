"""Programs that write arrays, lists and objects step by step, and their gradients by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


# ------------------------------------------------------------------ arrays
def stencil(u, k):
    u = u.copy()
    for _ in range(50):
        u[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def stencil_by_hand(u, k):
    bends = []
    u = u.copy()
    for _ in range(50):
        bend = u[2:] - 2.0 * u[1:-1] + u[:-2]
        bends.append(bend)
        u[1:-1] += k * bend
    u_bar = 2.0 * u
    k_bar = 0.0
    for bend in reversed(bends):
        k_bar += u_bar[1:-1] @ bend
        bend_bar = k * u_bar[1:-1]
        u_bar[2:] += bend_bar
        u_bar[1:-1] -= 2.0 * bend_bar
        u_bar[:-2] += bend_bar
    return u_bar, k_bar


def history(x, decay, drive, steps):
    h = np.zeros((steps + 1, len(x)))
    h[0] = x
    for t in range(steps):
        h[t + 1] = decay * h[t] + np.tanh(drive * h[t])
    return np.sum(h**2)


def history_by_hand(x, decay, drive, steps):
    h = np.zeros((steps + 1, len(x)))
    y = np.zeros((steps, len(x)))
    h[0] = x
    for t in range(steps):
        y[t] = np.tanh(drive * h[t])
        h[t + 1] = decay * h[t] + y[t]
    h_bar = 2.0 * h
    decay_bar, drive_bar = np.zeros_like(decay), np.zeros_like(drive)
    for t in reversed(range(steps)):
        decay_bar += h_bar[t + 1] * h[t]
        s_bar = h_bar[t + 1] * (1.0 - y[t] ** 2)
        drive_bar += s_bar * h[t]
        h_bar[t] += decay * h_bar[t + 1] + drive * s_bar
    return h_bar[0].copy(), decay_bar, drive_bar


# ------------------------------------------------------------------ elements
def elements(x, a):
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] + x[i] * x[i]
    return np.sum(y**2)


def elements_by_hand(x, a):
    n = len(x)
    y = np.zeros(n)
    y[0] = x[0]
    for i in range(1, n):
        y[i] = a * y[i - 1] + x[i] * x[i]
    y_bar = 2.0 * y
    x_bar = np.zeros_like(x)
    a_bar = 0.0
    for i in range(n - 1, 0, -1):
        bar = y_bar[i]
        a_bar += bar * y[i - 1]
        y_bar[i - 1] += bar * a
        x_bar[i] = 2.0 * bar * x[i]
    x_bar[0] = y_bar[0]
    return x_bar, a_bar


# ------------------------------------------------------------------ lists
def states(W, x):
    hs = [x]
    for _ in range(100):
        hs.append(np.tanh(W @ hs[-1]))
    total = 0.0
    for h in hs:
        total += np.sum(h**2)
    return total


def states_by_hand(W, x):
    hs = [x]
    for _ in range(100):
        hs.append(np.tanh(W @ hs[-1]))
    W_bar = np.zeros_like(W)
    h_bar = 2.0 * hs[-1]
    for t in reversed(range(100)):
        s_bar = h_bar * (1.0 - hs[t + 1] ** 2)
        W_bar += np.outer(s_bar, hs[t])
        h_bar = 2.0 * hs[t] + W.T @ s_bar
    return W_bar, h_bar


def numbers(x, r):
    xs = [x]
    for _ in range(1000):
        xs.append(r * xs[-1] * (1.0 - xs[-1]))
    return sum(xs)


def numbers_by_hand(x, r):
    xs = [x]
    for _ in range(1000):
        x = r * x * (1.0 - x)
        xs.append(x)
    xs.pop()
    x_bar, r_bar = 1.0, 0.0
    for x in reversed(xs):
        r_bar += x_bar * x * (1.0 - x)
        x_bar = 1.0 + x_bar * r * (1.0 - 2.0 * x)
    return x_bar, r_bar


# ------------------------------------------------------------------ objects
class Momentum:
    """An optimiser that holds an array."""

    def __init__(self, rate, decay, size):
        self.rate = rate
        self.decay = decay
        self.velocity = np.zeros(size)

    def step(self, w, g):
        self.velocity = self.decay * self.velocity - self.rate * g
        return w + self.velocity


def momentum(w, rate, decay, A):
    optimiser = Momentum(rate, decay, len(w))
    for _ in range(100):
        w = optimiser.step(w, A @ w)
    return 0.5 * w @ A @ w


def momentum_by_hand(w, rate, decay, A):
    saved = []
    v = np.zeros_like(w)
    for _ in range(100):
        g = A @ w
        saved.append((v, g))
        v = decay * v - rate * g
        w = w + v
    w_bar = 0.5 * (A @ w + A.T @ w)
    v_bar = np.zeros_like(w)
    rate_bar = decay_bar = 0.0
    for v, g in reversed(saved):
        v_bar += w_bar
        rate_bar -= v_bar @ g
        w_bar = w_bar - rate * (A.T @ v_bar)
        decay_bar += v_bar @ v
        v_bar = decay * v_bar
    return w_bar, rate_bar, decay_bar


class Particle:
    """An object that holds numbers."""

    def __init__(self, x, v):
        self.x = x
        self.v = v

    def step(self, k, dt):
        self.v -= dt * k * self.x
        self.x += dt * self.v


def particle(x, v, k):
    p = Particle(x, v)
    for _ in range(1000):
        p.step(k, 0.01)
    return p.x**2 + p.v**2


def particle_by_hand(x, v, k):
    xs = []
    for _ in range(1000):
        xs.append(x)
        v = v - 0.01 * k * x
        x = x + 0.01 * v
    x_bar, v_bar, k_bar = 2.0 * x, 2.0 * v, 0.0
    for x in reversed(xs):
        v_bar += 0.01 * x_bar
        k_bar -= 0.01 * v_bar * x
        x_bar -= 0.01 * k * v_bar
    return x_bar, v_bar, k_bar


@dataclass(frozen=True)
class Case:
    """A program, its gradient by hand, its arguments, and the most that srcad's may cost."""

    about: str
    program: Callable[..., Any]
    by_hand: Callable[..., Any]
    args: tuple[Any, ...]
    wrt: tuple[int, ...]
    target: float | None  # times the primal


def cases() -> list[Case]:
    """All of them, with arguments that are the same for every run."""
    rng = np.random.RandomState(0)
    square = rng.randn(100, 100) / 10.0
    return [
        Case("f  stencil, 50 steps of 2000", stencil, stencil_by_hand,
             (rng.randn(2000), 0.1), (0, 1), 4.0),
        Case("f  history, 200 rows of 1000", history, history_by_hand,
             (rng.randn(1000), rng.rand(1000), rng.randn(1000), 200), (0, 1, 2), 4.0),
        Case("g  1000 elements", elements, elements_by_hand, (rng.randn(1000), 0.9), (0, 1), 5.0),
        Case("h  list of 100 states", states, states_by_hand,
             (rng.randn(50, 50) / 7.0, rng.randn(50)), (0, 1), 4.0),
        Case("h  list of 1000 numbers", numbers, numbers_by_hand, (0.4, 3.5699), (0, 1), 5.0),
        Case("i  object with an array", momentum, momentum_by_hand,
             (rng.randn(100), 0.05, 0.8, square @ square.T), (0, 1, 2), 5.0),
        Case("i  object with numbers", particle, particle_by_hand,
             (1.0, 0.0, 2.0), (0, 1, 2), 5.0),
    ]  # fmt: skip
