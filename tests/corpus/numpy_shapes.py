"""Shapes: reshape, transpose, stack, split, pad, tile, roll, and the attributes."""

import numpy as np

from tests.corpus.registry import program


def matrix(rng):
    return (rng.normal(size=(3, 4)),)


@program(args=matrix)
def reshapes(x):
    a = x.reshape(-1)
    b = np.reshape(x, (2, 6)) @ np.ones(6)
    c = x.reshape(4, 3, order="F")
    return a[::2] @ np.ravel(c)[::2] + b.sum() ** 2 + x.ravel() @ x.flatten()


@program(args=matrix)
def transposes(x):
    t = x.T @ x
    u = np.transpose(x[None], (2, 0, 1))
    v = np.swapaxes(u, 0, 2) + np.moveaxis(u, 0, -1).transpose(1, 0, 2)
    return np.sum(t**2) + np.sum(u * u) + np.sum(v**3)


@program(args=lambda rng: (rng.normal(size=3),))
def added_axes(x):
    col = x[:, np.newaxis]
    row = np.expand_dims(x, 0)
    outer = np.squeeze((col * row)[None])
    return np.sum(outer * np.atleast_2d(x)) + np.squeeze(row, axis=0) @ x


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3)), wrt=(0, 1))
def stacks(x, y):
    a = np.stack([x, y], axis=1)
    b = np.concatenate([x, y[:2], [1.0]])
    c = np.vstack((x, y)) * np.hstack((y[:, None], x[:, None])).T
    d = np.column_stack([x, y, x])
    return a.prod() + np.sum(b**2) + np.sum(np.sin(c)) + np.linalg.norm(d) + np.dstack((x, y)).max()


@program(args=lambda rng: (rng.normal(size=(4, 6)),))
def splits(x):
    left, right = np.hsplit(x, 2)
    a, b, c = np.split(x, [1, 3], axis=0)
    parts = np.array_split(x[0], 4)
    return np.sum(left * right) + a.sum() * b.sum() - c.max() + sum(p.sum() ** 2 for p in parts)


@program(args=matrix)
def padded(x):
    p = np.pad(x, 1)
    q = np.pad(x, ((0, 1), (2, 0)), mode="constant", constant_values=1.0)
    return np.sum(p[1:, 1:] * p[:-1, :-1]) + np.sum(q**2) + np.pad(x[0], 2, mode="edge").sum()


@program(args=matrix)
def repeated(x):
    a = np.tile(x[0], 3) * np.repeat(x[1], 3)
    b = np.repeat(x, 2, axis=0) + np.tile(x, (2, 1))
    return a.sum() + np.sum(b**2) + np.sum(np.broadcast_to(x[0], (5, 4)) ** 2)


@program(args=matrix)
def flipped_and_rolled(x):
    y = np.flip(x) + np.flipud(x) * np.fliplr(x) + np.roll(x, 1, axis=0)
    return np.sum(y * x) + np.roll(x, 2).ravel() @ x.ravel() + np.sum(np.rot90(x) * x.T)


@program(args=matrix)
def shape_attributes(x):
    n, d = x.shape
    scale = x.size / x.ndim + len(x)
    return scale * np.sum(x) / (n * d) + x.T.shape[0] * x.flat[3] + np.shape(x)[1]


@program(args=matrix)
def diagonals(x):
    s = x[:, :3]
    return np.trace(s @ s) + np.sum(np.diag(s) ** 2) + np.sum(np.diag(x[0]) @ x[1]) + np.trace(x)


@program(args=matrix)
def triangles(x):
    low = np.tril(x[:, :3], -1)
    up = np.triu(x)
    return np.sum(low @ up) + np.sum(up**2)


@program(args=[matrix, lambda rng: (rng.normal(size=4),)])
def views_of_views(x):
    y = x.T[::-1][1:]
    z = y.reshape(-1)[::2]
    return np.sum(z**2) + np.sum(y) + np.sum(x[..., ::-1] * x)


@program(args=lambda rng: (0.3, rng.normal(size=2)), wrt=(0, 1))
def arrays_from_parts(a, v):
    x = np.array([a, v[0], 2.0])
    y = np.array([[a, 1.0], [v[1], a * a]])
    z = np.asarray([v, v * a])
    return x @ x + np.sum(y @ z)


@program(args=lambda rng: (0.3, 1.2), wrt=(0, 1))
def grids(a, b):
    t = np.linspace(0.0, 1.0, 5) * a
    X, Y = np.meshgrid(t, np.arange(3) * b)
    return np.sum(np.sin(X) * Y) + np.linspace(a, b, 4).prod()


@program(args=matrix)
def roundtrip(x):
    """Nothing changes, many times over."""
    y = np.ascontiguousarray(x.T).T.copy()
    return np.sum(np.array(y)[...] * x) + y.item(0) + x[0].tolist()[1] * 2


@program(args=lambda rng: (rng.normal(size=(2, 2)), rng.normal(size=(2, 2))), wrt=(0, 1))
def blocks(A, B):
    M = np.block([[A, B], [B.T, np.eye(2)]])
    return np.sum(M @ M) + np.sum(np.append(A, B) ** 2) + np.sum(np.delete(A.ravel(), 1))


@program(args=[lambda rng: (rng.normal(size=(2, 3)),)])
def axes_by_name(x):
    return np.swapaxes(x, axis1=0, axis2=1) @ np.moveaxis(x, source=0, destination=1).T


@program(args=[lambda rng: (rng.normal(size=5), 2)])
def arguments_in_a_star(*args):
    first, rest = np.split(args[0], [args[1]])
    parts = np.split(*args[:1], [1, 2])
    return np.sum(first) * rest * np.sum(parts[1])
