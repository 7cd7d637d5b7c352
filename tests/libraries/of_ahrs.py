"""Attitude filters of ahrs."""

import ahrs
import numpy as np
from ahrs.common.orientation import acc2q, ecompass, q2R

from tests.libraries.registry import workflow


@workflow(np.array([0.1, 0.2, 9.7]))
def tilt_from_acceleration(a):
    return np.sum(acc2q(a) * np.arange(4.0))


@workflow(np.array([0.8, 0.2, -0.3, 0.4]))
def rotation_matrix(q):
    return np.sum(q2R(q / np.linalg.norm(q)) * np.arange(9.0).reshape(3, 3))


@workflow(np.array([0.1, 0.2, 9.7]), np.array([20.0, 3.0, 40.0]))
def compass(a, m):
    return np.sum(ecompass(a, m, representation="rotmat") * np.arange(9.0).reshape(3, 3))


@workflow(np.array([0.01, 0.02, -0.1]), np.array([0.1, 0.2, 9.7]))
def mahony_step(gyr, acc):
    filter_ = ahrs.filters.Mahony()
    q = np.array([1.0, 0.0, 0.0, 0.0])
    for _ in range(3):
        q = filter_.updateIMU(q, gyr, acc)
    return np.sum(q * np.arange(4.0))


@workflow(np.array([0.01, 0.02, -0.1]), np.array([0.1, 0.2, 9.7]))
def madgwick_step(gyr, acc):
    filter_ = ahrs.filters.Madgwick()
    q = np.array([1.0, 0.0, 0.0, 0.0])
    for _ in range(3):
        q = filter_.updateIMU(q, gyr, acc)
    return np.sum(q * np.arange(4.0))
