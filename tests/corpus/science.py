"""What physicists, chemists, statisticians and engineers write."""

import math
from collections import namedtuple
from typing import Callable

import numpy as np

from tests.corpus.registry import program


def rk4_step(f: Callable, t: float, y: np.ndarray, h: float) -> np.ndarray:
    """One step of the classical Runge-Kutta method."""
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@program(args=lambda rng: (rng.normal(size=2), 1.3, 0.2), wrt=(0, 1, 2))
def pendulum(y0, length, damping):
    def rhs(t, y):
        theta, omega = y
        return np.array([omega, -9.81 / length * np.sin(theta) - damping * omega])

    y = y0
    for i in range(5):
        y = rk4_step(rhs, 0.1 * i, y, 0.1)
    return y[0] ** 2 + 0.5 * y[1] ** 2


@program(args=lambda rng: (np.array([1.0, 0.5]), (1.1, 0.4, 0.4, 0.1)), wrt=(0, 1))
def lotka_volterra(pop, rates):
    a, b, c, d = rates
    prey, predator = pop
    dt = 0.05
    for _ in range(10):
        growth = a * prey - b * prey * predator
        decline = c * d * prey * predator - c * predator
        prey, predator = prey + dt * growth, predator + dt * decline
    return prey - predator**2


@program(args=lambda rng: (rng.normal(size=8),))
def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@program(args=lambda rng: (rng.normal(size=(4, 3)) * 2,))
def lennard_jones(positions):
    """Total energy of a small cluster."""
    energy = 0.0
    n = len(positions)
    for i in range(n):
        for j in range(i + 1, n):
            r = positions[i] - positions[j]
            r2 = np.dot(r, r) + 0.5
            inv6 = 1.0 / r2**3
            energy += 4 * (inv6**2 - inv6)
    return energy


@program(args=lambda rng: (rng.normal(size=10), 0.3), wrt=(0, 1))
def heat_equation(u, kappa):
    """Explicit steps with fixed ends, a new array every step."""
    for _ in range(4):
        lap = u[:-2] - 2 * u[1:-1] + u[2:]
        u = np.concatenate([u[:1], u[1:-1] + kappa * lap, u[-1:]])
    return np.sum(u**2)


@program(args=lambda rng: (rng.normal(size=(3, 4)), 0.1), wrt=(0, 1))
def wave_on_a_torus(u, c):
    """Periodic boundaries by np.roll."""
    old = u
    for _ in range(3):
        lap = np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, 1) + np.roll(u, -1, 1) - 4 * u
        u, old = 2 * u - old + c**2 * lap, u
    return np.mean((u - old) ** 2)


@program(args=lambda rng: (rng.normal(size=5), np.array([0.2, 0.9, -0.4])), wrt=1)
def gp_likelihood(y, log_theta):
    """Marginal likelihood of a Gaussian process in its log hyperparameters."""
    x = np.linspace(0, 1, 5)
    amp, scale, noise = np.exp(log_theta)
    d = x[:, None] - x[None, :]
    K = amp * np.exp(-0.5 * (d / scale) ** 2) + noise * np.eye(5)
    L = np.linalg.cholesky(K)
    a = np.linalg.solve(L, y)
    return 0.5 * a @ a + np.log(np.diag(L)).sum() + 2.5 * math.log(2 * math.pi)


@program(args=lambda rng: (np.array([0.3, 1.2]), 0.9), wrt=(0, 1))
def two_body_orbit(q, gm):
    """Leapfrog; energy drift."""
    p = np.array([0.8, 0.1])
    energy = lambda q, p: 0.5 * p @ p - gm / np.linalg.norm(q)
    start = energy(q, p)
    for _ in range(6):
        p = p - 0.01 * gm * q / np.linalg.norm(q) ** 3
        q = q + 0.02 * p
        p = p - 0.01 * gm * q / np.sum(q**2) ** 1.5
    return energy(q, p) - start + q @ q


@program(args=lambda rng: (np.array([0.5, 0.2, 0.3]), np.array([0, 2, 1, 1, 0])))
def hidden_markov(start, observations):
    """The forward algorithm with scaling."""
    T = np.array([[0.8, 0.1, 0.1], [0.2, 0.6, 0.2], [0.1, 0.3, 0.6]])
    E = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
    alpha = start * E[:, observations[0]]
    loglik = 0.0
    for o in observations[1:]:
        norm = alpha.sum()
        loglik += np.log(norm)
        alpha = (alpha / norm) @ T * E[:, o]
    return loglik + np.log(alpha.sum())


@program(args=lambda rng: (1.0, 0.3, 0.08), wrt=(0, 1, 2))
def kalman_variance(p, q, r):
    history = []
    for _ in range(6):
        p = p + q
        gain = p / (p + r)
        p = (1 - gain) * p
        history.append(gain)
    return p + np.mean(history)


Reaction = namedtuple("Reaction", ["rate", "barrier"])


