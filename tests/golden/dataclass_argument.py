"""A dataclass: the gradient is an object of the same class."""

from dataclasses import dataclass

import numpy as np

@dataclass
class Spring:
    stiffness: float
    rest: np.ndarray


ARGS = (Spring(2.5, np.array([0.1, 0.2])), np.array([1.0, 0.5]))


def f(spring, x):
    stretch = x - spring.rest
    return 0.5 * spring.stiffness * np.sum(stretch**2)


# ---- written by `python -m tests.golden`: do not edit below

from srcad.runtime.cotangents import accumulate, finish, shadow


def f_value_and_grad(spring, x):
    """Value and gradient of f (dataclass_argument.py:16) in spring, x: Spring, float64[2]."""
    # forward
    stretch = x - spring.rest
    prod = 0.5 * spring.stiffness
    sum_2 = np.sum(stretch ** 2)
    result = prod * sum_2

    # backward
    # 18: return 0.5 * spring.stiffness * np.sum(stretch**2)
    stretch_bar = 2 * prod * stretch
    spring_bar = shadow(spring)
    spring_bar["stiffness"] += 0.5 * sum_2
    accumulate(spring_bar, "rest", -stretch_bar)    # 17: stretch = x - spring.rest
    return result, (finish(spring_bar, spring), stretch_bar)
