"""Networks whose layers stand under names that are computed: parameters, caches and running means.

Their arrays have several ranks, their caches are tuples of several kinds, and what is None at first
is filled later: the types that inference finds decide whether they can be differentiated at all.
"""

import numpy as np

from tests.corpus.registry import program

X = np.linspace(-1.0, 1.0, 20).reshape(5, 4) ** 3 + np.eye(5, 4)
Y = np.array([0, 2, 1, 2, 0])
SIZES = (4, 6, 3)
VOCABULARY = {"<end>": 0, "a": 1, "b": 2, "c": 3}


def dense(x, w, b):
    return x.reshape(x.shape[0], -1).dot(w) + b, (x, w, b)


def dense_back(d, cache):
    x, w, b = cache
    return d.dot(w.T).reshape(*x.shape), x.reshape(x.shape[0], -1).T.dot(d), np.sum(d, axis=0)


def relu(x):
    return np.maximum(0, x), x


def relu_back(d, cache):
    return d * (cache > 0)


def normalise(x, gamma, beta, state):
    """Batch normalisation, with running means in `state`."""
    out, cache = None, None
    mean = state.get("mean", np.zeros_like(beta))
    var = state.get("var", np.zeros_like(gamma))
    eps, momentum = state.get("eps", 1e-5), state.get("momentum", 0.9)
    if state.get("mode", "train") == "train":
        m = np.sum(x, axis=0) / x.shape[0]
        centred = x - m
        v = np.sum(centred**2, axis=0) / x.shape[0]
        scale = 1 / np.sqrt(v + eps)
        normal = centred * scale
        out = gamma * normal + beta
        state["mean"] = momentum * mean + (1 - momentum) * m
        state["var"] = momentum * var + (1 - momentum) * v
        cache = (centred, scale, normal, gamma)
    else:
        out = gamma * (x - mean) / np.sqrt(var + eps) + beta
    return out, cache


def normalise_back(d, cache):
    centred, scale, normal, gamma = cache
    n = d.shape[0]
    dnormal = d * gamma
    dx = dnormal * scale
    dx += -np.sum(dnormal * centred, axis=0) * scale**3 * centred / n
    dx -= np.sum(dx, axis=0) / n
    return dx, np.sum(d * normal, axis=0), np.sum(d, axis=0)


def dropped(x, settings):
    out, mask = None, None
    if "seed" in settings:
        np.random.seed(settings["seed"])
    if settings["mode"] == "train":
        mask = (np.random.rand(*x.shape) < settings["keep"]) / settings["keep"]
        out = x * mask
    else:
        out = x
    return out.astype(x.dtype, copy=False), (mask, settings["mode"])


def dropped_back(d, cache):
    mask, mode = cache
    return d * mask if mode == "train" else d


def softmax(scores, y):
    n = scores.shape[0]
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(n), y])) / n
    p[np.arange(n), y] -= 1
    return loss, p / n


class Net:
    def __init__(self, sizes, reg=0.1, norm=False, keep=1.0):
        self.layers, self.reg, self.norm, self.keep = len(sizes) - 1, reg, norm, keep
        self.params, self.states, self.settings = {}, {}, {}
        for i in range(1, self.layers + 1):
            self.params["W%d" % i] = 0.1 * np.random.randn(sizes[i - 1], sizes[i])
            self.params["b%d" % i] = np.zeros(sizes[i])
            if norm and i < self.layers:
                self.params[f"gamma{i}"] = np.ones(sizes[i])
                self.params[f"beta{i}"] = np.zeros(sizes[i])
                self.states["norm" + str(i)] = {}
        if keep != 1.0:
            self.settings["keep"], self.settings["seed"] = keep, 7

    def loss(self, x, y):
        total, caches, grads = 0.0, {}, {}
        out = x
        for i in range(1, self.layers + 1):
            w, b = self.params["W%d" % i], self.params["b%d" % i]
            total += 0.5 * self.reg * np.sum(w * w)
            out, caches["dense%d" % i] = dense(out, w, b)
            if i == self.layers:
                continue
            if self.norm:
                state = self.states["norm" + str(i)]
                state["mode"] = "train"
                gamma, beta = self.params[f"gamma{i}"], self.params[f"beta{i}"]
                out, caches[f"norm{i}"] = normalise(out, gamma, beta, state)
            out, caches["relu%d" % i] = relu(out)
            if self.keep != 1.0:
                self.settings["mode"] = "train"
                out, caches["drop%d" % i] = dropped(out, self.settings)
        value, d = softmax(out, y)
        for i in range(self.layers, 0, -1):
            if i < self.layers:
                if self.keep != 1.0:
                    d = dropped_back(d, caches["drop%d" % i])
                d = relu_back(d, caches["relu%d" % i])
                if self.norm:
                    d, grads[f"gamma{i}"], grads[f"beta{i}"] = normalise_back(d, caches[f"norm{i}"])
            d, dw, grads["b%d" % i] = dense_back(d, caches["dense%d" % i])
            grads["W%d" % i] = dw + self.reg * self.params["W%d" % i]
        return total + value, grads


