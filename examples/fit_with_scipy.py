"""Fit with SciPy's optimisers: Rosenbrock's valley, a logistic model, a Gaussian process.

Parameters keep the structure that the model has; gradients and products with the Hessian are exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import srcad

Params = dict[str, Any]


def rosenbrock(x: np.ndarray) -> float:
    """A curved valley; the minimum is at (1, …, 1)."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def logistic_loss(p: Params, X: np.ndarray, y: np.ndarray) -> float:
    """Mean of log(1 + exp(-y (X w + b))) and a little regularisation."""
    margins = y * (X @ p["w"] + p["b"])
    return np.mean(np.logaddexp(0.0, -margins)) + 1e-3 * np.sum(p["w"] ** 2)


def misfit(log: Params, x: np.ndarray, y: np.ndarray) -> float:
    """Minus the log likelihood of a Gaussian process with a squared-exponential kernel."""
    length, scale, noise = (np.exp(log[name]) for name in ("length", "scale", "noise"))
    kernel = scale**2 * np.exp(-0.5 * ((x[:, None] - x[None, :]) / length) ** 2)
    cov = kernel + noise**2 * np.eye(len(x))
    _, logdet = np.linalg.slogdet(cov)
    return 0.5 * (y @ np.linalg.solve(cov, y) + logdet + len(x) * np.log(2.0 * np.pi))


def show(name: str, method: str, found: Any) -> None:
    print(f"{name:<17} {method:<10} {found.nit:3d} iterations, value {found.fun:10.6f}")


def main() -> None:
    rng = np.random.default_rng(0)
    start = np.full(10, -1.2)
    for method in ("BFGS", "Newton-CG"):
        found = srcad.optimize.minimize(rosenbrock, start, method=method, tol=1e-8)
        show("Rosenbrock", method, found)
        assert found.fun < 1e-8

    true = np.array([2.0, -1.0, 0.5])
    X = rng.normal(size=(400, 3))
    y = np.where(X @ true + 0.3 > rng.logistic(size=400), 1.0, -1.0)
    for method in ("L-BFGS-B", "trust-ncg"):
        begin = {"w": np.zeros(3), "b": 0.0}
        fitted = srcad.optimize.minimize(logistic_loss, begin, (X, y), method=method)
        show("logistic model", method, fitted)
        assert np.all(np.sign(fitted.x["w"]) == np.sign(true))
    print(f"{'':17} weights {fitted.x['w'].round(2)}, bias {fitted.x['b']:.2f}")

    x = np.sort(rng.uniform(-4.0, 4.0, 60))
    values = np.sin(2.0 * x) + 0.1 * rng.normal(size=60)
    for method in ("BFGS", "trust-exact"):
        logs = {"length": 0.0, "scale": 0.0, "noise": -1.0}
        process = srcad.optimize.minimize(misfit, logs, (x, values), method=method)
        show("Gaussian process", method, process)
    noise = np.exp(process.x["noise"])
    print(f"{'':17} length {np.exp(process.x['length']):.2f}, noise {noise:.2f} (made with 0.10)")
    assert 0.07 < noise < 0.14


if __name__ == "__main__":
    main()
