"""A small two-layer network with softmax, written with probabilities."""

from __future__ import annotations

import numpy as np

wrt = (0, 1, 2, 3)


def args(rng: np.random.Generator) -> tuple:
    return (
        rng.normal(size=(6, 7)) / 3,
        rng.normal(size=7) / 10,
        rng.normal(size=(7, 3)) / 3,
        rng.normal(size=3) / 10,
        rng.normal(size=(5, 6)),
        rng.integers(0, 3, 5),
    )


def f(W1, b1, W2, b2, X, y):
    hidden = np.tanh(X @ W1 + b1)
    scores = np.exp(hidden @ W2 + b2)
    probs = scores / np.sum(scores, axis=1, keepdims=True)
    return -np.mean(np.log(probs[np.arange(X.shape[0]), y]))


def f_grad(W1, b1, W2, b2, X, y):
    # forward
    hidden = np.tanh(X @ W1 + b1)
    scores = np.exp(hidden @ W2 + b2)
    probs = scores / np.sum(scores, axis=1, keepdims=True)

    # backward
    scores_bar = probs / X.shape[0]
    scores_bar[np.arange(X.shape[0]), y] -= 1.0 / X.shape[0]
    W2_bar = hidden.T @ scores_bar
    b2_bar = np.sum(scores_bar, axis=0)
    hidden_bar = scores_bar @ W2.T * (1.0 - hidden**2)
    W1_bar = X.T @ hidden_bar
    b1_bar = np.sum(hidden_bar, axis=0)
    return W1_bar, b1_bar, W2_bar, b2_bar