@program(args=lambda rng: ([Reaction(1.2, 0.5), Reaction(0.3, 1.1)], 1.7), wrt=(0, 1))
def arrhenius(reactions, temperature):
    conc = 1.0
    for reaction in reactions:
        k = reaction.rate * math.exp(-reaction.barrier / temperature)
        conc *= math.exp(-k * 0.5)
    return conc


@program(args=lambda rng: (300.0, 1.2), wrt=(0, 1))
def van_der_waals(T, n, *, a=1.36, b=0.0318, V=24.0):
    R = 0.08206
    ideal = n * R * T / V
    real = n * R * T / (V - n * b) - a * (n / V) ** 2
    correction = (real - ideal) / ideal
    return real * (1 + correction)


@program(args=lambda rng: (rng.normal(size=3) * 0.3,))
def robot_arm(angles):
    """Forward kinematics of a planar arm: distance to a target."""
    lengths = [1.0, 0.8, 0.5]
    x = y = total = 0.0
    for length, angle in zip(lengths, angles):
        total += angle
        x += length * np.cos(total)
        y += length * np.sin(total)
    return (x - 1.5) ** 2 + (y - 0.7) ** 2


def rotation(axis, angle):
    c, s = np.cos(angle), np.sin(angle)
    if axis == "z":
        return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


@program(args=lambda rng: (rng.normal(size=(2, 3)), 0.3, -0.8), wrt=(0, 1, 2))
def rotated_points(points, alpha, beta):
    R = rotation("z", alpha) @ rotation("x", beta)
    return points @ R.T


@program(args=lambda rng: (rng.uniform(0.5, 1.5, size=4), rng.uniform(1, 2, size=4)), wrt=(0, 1))
def gamma_log_likelihood(x, k):
    return sum((ki - 1) * math.log(xi) - xi - math.lgamma(ki) for xi, ki in zip(x, k))


@program(args=lambda rng: (0.8, 2.0), wrt=(0, 1))
def colebrook(roughness, velocity):
    """Friction factor by fixed point iteration, then the pressure drop."""
    reynolds = 1e4 * velocity
    f = 0.02
    for _ in range(50):
        f_new = (-2 * np.log10(roughness / 370 + 2.51 / (reynolds * np.sqrt(f)))) ** -2
        converged = abs(f_new - f) < 1e-14
        f = f_new
        if converged:
            break
    return f * velocity**2


@program(args=lambda rng: (rng.normal(size=7) * 0.4, 1.5), wrt=(0, 1))
def tridiagonal(rhs, diag):
    """Thomas algorithm with lists, read backwards."""
    cs, ds = [], []
    c, d = -1.0 / diag, rhs[0] / diag
    cs.append(c)
    ds.append(d)
    for v in rhs[1:]:
        m = diag + c
        d = (v + d) / m
        c = -1.0 / m
        cs.append(c)
        ds.append(d)
    x = 0.0
    total = 0.0
    for c, d in zip(reversed(cs), reversed(ds)):
        x = d - c * x
        total += x**2
    return total


@program(args=lambda rng: (rng.normal(size=(6, 2)), np.array([0.2, 0.5])), wrt=(0, 1))
def kernel_density(samples, point):
    """Dimensions by broadcasting, bandwidth by a rule of thumb."""
    n, d = samples.shape
    h = np.std(samples, axis=0) * n ** (-1.0 / (d + 4))
    z = (point - samples) / h
    return np.mean(np.exp(-0.5 * np.sum(z**2, axis=1))) / np.prod(h)


@program(args=lambda rng: (0.5, 1.5), wrt=(0, 1))
def option_tree(up, rate):
    """Binomial tree, values in a list that is rebuilt at each level."""
    u, d = 1 + up / 10, 1 / (1 + up / 10)
    p = (1 + rate / 100 - d) / (u - d)
    values = [max(100 * u**j * d ** (4 - j) - 95.3, 0.0) for j in range(5)]
    while len(values) > 1:
        values = [
            (p * values[j + 1] + (1 - p) * values[j]) / (1 + rate / 100)
            for j in range(len(values) - 1)
        ]
    return values[0]


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3)), wrt=(0, 1))
def magnetic_force(v, B):
    force = np.cross(v, B)
    power = np.dot(force, v)  # always zero
    return np.sqrt(np.sum(force**2)) + power


@program(args=lambda rng: (np.array([0.3, 0.7, 0.2]), np.array([0.4, 0.4, 0.2])), wrt=(0, 1))
def kl_divergence(p, q):
    p, q = p / np.sum(p), q / np.sum(q)
    return np.sum(p * np.log(p / q))


@program(args=lambda rng: (rng.normal(size=(5,)) + 1j * rng.normal(size=5), 0.8), wrt=1)
def complex_inside(signal, phase):
    """Complex numbers on the way, real at both ends."""
    rotated = signal * np.exp(1j * phase)
    return np.sum(rotated.real**3) + np.abs(rotated[0] + 1.0)
