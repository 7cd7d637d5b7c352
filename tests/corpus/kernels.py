"""Kernels that scientists write: stencils, factorisations, recursions, all in place."""

import math

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (rng.normal(size=(5, 5)), 3), wrt=0)
def jacobi_2d(A, steps):
    """Two grids, filled from each other."""
    A = A.copy()
    B = np.zeros_like(A)
    for _ in range(steps):
        B[1:-1, 1:-1] = 0.2 * (
            A[1:-1, 1:-1] + A[1:-1, :-2] + A[1:-1, 2:] + A[2:, 1:-1] + A[:-2, 1:-1]
        )
        A[1:-1, 1:-1] = B[1:-1, 1:-1] ** 2 + A[:-2, 1:-1]
    return np.sum(A * B)


@program(args=lambda rng: (rng.normal(size=(4, 4)), 1.2), wrt=(0, 1), tags=["mutates"])
def gauss_seidel(u, omega):
    """Over-relaxation of the argument itself, element by element."""
    for _ in range(2):
        for i in range(1, 3):
            for j in range(1, 3):
                new = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
                u[i, j] += omega * (new - u[i, j])
    return np.sum(u**2)


@program(args=lambda rng: (rng.normal(size=(4, 4, 4)), 0.1), wrt=(0, 1))
def heat_3d(u, k):
    u = u.copy()
    inner = (slice(1, -1),) * 3
    for _ in range(2):
        lap = -6.0 * u[inner]
        lap += u[2:, 1:-1, 1:-1] + u[:-2, 1:-1, 1:-1]
        lap += u[1:-1, 2:, 1:-1] + u[1:-1, :-2, 1:-1]
        lap += u[1:-1, 1:-1, 2:] + u[1:-1, 1:-1, :-2]
        u[inner] += k * lap
    return np.mean(u**2)


@program(args=lambda rng: (rng.normal(size=8), 0.4), wrt=(0, 1))
def wave_leapfrog(u0, c):
    """Three time levels that change places."""
    old, now, new = u0.copy(), u0.copy(), np.zeros_like(u0)
    for _ in range(5):
        new[1:-1] = 2 * now[1:-1] - old[1:-1] + c**2 * (now[2:] - 2 * now[1:-1] + now[:-2])
        new[0] = new[-1] = 0.0
        old, now, new = now, new, old
    return np.sum(now**2)


@program(args=lambda rng: (rng.normal(size=9), rng.normal(size=9)), wrt=(0, 1))
def upwind_advection(q, velocity):
    """The wind decides which neighbour counts."""
    q = q.copy()
    flux = np.empty(10)
    for _ in range(3):
        flux[0] = flux[-1] = 0.0
        v = 0.5 * (velocity[1:] + velocity[:-1])
        flux[1:-1] = np.where(v > 0, v * q[:-1], v * q[1:])
        q -= 0.1 * (flux[1:] - flux[:-1])
    return np.sum(q**2)


@program(args=lambda rng: (1 + 0.1 * rng.normal(size=6), rng.normal(size=6), 9.81), wrt=(0, 1, 2))
def shallow_water(h, u, g):
    h, u = h.copy(), u.copy()
    dt = 0.01
    for _ in range(4):
        u[1:-1] -= dt * (u[1:-1] * (u[2:] - u[:-2]) + g * (h[2:] - h[:-2])) / 2
        hu = h * u
        h[1:-1] -= dt * (hu[2:] - hu[:-2]) / 2
        u[0], u[-1] = -u[1], -u[-2]
        h[0], h[-1] = h[1], h[-2]
    return np.sum(h**2) + np.sum(u**2)


@program(args=lambda rng: (rng.normal(size=(5, 5)) + 1,), wrt=0)
def lid_driven_pressure(b):
    """Poisson iterations with boundary conditions, buffers copied over."""
    p = np.zeros((5, 5))
    pn = np.empty_like(p)
    for _ in range(3):
        pn[:] = p
        p[1:-1, 1:-1] = (pn[1:-1, 2:] + pn[1:-1, :-2] + pn[2:, 1:-1] + pn[:-2, 1:-1]) / 4
        p[1:-1, 1:-1] -= b[1:-1, 1:-1] / 4
        p[:, -1] = p[:, -2]
        p[0] = p[1]
        p[-1] = 0.0
    return np.sum(p**2)


