"""The circuits, losses and small networks of an introductory lecture."""

import math

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (-2.0, 5.0, -4.0), wrt=(0, 1, 2))
def circuit(x, y, z):
    q = x + y
    return q * z


@program(args=lambda rng: ([2.0, -3.0, -3.0], [-1.0, -2.0]), wrt=(0, 1))
def neuron(w, x):
    """Forward pass of a 2-dimensional neuron."""
    dot = w[0] * x[0] + w[1] * x[1] + w[2]
    f = 1.0 / (1 + math.exp(-dot))
    return f


@program(args=lambda rng: (3.0, -4.0), wrt=(0, 1))
def staged_example(x, y):
    """f(x, y) = (x + sigmoid(y)) / (sigmoid(x) + (x + y)**2)"""
    sigy = 1.0 / (1 + math.exp(-y))
    num = x + sigy
    sigx = 1.0 / (1 + math.exp(-x))
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr
    invden = 1.0 / den
    return num * invden


@program(args=lambda rng: (3.0, -4.0, 2.0, -1.0), wrt=(0, 1, 2, 3))
def max_gate(x, y, z, w):
    return (x * y + max(z, w)) * 2


@program(args=lambda rng: (rng.normal(size=(3, 5)), rng.normal(size=(4, 5)), [0, 2, 1, 0]))
def svm_naive(W, X, y):
    """Multiclass SVM loss with the double loop."""
    delta = 1.0
    loss = 0.0
    for i in range(X.shape[0]):
        scores = W.dot(X[i])
        correct_class_score = scores[y[i]]
        for j in range(W.shape[0]):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + delta
            if margin > 0:
                loss += margin
    return loss / X.shape[0] + 0.5 * np.sum(W * W)


@program(args=lambda rng: (rng.normal(size=(3, 5)), rng.normal(size=5), 1))
def svm_half_vectorised(W, x, y):
    scores = W.dot(x)
    margins = np.maximum(0, scores - scores[y] + 1.0)
    keep = np.arange(len(margins)) != y
    return np.sum(margins[keep])


@program(args=lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=(3, 2))), wrt=(0, 1))
def matrix_multiply_gate(W, X):
    D = W.dot(X)
    return np.sum(D * D)


@program(
    args=lambda rng: (rng.normal(size=(4, 2)), rng.normal(size=(2, 3)), rng.normal(size=(1, 3))),
    wrt=(1, 2),
)
def softmax_classifier(X, W, b):
    y = np.array([0, 1, 2, 1])
    scores = np.dot(X, W) + b
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    correct_logprobs = -np.log(probs[range(4), y])
    data_loss = np.sum(correct_logprobs) / 4
    reg_loss = 0.5 * 1e-3 * np.sum(W * W)
    return data_loss + reg_loss


@program(args=lambda rng: (1.5, 2.0, 0.5), wrt=(0, 1, 2))
def branches_add_up(x, y, z):
    """Gradients add at forks."""
    a = x * y
    b = a + x
    c = b * a + z
    return c * b


@program(args=lambda rng: (rng.normal(size=3), 0.1, 3), wrt=(0, 1))
def gradient_descent_lecture(w, step_size, n):
    """Numerical optimisation in front of the class."""
    for _ in range(n):
        dw = 2 * w + np.sin(w)
        w = w - step_size * dw
    return (w**2).sum()