def weights(norm):
    def made(rng):
        found = {}
        for i in (1, 2):
            found[f"W{i}"] = rng.normal(size=(SIZES[i - 1], SIZES[i]))
            found[f"b{i}"] = rng.normal(size=SIZES[i])
        if norm:
            found["gamma1"] = 1 + 0.1 * rng.normal(size=SIZES[1])
            found["beta1"] = rng.normal(size=SIZES[1])
        return (found,)

    return made


def in_order(norm):
    return lambda rng: tuple(weights(norm)(rng)[0].values())


@program(args=weights(False))
def net_of_names(p):
    net = Net(SIZES)
    net.params = p
    return net.loss(X, Y)[0]


@program(args=weights(True))
def net_with_normalised_layers(p):
    net = Net(SIZES, norm=True)
    net.params = p
    return net.loss(X, Y)[0]


@program(args=in_order(True), wrt=tuple(range(6)))
def net_filled_in_a_loop(*values):
    net = Net(SIZES, norm=True)
    for name, value in zip(["W1", "b1", "W2", "b2", "gamma1", "beta1"], values):
        net.params[name] = value
    return net.loss(X, Y)[0]


@program(args=weights(True))
def net_with_dropout(p):
    net = Net(SIZES, norm=True, keep=0.8)
    net.params = p
    loss, _ = net.loss(X, Y)
    return loss


@program(args=weights(True))
def length_of_a_gradient_by_hand(p):
    net = Net(SIZES, norm=True)
    net.params = p
    _, grads = net.loss(X, Y)
    return sum([np.sum(grads[name] ** 2) for name in ("W1", "b1", "gamma1", "beta1", "W2")])


@program(args=weights(True))
def running_means(p):
    net = Net(SIZES, norm=True)
    net.params = p
    net.loss(X, Y)
    net.loss(0.5 * X, Y)
    return np.sum(net.states["norm1"]["mean"] ** 3) + np.sum(net.states["norm1"]["var"])


