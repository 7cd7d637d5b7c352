"""Linear algebra: solve, inv, det, norms, factorisations of matrices made well conditioned."""

import numpy as np

from tests.corpus.registry import program, register


def square(rng):
    return (rng.normal(size=(3, 3)) + 3 * np.eye(3),)


def system(rng):
    return rng.normal(size=(3, 3)) + 3 * np.eye(3), rng.normal(size=3)


@program(args=[system, lambda rng: (square(rng)[0], rng.normal(size=(3, 2)))], wrt=(0, 1))
def solve(A, b):
    x = np.linalg.solve(A, b)
    return np.sum(x**2)


@program(args=square)
def inverse(A):
    return np.trace(np.linalg.inv(A) @ A.T) + np.sum(np.linalg.inv(A))


@program(args=square)
def determinants(A):
    sign, logdet = np.linalg.slogdet(A)
    return np.linalg.det(A) + sign * logdet


@program(args=lambda rng: (rng.normal(size=(4, 3, 3)) + 3 * np.eye(3),))
def batched(A):
    b = np.ones((4, 3, 1))
    return np.sum(np.linalg.solve(A, b)) + np.sum(np.linalg.det(A)) + np.linalg.inv(A)[0, 1, 2]


@program(args=lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=3)), wrt=(0, 1))
def gaussian_likelihood(L, r):
    K = L @ L.T + np.eye(3)
    alpha = np.linalg.solve(K, r)
    return 0.5 * r @ alpha + 0.5 * np.linalg.slogdet(K)[1]


@program(args=lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=3)), wrt=(0, 1))
def cholesky(B, r):
    K = B @ B.T + 2 * np.eye(3)
    L = np.linalg.cholesky(K)
    z = np.linalg.solve(L, r)
    return z @ z + 2 * np.sum(np.log(np.diag(L)))


@program(args=lambda rng: (rng.normal(size=(3, 3)),))
def eigenvalues(B):
    S = B + B.T + np.diag([0.0, 4.0, 9.0])
    w, V = np.linalg.eigh(S)
    return w[0] * w[-1] + np.sum(np.linalg.eigvalsh(S) ** 2) + (V[:, 0] @ np.ones(3)) ** 2


@program(args=lambda rng: (rng.normal(size=(4, 2)), rng.normal(size=4)), wrt=(0, 1))
def least_squares(X, y):
    w = np.linalg.solve(X.T @ X + 0.1 * np.eye(2), X.T @ y)
    return np.mean((X @ w - y) ** 2) + np.sum(w**2)


@program(args=lambda rng: (rng.normal(size=(4, 3)),))
def singular_values(A):
    s = np.linalg.svd(A, compute_uv=False)
    return s[0] + np.sum(s**3) + np.linalg.norm(A, "nuc")


@program(args=square)
def matrix_powers(A):
    M = A / 4
    P = np.eye(3)
    for _ in range(3):
        P = P @ M
    return np.trace(P) + np.sum(np.linalg.matrix_power(M, 2))


@program(args=system, wrt=(0, 1))
def power_iteration(A, v):
    for _ in range(5):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v


@program(args=lambda rng: (rng.normal(size=(4, 3)),))
def pinv_and_qr(A):
    q, r = np.linalg.qr(A)
    return np.sum(np.linalg.pinv(A) @ np.ones(4)) + np.sum(np.abs(np.diag(r))) + q[0, 0] * r[0, 0]


register("np_det", np.linalg.det, args=square)
register("np_inv_array", np.linalg.inv, args=square)


@program(args=lambda rng: (rng.normal(size=(3, 3)) + 4 * np.eye(3),))
def triangle_that_is_read(a):
    """Of a matrix that is not symmetric NumPy reads one triangle: the other has no derivative."""
    w, v = np.linalg.eigh(a, UPLO="U")
    total = np.sum(np.linalg.cholesky(a)[1:] ** 2) + np.sum(w * np.abs(v[0]))
    return total + np.sum(np.linalg.eigvalsh(a) ** 3)
