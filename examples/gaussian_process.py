"""Fit the three parameters of a Gaussian process by climbing its likelihood."""

from __future__ import annotations

import numpy as np

import srcad


@srcad.value_and_grad
def misfit(log_params: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """Minus the log likelihood, per point, for a squared-exponential kernel."""
    length, scale, noise = np.exp(log_params)
    kernel = scale**2 * np.exp(-0.5 * ((x[:, None] - x[None, :]) / length) ** 2)
    cov = kernel + noise**2 * np.eye(len(x))
    sign, logdet = np.linalg.slogdet(cov)
    return 0.5 * (y @ np.linalg.solve(cov, y) / len(x) + logdet / len(x) + np.log(2.0 * np.pi))


def fit(x: np.ndarray, y: np.ndarray, steps: int = 300) -> np.ndarray:
    """Gradient descent in the logarithms, so that every parameter stays positive."""
    log_params = np.zeros(3)
    for step in range(steps):
        value, slope = misfit(log_params, x, y)
        log_params = log_params - 0.3 * slope
        if step % 50 == 0:
            print(f"step {step:3d}  misfit {value:8.4f}  parameters {np.exp(log_params).round(3)}")
    return np.exp(log_params)


def main() -> None:
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(-4.0, 4.0, 60))
    y = np.sin(2.0 * x) + 0.1 * rng.normal(size=60)
    length, scale, noise = fit(x, y)
    print(f"found     length {length:.2f}  scale {scale:.2f}  noise {noise:.2f} (made with 0.10)")
    assert 0.07 < noise < 0.14


if __name__ == "__main__":
    main()
