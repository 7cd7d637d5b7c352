"""Check a backward pass that you wrote by hand: srcad's gradient in place of finite differences.

A network as in the course's assignments: its arrays stand under computed names, each layer returns
what its backward pass needs, and batch normalisation keeps running means in a dict.  srcad
differentiates `loss` as it stands, with the hand-written gradient in it, and agrees to rounding;
the numerical check agrees to nine digits, and takes two runs of the network for each number.

    python examples/backward_by_hand.py
"""

import time

import numpy as np

import srcad


def dense_forward(x, w, b):
    return x @ w + b, (x, w)


def dense_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def norm_forward(x, gamma, beta, state):
    mean, var = x.mean(axis=0), x.var(axis=0)
    scale = 1 / np.sqrt(var + state.get("eps", 1e-5))
    normal = (x - mean) * scale
    momentum = state.get("momentum", 0.9)
    state["mean"] = momentum * state.get("mean", np.zeros_like(mean)) + (1 - momentum) * mean
    state["var"] = momentum * state.get("var", np.ones_like(var)) + (1 - momentum) * var
    return gamma * normal + beta, (normal, scale, gamma)


def norm_backward(dout, cache):
    normal, scale, gamma = cache
    dnormal = dout * gamma
    dx = dnormal - dnormal.mean(axis=0) - normal * (dnormal * normal).mean(axis=0)
    return scale * dx, (dout * normal).sum(axis=0), dout.sum(axis=0)


def softmax_loss(scores, y):
    n = len(y)
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(n), y]).mean()
    p[np.arange(n), y] -= 1
    return loss, p / n


class Net:
    """Dense layers with batch normalisation and ReLU between them."""

    def __init__(self, sizes, reg=0.01, seed=0):
        rng = np.random.default_rng(seed)
        self.layers, self.reg, self.params, self.states = len(sizes) - 1, reg, {}, {}
        for i, (n, m) in enumerate(zip(sizes, sizes[1:], strict=False), 1):
            self.params[f"W{i}"] = rng.normal(size=(n, m)) / np.sqrt(n)
            self.params[f"b{i}"] = np.zeros(m)
            if i < self.layers:
                self.params[f"gamma{i}"], self.params[f"beta{i}"] = np.ones(m), np.zeros(m)
                self.states[f"norm{i}"] = {}

    def loss(self, x, y):
        p, caches, grads, loss = self.params, {}, {}, 0.0
        for i in range(1, self.layers + 1):
            x, caches[f"dense{i}"] = dense_forward(x, p[f"W{i}"], p[f"b{i}"])
            loss += 0.5 * self.reg * np.sum(p[f"W{i}"] ** 2)
            if i < self.layers:
                gamma, beta, state = p[f"gamma{i}"], p[f"beta{i}"], self.states[f"norm{i}"]
                x, caches[f"norm{i}"] = norm_forward(x, gamma, beta, state)
                caches[f"relu{i}"] = x
                x = np.maximum(0, x)
        data_loss, dx = softmax_loss(x, y)
        for i in reversed(range(1, self.layers + 1)):
            if i < self.layers:
                dx = dx * (caches[f"relu{i}"] > 0)
                dx, dgamma, dbeta = norm_backward(dx, caches[f"norm{i}"])
                grads[f"gamma{i}"], grads[f"beta{i}"] = dgamma, dbeta
            dx, dw, grads[f"b{i}"] = dense_backward(dx, caches[f"dense{i}"])
            grads[f"W{i}"] = dw + self.reg * p[f"W{i}"]
        return loss + data_loss, grads


def relative(a, b):
    """The largest difference of two gradients, beside their size."""
    size = max(np.abs(v).max() for v in a.values())
    return max(np.abs(a[k] - b[k]).max() for k in a) / size


def numerical(loss, params, h=1e-5):
    """Central differences, one number at a time."""
    found = {}
    for key, value in params.items():
        bar = found[key] = np.zeros_like(value)
        for place in np.ndindex(value.shape):
            kept = value[place]
            value[place] = kept + h
            above = loss(params)
            value[place] = kept - h
            below = loss(params)
            value[place] = kept
            bar[place] = (above - below) / (2 * h)
    return found


def main():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(20, 12)), rng.integers(0, 3, size=20)
    net = Net((12, 10, 8, 3))

    def loss(params):
        net = Net((12, 10, 8, 3))
        net.params = params
        return net.loss(x, y)[0]

    _, by_hand = net.loss(x, y)
    gradient = srcad.grad(loss)
    gradient(net.params)
    start = time.perf_counter()
    exact = gradient(net.params)
    middle = time.perf_counter()
    estimate = numerical(loss, net.params)
    end = time.perf_counter()
    print(f"hand-written beside srcad:          {relative(exact, by_hand):.0e}")
    print(f"hand-written beside differences:    {relative(estimate, by_hand):.0e}")
    print(f"srcad {1e3 * (middle - start):.1f} ms, differences {1e3 * (end - middle):.0f} ms")
    assert relative(exact, by_hand) < 1e-12
    assert relative(estimate, by_hand) < 1e-6

    wrong = {**by_hand, "gamma1": 2 * by_hand["gamma1"]}  # a slip in a backward pass
    spots = [k for k in wrong if not np.allclose(wrong[k], exact[k])]
    print(f"and with a slip in it, srcad says where: {', '.join(spots)}")
    assert spots == ["gamma1"]


if __name__ == "__main__":
    main()