@program(args=lambda rng: (np.array([1.0, 0.0]), 1.4, 0.05), wrt=(0, 1, 2))
def history_of_a_pendulum(y0, omega, dt):
    """Rows of a history array, each from the one before; a cost along the way."""
    n = 8
    ys = np.zeros((n + 1, 2))
    ys[0] = y0
    cost = 0.0
    for t in range(n):
        theta, v = ys[t]
        ys[t + 1, 0] = theta + dt * v
        ys[t + 1, 1] = v - dt * omega**2 * math.sin(theta)
        cost += dt * ys[t + 1, 0] ** 2
    return cost + ys[-1, 1]


@program(args=lambda rng: (rng.uniform(1, 5, size=(4, 4)),))
def floyd_warshall(weights):
    """All shortest paths; the shortest take the derivative."""
    d = weights.copy()
    np.fill_diagonal(d, 0.0)
    for k in range(4):
        d[:] = np.minimum(d, d[:, k : k + 1] + d[k])
    return np.sum(d**2)


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=5)), wrt=(0, 1))
def dynamic_time_warping(a, b):
    n, m = len(a), len(b)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (a[i - 1] - b[j - 1]) ** 2
            D[i, j] = cost + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[n, m]


@program(args=lambda rng: (rng.uniform(0.5, 1.5, size=(3, 4)), 0.3), wrt=(0, 1))
def soft_edit_distance(cost, gap):
    """A smooth minimum over insertions, deletions and substitutions."""
    n, m = cost.shape
    E = np.zeros((n + 1, m + 1))
    E[:, 0] = gap * np.arange(n + 1)
    E[0, :] = gap * np.arange(m + 1)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            ways = np.array(
                [E[i - 1, j] + gap, E[i, j - 1] + gap, E[i - 1, j - 1] + cost[i - 1, j - 1]]
            )
            low = ways.min()
            E[i, j] = low - 0.1 * np.log(np.sum(np.exp(-(ways - low) / 0.1)))
    return E[-1, -1]


@program(args=lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=(5, 3))), wrt=(0, 1))
def viterbi_score(transition, emission):
    """The best path's score, back pointers in an integer array."""
    steps, states = emission.shape
    score = np.zeros((steps, states))
    back = np.zeros((steps, states), dtype=int)
    score[0] = emission[0]
    for t in range(1, steps):
        for s in range(states):
            ways = score[t - 1] + transition[:, s]
            back[t, s] = np.argmax(ways)
            score[t, s] = ways[back[t, s]] + emission[t, s]
    s = int(np.argmax(score[-1]))
    path = [s]
    for t in range(steps - 1, 0, -1):
        s = int(back[t, s])
        path.append(s)
    return score[-1, path[0]] + 0.1 * sum(emission[t, s] for t, s in enumerate(reversed(path)))


@program(args=lambda rng: (rng.normal(size=8),))
def prefix_sums(x):
    """Doubling strides, then differences over windows."""
    s = x.copy()
    stride = 1
    while stride < len(s):
        s[stride:] = s[stride:] + s[:-stride].copy()
        stride *= 2
    windows = s.copy()
    windows[3:] -= s[:-3]
    return np.sum(windows**2)


@program(args=lambda rng: (rng.uniform(0, 4, size=6), rng.normal(size=6)), wrt=(0, 1))
def particles_to_grid(position, charge):
    """Charges spread over the two nearest cells, and the field read back."""
    rho = np.zeros(6)
    cell = position.astype(int)
    frac = position - cell
    np.add.at(rho, cell, charge * (1 - frac))
    np.add.at(rho, cell + 1, charge * frac)
    field = np.zeros(6)
    field[1:-1] = 0.5 * (rho[2:] - rho[:-2])
    force = charge * (field[cell] * (1 - frac) + field[cell + 1] * frac)
    return np.sum(force**2)


@program(args=lambda rng: (rng.normal(size=5), rng.normal(size=3)), wrt=(0, 1))
def convolution_by_shifts(signal, kernel):
    out = np.zeros(len(signal) + len(kernel) - 1)
    for k in range(len(kernel)):
        out[k : k + len(signal)] += kernel[k] * signal
    return np.sum(out**3)


