"""Rotations and poses of the base functions of spatialmath."""

import numpy as np
import spatialmath.base as smb

from tests.libraries.registry import workflow


@workflow(0.3, -0.4, 1.1)
def roll_pitch_yaw(r, p, y):
    return np.sum(smb.rpy2r(r, p, y) * np.arange(9.0).reshape(3, 3))


@workflow(0.3, np.array([1.0, 2.0, 2.0]))
def angle_and_axis(theta, v):
    return np.sum(smb.angvec2r(theta, v) * np.arange(9.0).reshape(3, 3))


@workflow(np.array([0.5, 0.5, -0.4, 0.6]))
def quaternion_to_rotation(q):
    return np.sum(smb.q2r(smb.qunit(q)) * np.arange(9.0).reshape(3, 3))


@workflow(np.array([0.1, 0.2, 0.3]))
def exponential_of_a_twist(w):
    return np.sum(smb.trexp(smb.skew(w)) * np.arange(9.0).reshape(3, 3))


@workflow(0.3, 0.7)
def chain_of_planar_links(a, b):
    T = smb.trot2(a) @ smb.transl2(1.0, 0.0) @ smb.trot2(b) @ smb.transl2(0.5, 0.0)
    return T[0, 2] ** 2 + 2.0 * T[1, 2]


@workflow(np.array([0.5, 0.5, -0.4, 0.6]), np.array([1.0, 0.0, 0.2, -0.3]))
def product_of_quaternions(p, q):
    return np.sum(smb.qqmul(p, q) * np.arange(4.0)) + smb.qinner(p, q)
