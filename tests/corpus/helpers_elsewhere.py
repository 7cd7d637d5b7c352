"""Helpers that the corpus imports from another module, as users do from their own utils.py."""

import numpy as np

GRAVITY = 9.81
_SCALE = 0.5


def softplus(z):
    """log(1 + exp(z)) without overflow."""
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def scaled(x):
    """Uses a private global of this module, not of the caller's."""
    return _SCALE * x


def standardise(x, eps=1e-3):
    """Zero mean and unit deviation."""
    return (x - x.mean()) / (x.std() + eps)


def energy(x):
    """Another module of the corpus has a function of this name too."""
    return 0.5 * np.sum(x**2)


def twice(f):
    """The function applied two times."""

    def g(x):
        return f(f(x))

    return g


class Spring:
    """A class of another module, whose methods use nothing of it but NumPy."""

    def __init__(self, x, stiffness):
        self.x = x
        self.v = np.zeros_like(x)
        self.stiffness = stiffness

    def step(self, dt):
        self.v -= dt * self.stiffness * np.sin(self.x)
        self.x = self.x + dt * self.v


class Falling(Spring):
    """Its method uses a global of this module."""

    def step(self, dt):
        self.v -= dt * GRAVITY
        self.x = self.x + dt * self.v
