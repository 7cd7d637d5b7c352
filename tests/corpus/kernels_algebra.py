"""Linear algebra in place: factorisations, solvers, orthogonalisation."""

import math

import numpy as np

from tests.corpus.registry import program


def spd(rng, n):
    """A symmetric positive definite matrix."""
    A = rng.normal(size=(n, n))
    return A @ A.T + n * np.eye(n)


@program(args=lambda rng: (rng.normal(size=(4, 4)) + 4 * np.eye(4),), tags=["mutates"])
def lu_in_place(A):
    """L below, U on and above the diagonal of A itself."""
    n = A.shape[0]
    for k in range(n - 1):
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])
    return np.sum(np.log(np.abs(np.diag(A)))) + np.sum(np.tril(A, -1) ** 2)


@program(args=lambda rng: (rng.normal(size=(3, 3)) + 3 * np.eye(3),))
def lu_by_elements(A):
    """The innermost loops written out."""
    LU = A.copy()
    for i in range(3):
        for j in range(i):
            for k in range(j):
                LU[i, j] -= LU[i, k] * LU[k, j]
            LU[i, j] /= LU[j, j]
        for j in range(i, 3):
            for k in range(i):
                LU[i, j] -= LU[i, k] * LU[k, j]
    return np.sum(LU**2)


@program(args=lambda rng: (spd(rng, 4),))
def cholesky_columns(A):
    n = len(A)
    L = np.zeros((n, n))
    for j in range(n):
        L[j, j] = math.sqrt(A[j, j] - np.dot(L[j, :j], L[j, :j]))
        for i in range(j + 1, n):
            L[i, j] = (A[i, j] - np.dot(L[i, :j], L[j, :j])) / L[j, j]
    return 2 * np.sum(np.log(np.diag(L))) + L[-1, 0] ** 2


@program(args=lambda rng: (rng.normal(size=(4, 4)), rng.normal(size=4)), wrt=(0, 1))
def gauss_with_pivoting(A, b):
    """Rows change places, then elimination, then back substitution."""
    M = np.column_stack([A, b])
    n = len(b)
    for k in range(n):
        p = k + int(np.argmax(np.abs(M[k:, k])))
        if p != k:
            M[[k, p]] = M[[p, k]]
        for i in range(k + 1, n):
            M[i, k:] -= M[i, k] / M[k, k] * M[k, k:]
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (M[i, n] - M[i, i + 1 : n] @ x[i + 1 :]) / M[i, i]
    return np.sum(x**2)


@program(
    args=lambda rng: (rng.normal(size=4), 4 + rng.normal(size=5), rng.normal(size=4), np.ones(5)),
    wrt=(0, 1, 2, 3),
    tags=["mutates"],
)
def thomas_in_place(lower, diag, upper, rhs):
    """Tridiagonal solver that uses up its arguments."""
    n = len(diag)
    for i in range(1, n):
        w = lower[i - 1] / diag[i - 1]
        diag[i] -= w * upper[i - 1]
        rhs[i] -= w * rhs[i - 1]
    rhs[-1] /= diag[-1]
    for i in range(n - 2, -1, -1):
        rhs[i] = (rhs[i] - upper[i] * rhs[i + 1]) / diag[i]
    return rhs


@program(
    args=lambda rng: (np.tril(rng.normal(size=(4, 4))) + 3 * np.eye(4), np.ones(4)), wrt=(0, 1)
)
def triangular_substitutions(L, b):
    y = b.copy()
    for i in range(4):
        y[i] -= L[i, :i] @ y[:i]
        y[i] /= L[i, i]
    x = y
    for i in range(3, -1, -1):
        for j in range(i + 1, 4):
            x[i] -= L[j, i] * x[j]
        x[i] /= L[i, i]
    return np.sum(x**2)


@program(args=lambda rng: (spd(rng, 4), rng.normal(size=4)), wrt=(0, 1))
def conjugate_gradient(A, b):
    x = np.zeros(4)
    r = b.copy()
    p = r.copy()
    rs = r @ r
    for _ in range(3):
        Ap = A @ p
        alpha = rs / (p @ Ap)
        x += alpha * p
        r -= alpha * Ap
        new = r @ r
        p *= new / rs
        p += r
        rs = new
    return x @ x + rs


@program(args=lambda rng: (rng.normal(size=(4, 3)),))
def qr_by_householder(A):
    R = A.copy()
    for k in range(3):
        v = R[k:, k].copy()
        v[0] += np.sign(v[0]) * np.sqrt(np.sum(v**2))
        v /= np.sqrt(v @ v)
        R[k:, k:] -= 2.0 * np.outer(v, v @ R[k:, k:])
    return np.sum(np.log(np.abs(np.diag(R)))) + R[0, 2] ** 2


@program(args=lambda rng: (rng.normal(size=(3, 3)),))
def qr_by_givens(A):
    """Two rows at a time."""
    R = A.copy()
    for j in range(3):
        for i in range(2, j, -1):
            a, b = R[i - 1, j], R[i, j]
            r = math.hypot(a, b)
            c, s = a / r, b / r
            upper = c * R[i - 1] + s * R[i]
            R[i] = c * R[i] - s * R[i - 1]
            R[i - 1] = upper
    return np.sum(np.diag(R) ** 2) * R[0, 1]


@program(args=lambda rng: (rng.normal(size=(4, 3)),))
def gram_schmidt(A):
    Q = np.zeros((4, 3))
    R = np.zeros((3, 3))
    for j in range(3):
        v = A[:, j].copy()
        for i in range(j):
            R[i, j] = Q[:, i] @ v
            v -= R[i, j] * Q[:, i]
        R[j, j] = np.sqrt(np.sum(v * v))
        Q[:, j] = v / R[j, j]
    return np.sum(R**3) + Q[0, 2]


@program(args=lambda rng: (rng.normal(size=(3, 3)), 2.0), wrt=(0, 1))
def power_iteration(A, shift):
    v = np.ones(3)
    M = A.T @ A
    M[np.diag_indices_from(M)] += shift
    for _ in range(4):
        v[:] = M @ v
        v /= np.sqrt(v @ v)
    return v @ M @ v


@program(args=lambda rng: (np.array([0.2, 0.6, 0.9]), rng.normal(size=3)), wrt=(0, 1))
def divided_differences(t, y):
    """Newton's interpolation, the table in one vector, then Horner."""
    c = y.copy()
    for level in range(1, 3):
        c[level:] = (c[level:] - c[level - 1 : -1]) / (t[level:] - t[:-level])
    p = c[-1]
    for k in range(1, -1, -1):
        p = p * (0.5 - t[k]) + c[k]
    return p**2
