"""The log likelihood of a Gaussian process with a squared-exponential kernel."""

from __future__ import annotations

import numpy as np

wrt = (0, 1, 2)


def args(rng: np.random.Generator) -> tuple:
    x = np.sort(rng.uniform(-3.0, 3.0, 12))
    return 0.8, 1.3, 0.4, x, np.sin(2.0 * x) + 0.1 * rng.normal(size=12)


def f(length, scale, noise, x, y):
    square = (x[:, None] - x[None, :]) ** 2
    kernel = scale**2 * np.exp(-0.5 * square / length**2)
    cov = kernel + noise**2 * np.eye(x.shape[0])
    weights = np.linalg.solve(cov, y)
    sign, logdet = np.linalg.slogdet(cov)
    return -0.5 * (y @ weights + logdet + x.shape[0] * np.log(2.0 * np.pi))


def f_grad(length, scale, noise, x, y):
    # forward
    square = (x[:, None] - x[None, :]) ** 2
    kernel = scale**2 * np.exp(-0.5 * square / length**2)
    cov = kernel + noise**2 * np.eye(x.shape[0])
    weights = np.linalg.solve(cov, y)

    # backward
    cov_bar = 0.5 * (np.outer(weights, weights) - np.linalg.inv(cov))
    noise_bar = 2.0 * noise * np.trace(cov_bar)
    scale_bar = 2.0 * np.sum(cov_bar * kernel) / scale
    length_bar = np.sum(cov_bar * kernel * square) / length**3
    return length_bar, scale_bar, noise_bar
