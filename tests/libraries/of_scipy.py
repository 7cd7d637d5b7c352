"""The parts of SciPy that are written in Python."""

import numpy as np
import scipy.integrate
import scipy.linalg
import scipy.optimize
import scipy.signal
import scipy.spatial.distance

from tests.libraries.registry import workflow

X = np.array([0.3, 1.1, -0.7, 1.9, 0.4])


@workflow(X)
def rosenbrock(x):
    return scipy.optimize.rosen(x)


@workflow(X)
def rosenbrock_gradient(x):
    return np.sum(scipy.optimize.rosen_der(x) ** 2) / 1e4


@workflow(X)
def simpson(y):
    return scipy.integrate.simpson(y, x=np.array([0.0, 0.5, 1.2, 2.0, 2.5]))


@workflow(X)
def trapezoid(y):
    return np.sum(scipy.integrate.cumulative_trapezoid(y, dx=0.3) ** 2)


@workflow(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0]))
def toeplitz(c, r):
    return np.sum(scipy.linalg.toeplitz(c, np.append(c[:1], r)) ** 2)


@workflow(X, np.array([0.2, 1.0, 0.1, 1.2, 0.9]))
def distances(u, v):
    d = scipy.spatial.distance
    return d.euclidean(u, v) + d.cosine(u, v) + d.correlation(u, v)


@workflow(0.4, 2.0)
def morlet_window(x, s):
    return np.sum(scipy.signal.windows.general_gaussian(7, p=x + 1.0, sig=s))


@workflow(np.array([1.0, 0.5]), 0.3)
def rosenbrock_descent(x, rate):
    for _ in range(3):
        x = x - 1e-3 * rate * scipy.optimize.rosen_der(x)
    return scipy.optimize.rosen(x)
