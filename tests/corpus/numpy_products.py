"""Products of vectors, matrices and tensors."""

import numpy as np

from tests.corpus.registry import program, register

RANKS = [
    lambda rng: (rng.normal(size=3), rng.normal(size=3)),
    lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=3)),
    lambda rng: (rng.normal(size=3), rng.normal(size=(3, 2))),
    lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=(3, 4))),
]
BATCHES = [
    lambda rng: (rng.normal(size=(4, 2, 3)), rng.normal(size=(4, 3, 2))),
    lambda rng: (rng.normal(size=(4, 2, 3)), rng.normal(size=(3, 2))),
    lambda rng: (rng.normal(size=3), rng.normal(size=(4, 3, 2))),
    lambda rng: (rng.normal(size=(4, 2, 3)), rng.normal(size=3)),
    lambda rng: (rng.normal(size=(2, 1, 2, 3)), rng.normal(size=(1, 4, 3, 2))),
]


@program(args=RANKS + BATCHES, wrt=(0, 1))
def matmul_operator(a, b):
    return a @ b


@program(args=[*RANKS, lambda rng: (rng.normal(size=(2, 3)), 1.5)], wrt=(0, 1))
def dot_function(a, b):
    return np.sum(np.sin(np.dot(a, b)))


@program(args=RANKS[1:2], wrt=(0, 1))
def dot_method(A, x):
    return A.dot(x).sum() + np.sum(A.T.dot(A) ** 2) + x.dot(x)


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=2)), wrt=(0, 1))
def outer_and_inner(x, y):
    return np.sum(np.outer(x, y) ** 2) + np.inner(x, x) + np.vdot(y, y) + np.kron(x, y).max()


@program(args=lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=(3, 4))), wrt=(0, 1))
def einsum_matmul(A, B):
    C = np.einsum("ij,jk->ik", A, B)
    return np.sum(C**2) + np.einsum("ij,ij->", A, A)


@program(
    args=lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=(2, 3, 3))),
    wrt=(0, 1, 2),
)
def einsum_many(A, v, T):
    quad = np.einsum("bi,bij,bj->b", A, T, A)
    return quad.sum() + np.einsum("...i,i->...", T, v).max() + np.einsum("bii->b", T).prod()


@program(args=lambda rng: (rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 3))), wrt=(0, 1))
def tensordots(T, M):
    a = np.tensordot(T, M, axes=([2, 1], [0, 1]))
    b = np.tensordot(T, M, axes=1)
    return np.sum(a**2) + np.sum(b)


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3)), wrt=(0, 1))
def cross_products(u, v):
    w = np.cross(u, v)
    return w @ np.array([1.0, 2.0, 3.0]) + np.linalg.norm(w)


@program(args=lambda rng: (rng.normal(size=6), rng.normal(size=3)), wrt=(0, 1))
def convolution(signal, kernel):
    full = np.convolve(signal, kernel, mode="valid")
    return np.sum(full**2)


@program(args=lambda rng: (rng.normal(size=(5, 3)), rng.normal(size=(5, 3))), wrt=(0, 1))
def pairwise_distances(X, Y):
    sq = np.sum(X**2, axis=1)[:, None] + np.sum(Y**2, axis=1) - 2 * X @ Y.T
    return np.sum(np.exp(-0.5 * sq))


@program(args=lambda rng: (rng.normal(size=(2, 3)),))
def same_matrix_both_sides(A):
    gram = A.T @ A
    return np.sum(A @ A.T) + np.trace(gram @ gram) + np.linalg.multi_dot([A, gram, A.T])[0, 1]


@program(args=lambda rng: (rng.normal(size=(2, 3)), rng.normal(size=3), 0.5), wrt=(0, 1, 2))
def affine(W, x, b):
    return W @ x + b


@program(args=lambda rng: (np.zeros((0, 3)), rng.normal(size=(3, 2))), wrt=(0, 1))
def empty_batch(X, W):
    return np.sum(X @ W) + np.sum(W)


@program(
    args=lambda rng: (
        rng.normal(size=(2, 3)).astype(np.float32),
        rng.normal(size=3).astype(np.float32),
    ),
    wrt=(0, 1),
    tags=["float32"],
)
def single_precision_matmul(W, x):
    return np.tanh(W @ x).sum()


register("np_matmul", np.matmul, args=BATCHES, wrt=(0, 1))
register("np_outer", np.outer, args=RANKS[0], wrt=(0, 1))