@program(args=lambda rng: (rng.normal(size=(2, 5, 5)), rng.normal(size=(3, 2, 2, 2))), wrt=(0, 1))
def convolution_2d(image, filters):
    """Channels and filters by loops over the output, bias rows left out."""
    out = np.zeros((3, 4, 4))
    for f in range(3):
        for i in range(4):
            for j in range(4):
                out[f, i, j] = np.sum(image[:, i : i + 2, j : j + 2] * filters[f])
    pooled = np.zeros((3, 2, 2))
    for i in range(2):
        for j in range(2):
            pooled[:, i, j] = out[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max(axis=(1, 2))
    np.maximum(pooled, 0, out=pooled)
    return np.sum(pooled**2)


@program(args=lambda rng: (rng.normal(size=(4, 2)), rng.normal(size=(4, 2))), wrt=(0, 1))
def particle_system(x, v):
    """Forces by pairs, third law by two updates, leapfrog in place."""
    x, v = x.copy(), v.copy()
    n = len(x)
    force = np.empty_like(x)
    for _ in range(2):
        force[:] = 0.0
        for i in range(n):
            for j in range(i):
                r = x[i] - x[j]
                f = r / (np.dot(r, r) + 0.5) ** 1.5
                force[i] += f
                force[j] -= f
        v += 0.1 * force
        x += 0.1 * v
    return np.sum(v**2) + np.sum(x**2)


@program(args=lambda rng: (rng.normal(size=4), np.array([0.3, 0.1]), 0.5), wrt=(0, 1, 2))
def kalman_filter(measured, x0, q):
    """State and covariance are overwritten at each measurement."""
    F = np.array([[1.0, 0.1], [0.0, 1.0]])
    x = x0.copy()
    P = np.eye(2)
    loglik = 0.0
    for z in measured:
        x[:] = F @ x
        P[:] = F @ P @ F.T
        P[1, 1] += q
        s = P[0, 0] + 0.2
        gain = P[:, 0] / s
        residual = z - x[0]
        loglik -= 0.5 * (residual**2 / s + np.log(s))
        x += gain * residual
        P -= np.outer(gain, P[0].copy())
    return loglik


@program(args=lambda rng: (0.7, np.linspace(0.5, 1.5, 8)), wrt=(0, 1))
def numerov(energy, potential):
    """The Schroedinger equation, outwards from zero."""
    h2 = 0.01
    psi = np.zeros(8)
    psi[1] = 0.1
    k = 2 * (energy - potential)
    w = 1 + h2 * k / 12
    for i in range(1, 7):
        psi[i + 1] = ((12 - 10 * w[i]) * psi[i] - w[i - 1] * psi[i - 1]) / w[i + 1]
    psi /= np.sqrt(np.sum(psi**2))
    return psi[-1] * psi[3]


@program(args=lambda rng: (rng.uniform(0, 1, size=(4, 4)), 0.3), wrt=(0, 1))
def cellular_automaton(grid, spread):
    """Rules by masks: some cells burn down, some grow."""
    g = grid.copy()
    for _ in range(2):
        near = np.roll(g, 1, 0) + np.roll(g, -1, 0) + np.roll(g, 1, 1) + np.roll(g, -1, 1)
        burning = near > 2.0
        g[burning] *= 1 - spread
        g[~burning] += spread * near[~burning] / 4
        g[g > 0.9] = 0.1
    return np.sum(g**2)


@program(args=lambda rng: (rng.normal(size=(3, 4, 2)), np.ones(2), np.zeros(2)), wrt=(0, 1, 2))
def batch_norm_with_running_means(batches, gamma, beta):
    mean, var = np.zeros(2), np.ones(2)
    out = 0.0
    for batch in batches:
        mu, s2 = batch.mean(axis=0), batch.var(axis=0)
        mean *= 0.9
        mean += 0.1 * mu
        var[:] = 0.9 * var + 0.1 * s2
        out += np.sum(np.tanh(gamma * (batch - mu) / np.sqrt(s2 + 1e-2) + beta) ** 3)
    test = gamma * (batches[0] - mean) / np.sqrt(var) + beta
    return out + np.mean(test**2)


@program(args=lambda rng: (rng.normal(size=3), 0.1, 0.9), wrt=(0, 1, 2))
def adam_unrolled(w0, lr, beta):
    """Five steps of Adam on a bowl; state in a dict."""
    w = w0.copy()
    state = {"m": np.zeros(3), "v": np.zeros(3), "t": 0}
    for _ in range(5):
        g = 2 * w * np.array([1.0, 2.0, 3.0])
        state["t"] += 1
        state["m"] = beta * state["m"] + (1 - beta) * g
        state["v"] *= 0.99
        state["v"] += 0.01 * g**2
        m = state["m"] / (1 - beta ** state["t"])
        w -= lr * m / (np.sqrt(state["v"]) + 1e-2)
    return np.sum(w**2)


@program(
    args=lambda rng: (rng.normal(size=(3, 2)), rng.normal(size=(2, 2)), rng.normal(size=(2, 2))),
    wrt=(0, 1, 2),
)
def rnn_with_hidden_states(inputs, Wx, Wh):
    """The hidden states in a dict by time, as in a minimal character model."""
    hs = {-1: np.zeros(2)}
    loss = 0.0
    for t in range(len(inputs)):
        hs[t] = np.tanh(inputs[t] @ Wx + hs[t - 1] @ Wh)
        loss += np.sum((hs[t] - 0.1 * t) ** 2)
    return loss + np.sum(hs[0] * hs[len(inputs) - 1])


@program(args=lambda rng: (rng.uniform(0.1, 1, size=(5, 5)), 0.2), wrt=(0, 1))
def image_filters(image, level):
    """Blur, sharpen, threshold and gamma, on one buffer."""
    img = image.copy()
    img[1:-1] = (img[:-2] + 2 * img[1:-1] + img[2:]) / 4
    img[:, 1:-1] = (img[:, :-2] + 2 * img[:, 1:-1] + img[:, 2:]) / 4
    img += 0.5 * (image - img)
    np.clip(img, 0.15, 0.85, out=img)
    img[img < level] = level
    img **= 0.8
    return np.sum(img**2)


@program(args=lambda rng: (rng.normal(size=8), 0.5), wrt=(0, 1))
def recursive_filter(x, a):
    """Forwards and backwards through one array."""
    y = x.copy()
    for n in range(1, len(y)):
        y[n] = a * y[n - 1] + (1 - a) * y[n]
    for n in range(len(y) - 2, -1, -1):
        y[n] += a * (y[n + 1] - y[n])
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=8),))
def haar_wavelet(x):
    """Sums and differences of halves, level by level."""
    y = x.copy()
    n = len(y)
    while n > 1:
        even, odd = y[:n:2].copy(), y[1:n:2].copy()
        n //= 2
        y[:n] = (even + odd) / math.sqrt(2)
        y[n : 2 * n] = (even - odd) / math.sqrt(2)
    y[np.abs(y) < 0.2] = 0.0
    return np.sum(np.abs(y) ** 3)


