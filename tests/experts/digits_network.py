"""A 784-256-10 network: log-softmax that cannot overflow, plus a penalty on the weights."""

from __future__ import annotations

import numpy as np

wrt = (0, 1, 2, 3)


def args(rng: np.random.Generator) -> tuple:
    return (
        rng.normal(size=(784, 256)) / 28,
        rng.normal(size=256) / 10,
        rng.normal(size=(256, 10)) / 16,
        rng.normal(size=10) / 10,
        rng.uniform(size=(64, 784)),
        rng.integers(0, 10, 64),
        1e-4,
    )


def f(W1, b1, W2, b2, X, y, reg):
    hidden = np.tanh(X @ W1 + b1)
    scores = hidden @ W2 + b2
    scores = scores - np.max(scores, axis=1, keepdims=True)
    logp = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    data = -np.mean(logp[np.arange(X.shape[0]), y])
    return data + reg * (np.sum(W1**2) + np.sum(W2**2))


def f_grad(W1, b1, W2, b2, X, y, reg):
    # forward
    hidden = np.tanh(X @ W1 + b1)
    scores = hidden @ W2 + b2
    exp = np.exp(scores - np.max(scores, axis=1, keepdims=True))

    # backward
    scores_bar = exp / np.sum(exp, axis=1, keepdims=True) / X.shape[0]
    scores_bar[np.arange(X.shape[0]), y] -= 1.0 / X.shape[0]
    W2_bar = hidden.T @ scores_bar + 2.0 * reg * W2
    b2_bar = np.sum(scores_bar, axis=0)
    hidden_bar = scores_bar @ W2.T * (1.0 - hidden**2)
    W1_bar = X.T @ hidden_bar + 2.0 * reg * W1
    b1_bar = np.sum(hidden_bar, axis=0)
    return W1_bar, b1_bar, W2_bar, b2_bar
