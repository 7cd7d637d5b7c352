"""The lecture's multiclass SVM loss twice: a naive double loop, and without loops."""

from __future__ import annotations

import numpy as np

import srcad


def svm_naive(W: np.ndarray, X: np.ndarray, y: np.ndarray, reg: float) -> float:
    """Example by example, class by class."""
    loss = 0.0
    for i in range(X.shape[0]):
        scores = X[i] @ W
        for j in range(W.shape[1]):
            if j == y[i]:
                continue
            margin = scores[j] - scores[y[i]] + 1.0
            if margin > 0.0:
                loss += margin
    return loss / X.shape[0] + reg * np.sum(W * W)


def svm_vectorised(W: np.ndarray, X: np.ndarray, y: np.ndarray, reg: float) -> float:
    """The same in one stroke."""
    scores = X @ W
    right = scores[np.arange(X.shape[0]), y]
    margins = np.maximum(0.0, scores - right[:, None] + 1.0)
    # the right class counts itself with a margin of 1 in every row
    return np.sum(margins) / X.shape[0] - 1.0 + reg * np.sum(W * W)


def main() -> None:
    rng = np.random.default_rng(0)
    W, X, y = rng.normal(size=(20, 10)), rng.normal(size=(50, 20)), rng.integers(0, 10, 50)
    naive_loss, naive = srcad.value_and_grad(svm_naive)(W, X, y, 0.01)
    fast_loss, fast = srcad.value_and_grad(svm_vectorised)(W, X, y, 0.01)
    print(f"loss      naive {naive_loss:.6f}  vectorised {fast_loss:.6f}")
    print(f"gradient  greatest difference {np.max(np.abs(naive - fast)):.1e}\n")
    np.testing.assert_allclose(naive_loss, fast_loss, rtol=1e-12)
    np.testing.assert_allclose(naive, fast, rtol=1e-10, atol=1e-12)
    print(srcad.check_grad(svm_naive, W, X, y, 0.01))
    print(srcad.check_grad(svm_vectorised, W, X, y, 0.01))


if __name__ == "__main__":
    main()