class Writer:
    """A recurrent network over words, whose steps leave their caches in a dict."""

    def __init__(self, words, size, hidden):
        self.words, self.end, self.params = words, words["<end>"], {}
        self.params["feature"] = np.random.randn(size, hidden)
        self.params["Wx"], self.params["Wh"] = np.random.randn(3, hidden), np.eye(hidden)
        self.params["b"] = np.zeros(hidden)
        self.params["Ws"] = np.random.randn(hidden, len(words))
        self.params["words"] = np.random.randn(len(words), 3)
        for k, v in self.params.items():
            self.params[k] = v.astype(np.float64)

    def states(self, x, h0):
        n, steps, _ = x.shape
        h, caches = np.zeros((n, steps, h0.shape[1])), {}
        caches["steps"] = steps
        before = h0
        for t in range(steps):
            h[:, t, :], caches["step%d" % t] = self.step(x[:, t, :], before)
            before = h[:, t, :]
        return h, caches

    def step(self, x, h):
        out = np.tanh(x.dot(self.params["Wx"]) + h.dot(self.params["Wh"]) + self.params["b"])
        return out, (x, h, out)

    def back(self, dh, caches):
        x, h, _ = caches["step0"]
        dwx, dwh = np.zeros_like(self.params["Wx"]), np.zeros_like(self.params["Wh"])
        dx, after = np.zeros(x.shape), np.zeros_like(h)
        for t in reversed(range(caches["steps"])):
            x, h, out = caches["step%d" % t]
            d = (dh[:, t, :] + after) * (1 - out**2)
            dwx += x.T.dot(d)
            dwh += h.T.dot(d)
            dx = d.dot(self.params["Wx"].T)
            after = d.dot(self.params["Wh"].T)
        return dx, dwx, dwh, after

    def loss(self, features, text):
        words, following = text[:, :-1], text[:, 1:]
        mask = following != self.end
        h, caches = self.states(self.params["words"][words], features.dot(self.params["feature"]))
        n, steps, hidden = h.shape
        scores = h.reshape(n * steps, hidden).dot(self.params["Ws"])
        p = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        p /= np.sum(p, axis=1, keepdims=True)
        chosen = p[np.arange(n * steps), following.reshape(n * steps)]
        loss = -np.sum(mask.reshape(n * steps) * np.log(chosen)) / n
        d = p.copy()
        d[np.arange(n * steps), following.reshape(n * steps)] -= 1
        d = (d * mask.reshape(n * steps)[:, np.newaxis] / n).dot(self.params["Ws"].T)
        grads = {}
        dx, grads["Wx"], grads["Wh"], dh0 = self.back(d.reshape(n, steps, hidden), caches)
        dwords = np.zeros_like(self.params["words"])
        np.add.at(dwords, words[:, 0], dx)
        grads["words"], grads["feature"] = dwords, features.T.dot(dh0)
        return loss, grads


FEATURES, TEXT = np.linspace(-1, 1, 6).reshape(2, 3), np.array([[1, 2, 3, 0], [3, 1, 1, 2]])


def letters(rng):
    shapes = {"feature": (3, 4), "Wx": (3, 4), "Wh": (4, 4), "b": (4,), "Ws": (4, 4)}
    found = {k: 0.5 * rng.normal(size=s) for k, s in shapes.items()}
    return ({**found, "words": rng.normal(size=(4, 3))},)


@program(args=letters)
def recurrent_network_over_words(p):
    writer = Writer(VOCABULARY, 3, 4)
    writer.params = p
    return writer.loss(FEATURES, TEXT)[0]


@program(args=letters)
def gradient_of_a_recurrent_network_by_hand(p):
    writer = Writer(VOCABULARY, 3, 4)
    writer.params = p
    _, grads = writer.loss(FEATURES, TEXT)
    return np.sum(grads["Wh"] ** 2) + np.sum(grads["words"] ** 3) + np.sum(grads["feature"])


@program(args=lambda rng: ({"a": rng.normal(size=3), "b": rng.normal(size=(2, 3)), "c": 0.7},))
def arrays_of_several_ranks_scaled_in_place(p):
    q = {}
    for name in p:
        v = p[name] * 2.0
        v *= p["c"]
        w = v
        w /= 1.0 + p["c"] ** 2
        q[name] = v + np.sum(w)
    return np.sum(q["b"] @ q["a"]) * q["c"]


@program(args=lambda rng: ({"a": rng.normal(size=3), "b": rng.normal(size=(2, 3))},))
def rows_of_arrays_of_several_ranks_written(p):
    total = 0.0
    for name in p:
        v = p[name] * 1.0
        v[0] = v[1] * 2.0
        v[1:] += v[0]
        u = v[0]
        v[0] *= 3.0
        total = total + np.sum(v**2) + np.sum(u)
    return total


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=(4, 4))), wrt=(0, 1))
def kept_or_none(x, w):
    kept, last = None, None
    for k in range(3):
        h = np.tanh(w @ x) if kept is None else np.tanh(w @ kept[0]) + kept[1]
        kept = (h, np.sum(h) * 0.1)
        last = h if last is None else last * 0.5 + h
        last += kept[1]
    return np.sum(last**2) + kept[1]
