"""The programs that are timed, their arguments, and the fastest gradients written by hand."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

LOOP = 1000


def plain(np: ModuleType = numpy) -> dict[str, Callable[..., Any]]:
    """The programs over `np`: numpy, or a peer's stand-in for it."""

    def circuit(x, y, z):
        return (x + y) * z

    def network(W1, b1, W2, b2, X, y):
        h = np.tanh(X @ W1 + b1)
        logits = h @ W2 + b2
        logits = logits - np.max(logits, axis=1, keepdims=True)
        logp = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
        return -np.mean(logp[np.arange(X.shape[0]), y])

    def logistic(x, r):
        for _ in range(LOOP):
            x = r * x * (1.0 - x)
        return x

    def rosenbrock(x):
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    return {f.__name__: f for f in (circuit, network, logistic, rosenbrock)}


WRT = {"circuit": (0, 1, 2), "network": (0, 1, 2, 3), "logistic": (0, 1), "rosenbrock": (0,)}


def arguments() -> dict[str, tuple]:
    """The same for every run."""
    rng = numpy.random.RandomState(0)
    return {
        "circuit": (1.3, -0.4, 2.2),
        "network": (
            rng.randn(784, 256) / 28.0,
            rng.randn(256) * 0.1,
            rng.randn(256, 10) / 16.0,
            rng.randn(10) * 0.1,
            rng.rand(64, 784),
            rng.randint(0, 10, 64),
        ),
        # where period doubling ends: the derivative neither dies nor explodes
        "logistic": (0.4, 3.5699456718709449),
        "rosenbrock": (rng.randn(1000) * 0.5,),
    }


# ------------------------------------------------------------------ by hand, for speed
def circuit_value_and_grad(x, y, z):
    q = x + y
    return q * z, (z, z, q)


def network(W1, b1, W2, b2, X, y):
    n = X.shape[0]
    h = numpy.tanh(X @ W1 + b1)
    p = h @ W2 + b2
    p -= numpy.max(p, axis=1, keepdims=True)
    numpy.exp(p, out=p)
    p /= numpy.sum(p, axis=1, keepdims=True)
    p[numpy.arange(n), y] -= 1.0
    p /= n
    h_bar = p @ W2.T
    h_bar *= 1.0 - h * h
    return X.T @ h_bar, h_bar.sum(axis=0), h.T @ p, p.sum(axis=0)


def logistic(x, r):
    saved = []
    push = saved.append
    for _ in range(LOOP):
        push(x)
        x = r * x * (1.0 - x)
    x_bar, r_bar = 1.0, 0.0
    for x in reversed(saved):
        r_bar += x_bar * x * (1.0 - x)
        x_bar *= r * (1.0 - 2.0 * x)
    return x_bar, r_bar


def rosenbrock(x):
    a = x[:-1]
    d = x[1:] - a**2
    d *= 200.0
    x_bar = numpy.zeros_like(x)
    x_bar[1:] = d
    x_bar[:-1] -= 2.0 * d * a + 2.0 * (1.0 - a)
    return (x_bar,)


BY_HAND = {"network": network, "logistic": logistic, "rosenbrock": rosenbrock}
