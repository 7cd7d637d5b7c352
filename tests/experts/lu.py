"""A linear system by LU factorisation without pivots: the factors overwrite the matrix."""

from __future__ import annotations

import numpy as np

wrt = (0, 1)


def args(rng: np.random.Generator) -> tuple:
    return rng.normal(size=(5, 5)) + 5.0 * np.eye(5), rng.normal(size=5)


def f(A, b):
    n = len(b)
    LU = A.copy()
    for k in range(n):
        LU[k + 1 :, k] /= LU[k, k]
        LU[k + 1 :, k + 1 :] -= np.outer(LU[k + 1 :, k], LU[k, k + 1 :])
    return np.sum(np.log(np.abs(np.diag(LU)))) + np.sum(LU @ b)


def f_grad(A, b):
    # forward
    n = len(b)
    LU = A.copy()
    for k in range(n):
        LU[k + 1 :, k] /= LU[k, k]
        LU[k + 1 :, k + 1 :] -= np.outer(LU[k + 1 :, k], LU[k, k + 1 :])

    # backward
    b_bar = np.sum(LU, axis=0)
    A_bar = np.diag(1.0 / np.diag(LU)) + b
    for k in reversed(range(n)):
        below, right = LU[k + 1 :, k], LU[k, k + 1 :]
        rest_bar = A_bar[k + 1 :, k + 1 :]
        A_bar[k + 1 :, k] -= rest_bar @ right
        A_bar[k, k + 1 :] -= below @ rest_bar
        A_bar[k + 1 :, k] /= LU[k, k]
        A_bar[k, k] -= A_bar[k + 1 :, k] @ below
    return A_bar, b_bar
