"""Quaternions as objects with operators, of pyquaternion."""

import numpy as np
from pyquaternion import Quaternion

from tests.libraries.registry import workflow


@workflow(0.4, np.array([0.2, 1.0, -0.5]))
def rotated_vector(angle, v):
    q = Quaternion(axis=[0.0, 0.6, 0.8], angle=angle)
    return np.sum(q.rotate(v) * np.array([1.0, 2.0, 3.0]))


@workflow(np.array([0.5, 0.1, 0.2, 0.3]), np.array([0.1, -0.4, 0.2, 0.9]))
def products_and_norms(a, b):
    p, q = Quaternion(a), Quaternion(b)
    return (p * q).norm + (p + q).elements[1] + p.inverse[2]


@workflow(np.array([0.5, 0.1, 0.2, 0.3]))
def exponential(a):
    return np.sum(Quaternion.exp(Quaternion(a)).elements * np.arange(4.0))