@program(args=lambda rng: (rng.normal(size=8),))
def butterflies(x):
    """The fast Walsh-Hadamard transform."""
    a = x.copy()
    h = 1
    while h < len(a):
        for i in range(0, len(a), 2 * h):
            for j in range(i, i + h):
                a[j], a[j + h] = a[j] + a[j + h], a[j] - a[j + h]
        h *= 2
    return np.sum(a**3)


@program(args=lambda rng: (rng.uniform(0.5, 1.5, size=6), 0.02, 0.3), wrt=(0, 1, 2))
def option_by_grid(payoff, rate, vol):
    """Backward induction on a grid, early exercise by maximum."""
    V = payoff * 1.0
    S = np.arange(1.0, 7.0)
    for _ in range(3):
        delta = (V[2:] - V[:-2]) / 2
        gamma = V[2:] - 2 * V[1:-1] + V[:-2]
        V[1:-1] += 0.1 * (0.5 * vol**2 * S[1:-1] ** 2 * gamma + rate * S[1:-1] * delta)
        V[1:-1] -= 0.1 * rate * V[1:-1]
        np.maximum(V, 0.9 * payoff, out=V)
    return V[2] * V[3]


@program(args=lambda rng: (rng.normal(size=(3, 2)), rng.normal(size=(3, 2))), wrt=(0, 1))
def soft_k_means(points, centres):
    """Centres move in place towards their points."""
    c = centres.copy()
    for _ in range(2):
        d = np.sum((points[:, None] - c[None]) ** 2, axis=2)
        w = np.exp(-d)
        w /= w.sum(axis=1, keepdims=True)
        for k in range(len(c)):
            c[k] = (w[:, k] @ points) / w[:, k].sum()
    return np.sum(c**2)


@program(args=lambda rng: (np.array([0.9, 0.1, 0.0]), 0.4, 0.1), wrt=(0, 1, 2))
def epidemic_with_log(state, beta, gamma):
    """Compartments overwritten, every day appended."""
    s = state.copy()
    days = []
    for _ in range(5):
        new = beta * s[0] * s[1]
        well = gamma * s[1]
        s[0] -= new
        s[1] += new - well
        s[2] += well
        days.append(s.copy())
    curve = np.array(days)
    return curve[:, 1].max() + np.sum(curve[-1] ** 2)
