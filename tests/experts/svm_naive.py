"""The multiclass SVM loss as the lecture first shows it: a loop over examples and classes.

The loss is a plain sum, so an expert may also fuse both parts into one loop of eleven
statements; here the forward part stays what the program is.
"""

from __future__ import annotations

import numpy as np

wrt = (0,)


def args(rng: np.random.Generator) -> tuple:
    return rng.normal(size=(5, 4)), rng.normal(size=(8, 5)), rng.integers(0, 4, 8), 0.1


def f(W, X, y, reg):
    loss = 0.0
    for i in range(X.shape[0]):
        scores = X[i] @ W
        for j in range(W.shape[1]):
            if j != y[i]:
                margin = scores[j] - scores[y[i]] + 1.0
                if margin > 0.0:
                    loss += margin
    return loss / X.shape[0] + reg * np.sum(W * W)


def f_grad(W, X, y, reg):
    # forward
    inside_saved = []
    for i in range(X.shape[0]):
        scores = X[i] @ W
        for j in range(W.shape[1]):
            if j != y[i]:
                inside_saved.append(scores[j] - scores[y[i]] + 1.0 > 0.0)

    # backward
    W_bar = 2.0 * reg * W
    loss_bar = 1.0 / X.shape[0]
    for i in reversed(range(X.shape[0])):
        scores_bar = np.zeros(W.shape[1])
        for j in reversed(range(W.shape[1])):
            if j != y[i]:
                if inside_saved.pop():
                    scores_bar[j] += loss_bar
                    scores_bar[y[i]] -= loss_bar
        W_bar += np.outer(X[i], scores_bar)
    return W_bar
