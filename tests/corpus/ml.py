"""What machine learning engineers write."""

from dataclasses import dataclass

import numpy as np

from tests.corpus.registry import program


def relu(z):
    return np.maximum(0, z)


def softmax(z, axis=-1):
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -logp[np.arange(len(labels)), labels].mean()


def two_layers(rng):
    params = {
        "W1": rng.normal(size=(4, 5)),
        "b1": rng.normal(size=5),
        "W2": rng.normal(size=(5, 3)),
        "b2": rng.normal(size=3),
    }
    return params, rng.normal(size=(6, 4)), rng.integers(0, 3, size=6)


@program(args=two_layers)
def network(params, X, y):
    """Two layers, cross entropy and weight decay."""
    h = relu(X @ params["W1"] + params["b1"])
    logits = h @ params["W2"] + params["b2"]
    decay = sum(np.sum(params[k] ** 2) for k in ("W1", "W2"))
    return cross_entropy(logits, y) + 1e-2 * decay


@program(args=lambda rng: ([rng.normal(size=(3, 3)) for _ in range(3)], rng.normal(size=(2, 3))))
def deep_network_loop(weights, X):
    h = X
    for i, W in enumerate(weights):
        z = h @ W
        h = np.tanh(z) if i < len(weights) - 1 else z
    return np.mean(h**2)


@program(
    args=lambda rng: (
        rng.normal(size=(4, 3)),
        {"Wx": rng.normal(size=(3, 2)), "Wh": rng.normal(size=(2, 2)), "b": rng.normal(size=2)},
    ),
    wrt="p",
)
def rnn(xs, p):
    """A recurrent network over the rows of a sequence."""
    h = np.zeros(2)
    outputs = []
    for x in xs:
        h = np.tanh(x @ p["Wx"] + h @ p["Wh"] + p["b"])
        outputs.append(h)
    return np.sum(np.stack(outputs)[:, 0] ** 2) + h.sum()


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


@program(args=lambda rng: (rng.normal(size=(8, 5)), rng.normal(size=(3, 3))), wrt=(0, 1))
def lstm(W, xs):
    h, c = np.zeros(2), np.zeros(2)
    for x in xs:
        z = W @ np.concatenate([x, h])
        i, f, o, g = np.split(z, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h @ h


@program(
    args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rng.normal(size=(3, 2))),
    wrt=(0, 1, 2),
)
def attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    mask = np.tril(np.ones((3, 3), dtype=bool))
    weights = softmax(np.where(mask, scores, -1e9))
    return np.sum((weights @ V) ** 2)


@program(
    args=lambda rng: (rng.normal(size=(5, 3)), rng.normal(size=3) + 1, rng.normal(size=3)),
    wrt=(0, 1, 2),
)
def batch_norm(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    xhat = (x - mu) / np.sqrt(var + eps)
    out = gamma * xhat + beta
    return np.sum(np.sin(out))


@program(args=lambda rng: (rng.normal(size=(5, 3)), np.array([0, 1, 2, 1, 0]), 1.0), wrt=0)
def svm_vectorised(scores, y, delta):
    correct = scores[np.arange(5), y][:, None]
    margins = np.maximum(0, scores - correct + delta)
    return (np.sum(margins) - 5 * delta) / 5


@program(args=lambda rng: (rng.normal(size=(2, 6, 6)), rng.normal(size=(2, 3, 3))), wrt=(0, 1))
def convolution_layer(image, kernel):
    """Naive convolution, rows collected in lists."""
    rows = []
    for i in range(4):
        row = []
        for j in range(4):
            patch = image[:, i : i + 3, j : j + 3]
            row.append(np.sum(patch * kernel))
        rows.append(row)
    return np.sum(np.tanh(np.array(rows)))


@program(args=lambda rng: (rng.normal(size=(1, 4, 4)),))
def max_pool(x):
    c, h, w = x.shape
    pooled = x.reshape(c, h // 2, 2, w // 2, 2).max(axis=(2, 4))
    return np.sum(pooled**2)


@program(args=lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(2, 3))), wrt=(0, 1))
def kmeans_loss(X, centres):
    d = np.array([[np.sum((x - c) ** 2) for c in centres] for x in X])
    return d.min(axis=1).mean()


@program(args=lambda rng: (rng.normal(size=(2, 5)), rng.normal(size=(5,))), wrt=(0, 1))
def vae_loss(stats, eps):
    mu, logvar = stats
    z = mu + np.exp(0.5 * logvar) * eps
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return kl + np.sum((z - 1) ** 2)


@program(args=lambda rng: (rng.normal(size=(4, 6)), rng.normal(size=(4, 6))), wrt=(0, 1))
def contrastive(a, b):
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    b = b / np.linalg.norm(b, axis=1, keepdims=True)
    return cross_entropy(a @ b.T / 0.5, np.arange(4))


@dataclass
class Adam:
    """Settings of an optimiser; the loop below is differentiated through."""

    lr: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.99
    eps: float = 1e-8


@program(args=lambda rng: (Adam(), rng.normal(size=3)), wrt=(0, 1))
def unrolled_adam(opt, w):
    """Hyperparameter gradients through five steps of Adam."""
    m = np.zeros(3)
    v = np.zeros(3)
    for t in range(1, 6):
        g = 2 * (w - 1.0) + np.cos(w)
        m = opt.beta1 * m + (1 - opt.beta1) * g
        v = opt.beta2 * v + (1 - opt.beta2) * g**2
        mhat = m / (1 - opt.beta1**t)
        vhat = v / (1 - opt.beta2**t)
        w = w - opt.lr * mhat / (np.sqrt(vhat) + opt.eps)
    return np.sum((w - 1.0) ** 2)


@program(
    args=lambda rng: (rng.normal(size=(5, 3)), np.array([1, 0, 1, 1, 0]), rng.normal(size=3)), wrt=2
)
def logistic_regression(X, y, w):
    z = X @ w
    nll = np.mean(np.logaddexp(0, z) - y * z)
    return nll + 0.1 * np.linalg.norm(w) ** 2


@program(args=lambda rng: (rng.normal(size=6), 0.7), wrt=(0, 1))
def dropout_with_mask(x, keep):
    mask = np.random.default_rng(0).random(x.shape) < 0.7
    return np.sum(np.where(mask, x / keep, 0.0) ** 2)


@program(args=lambda rng: (rng.normal(size=(3, 4)).astype(np.float32),), tags=["float32"])
def gelu(x):
    return np.mean(0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))


@program(args=lambda rng: (rng.normal(size=(4, 2)), rng.normal(size=(2,)), 3), wrt=1)
def mixture_of_tasks(X, w, n_tasks):
    losses = {}
    for t in range(n_tasks):
        target = np.sin(X[:, 0] * (t + 1))
        losses = {**losses, f"task{t}": np.mean((X @ w - target) ** 2)}
    return sum(losses.values()) / max(len(losses), 1)
