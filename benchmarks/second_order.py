"""Programs whose tangents and second derivatives are timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A function, its arguments, and the direction in the first of them."""

    about: str
    f: Callable[..., Any]
    args: tuple
    v: np.ndarray


def network(W, V, X, y):
    hidden = np.tanh(X @ W)
    scores = hidden @ V
    return np.mean(np.sum((scores - y) ** 2, axis=1)) + 1e-3 * np.sum(W**2)


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def heat(u, k, steps):
    w = u.copy()
    for _ in range(steps):
        w[1:-1] += k * (w[2:] - 2 * w[1:-1] + w[:-2]) + k * np.sin(w[1:-1])
    return np.sum(w**2)


def logistic_model(w, X, y):
    return np.mean(np.logaddexp(0.0, -y * (X @ w))) + 1e-3 * np.sum(w**2)


def cases() -> list[Case]:
    """Arrays large enough for the work to be NumPy's."""
    r = np.random.default_rng(0)
    W, V = r.normal(size=(784, 64)) / 28, r.normal(size=(64, 10)) / 8
    X, y = r.normal(size=(64, 784)), r.normal(size=(64, 10))
    u, x = r.normal(size=10_000), r.normal(size=10_000)
    A, w = r.normal(size=(2000, 100)), r.normal(size=100)
    labels = np.sign(r.normal(size=2000))
    return [
        Case("j  network 64x784-64-10", network, (W, V, X, y), r.normal(size=W.shape)),
        Case("j  Rosenbrock, n = 10000", rosenbrock, (x,), r.normal(size=x.shape)),
        Case("j  heat in place, n = 10000", heat, (u, 0.1, 20), r.normal(size=u.shape)),
        Case("j  logistic model, 2000x100", logistic_model, (w, A, labels), r.normal(size=100)),
    ]
