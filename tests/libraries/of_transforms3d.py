"""Euler angles, quaternions and affines of transforms3d."""

import numpy as np
from transforms3d import affines, axangles, euler, quaternions

from tests.libraries.registry import workflow


@workflow(0.3, -0.4, 1.1)
def euler_to_matrix(a, b, c):
    return np.sum(euler.euler2mat(a, b, c, "syxz") * np.arange(9.0).reshape(3, 3))


@workflow(0.3, -0.4, 1.1)
def euler_to_quaternion(a, b, c):
    return np.sum(euler.euler2quat(a, b, c) * np.arange(4.0))


@workflow(np.array([0.5, 0.1, 0.2, 0.3]), np.array([0.1, -0.4, 0.2]))
def rotate_by_quaternion(q, v):
    return np.sum(quaternions.rotate_vector(v, q) * np.array([1.0, 2.0, 3.0]))


@workflow(np.array([1.0, 2.0, 2.0]), 0.6)
def matrix_of_an_axis(axis, angle):
    return np.sum(axangles.axangle2mat(axis, angle) * np.arange(9.0).reshape(3, 3))


@workflow(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0]))
def compose(T, Z):
    return np.sum(affines.compose(T, np.eye(3), Z) * np.arange(16.0).reshape(4, 4))
