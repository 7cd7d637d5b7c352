"""Kalman filters and smoothers of filterpy."""

import numpy as np
from filterpy.common import Q_discrete_white_noise
from filterpy.gh import GHFilter
from filterpy.kalman import ExtendedKalmanFilter, KalmanFilter, predict, update
from filterpy.leastsq import LeastSquaresFilter

from tests.libraries.registry import workflow

SEEN = np.array([1.0, 1.9, 3.2, 3.9, 5.1])


@workflow(0.3, 0.8)
def kalman_likelihood(process, noise):
    """The negative log likelihood of a constant velocity model."""
    kf = KalmanFilter(dim_x=2, dim_z=1)
    kf.x = np.array([[0.0], [1.0]])
    kf.F = np.array([[1.0, 1.0], [0.0, 1.0]])
    kf.H = np.array([[1.0, 0.0]])
    kf.P = np.eye(2) * 10.0
    kf.R = np.array([[noise]])
    kf.Q = np.array([[process / 4, process / 2], [process / 2, process]])
    total = 0.0
    for z in SEEN:
        kf.predict()
        kf.update(z)
        total = total + 0.5 * (kf.y[0, 0] ** 2 / kf.S[0, 0] + np.log(kf.S[0, 0]))
    return total


@workflow(0.3, 0.8)
def functional_kalman(process, noise):
    x, P = np.array([0.0, 1.0]), np.eye(2)
    F, H = np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    for z in SEEN:
        x, P = predict(x, P, F=F, Q=process * np.eye(2))
        x, P = update(x, P, z, R=np.array([[noise]]), H=H)
    return x[0] ** 2 + P[0, 0] + P[1, 1]


@workflow(0.7, 0.2)
def gh_filter(g, h):
    f = GHFilter(x=0.0, dx=1.0, dt=1.0, g=g, h=h)
    total = 0.0
    for z in SEEN:
        x, _ = f.update(z)
        total = total + (x - z) ** 2
    return total


@workflow(0.5, 1.3)
def white_noise_matrix(dt, var):
    return np.sum(Q_discrete_white_noise(dim=3, dt=dt, var=var) * np.arange(9.0).reshape(3, 3))


@workflow(np.array([0.5, 1.2]), 0.4)
def extended_kalman(start, noise):
    """A pendulum seen by the sine of its angle."""
    ekf = ExtendedKalmanFilter(dim_x=2, dim_z=1)
    ekf.x = start
    ekf.F = np.array([[1.0, 0.1], [-0.1, 1.0]])
    ekf.P = np.eye(2)
    ekf.R = np.array([[noise]])
    ekf.Q = np.eye(2) * 0.01
    for z in SEEN / 6.0:
        ekf.predict()
        ekf.update(
            np.array([z]),
            lambda x: np.array([[np.cos(x[0]), 0.0]]),
            lambda x: np.array([np.sin(x[0])]),
        )
    return np.sum(ekf.x**2)


@workflow(SEEN)
def least_squares_filter(seen):
    lsf = LeastSquaresFilter(dt=1.0, order=1)
    total = 0.0
    for z in seen:
        total = total + lsf.update(z)[0]
    return total
