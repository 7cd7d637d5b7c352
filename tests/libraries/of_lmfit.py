"""Line shapes of lmfit."""

import numpy as np
from lmfit import lineshapes

from tests.libraries.registry import workflow

X = np.linspace(-2.0, 2.0, 9)


@workflow(1.5, 0.2, 0.7)
def gaussian(amplitude, center, sigma):
    return np.sum(lineshapes.gaussian(X, amplitude, center, sigma) ** 2)


@workflow(1.5, 0.2, 0.7, 0.4)
def pseudo_voigt(amplitude, center, sigma, fraction):
    return np.sum(lineshapes.pvoigt(X, amplitude, center, sigma, fraction) ** 2)


@workflow(1.5, 0.2, 0.7, 1.4)
def moffat(amplitude, center, sigma, beta):
    return np.sum(lineshapes.moffat(X, amplitude, center, sigma, beta))


@workflow(1.5, 0.2, 0.7, 0.3)
def doniach(amplitude, center, sigma, gamma):
    return np.sum(lineshapes.doniach(X, amplitude, center, sigma, gamma))


@workflow(1.5, 0.4)
def damped(amplitude, decay):
    return np.sum(lineshapes.damped_oscillator(X + 3.0, amplitude, 1.0, decay))
