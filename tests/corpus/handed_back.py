"""Functions that write into what they are given and hand it back: `u = step(u)`."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]


def grown(u, p):
    u *= p
    return u


def grown_or_new(u, p, k):
    u *= p
    if k % 2:
        return u
    return u * 2


def rest(u, p):
    u[1:] *= p[1:]
    return u[1:]


def both(u, v, p):
    u *= p
    v += u
    return v, u


def other(u, v, p):
    u *= p
    v += u
    return v


@program(args=V)
def in_a_loop(p):
    u = p * 2
    for _ in range(3):
        u = grown(u, p)
    return np.sum(u**2)


@program(args=V)
def in_one_branch(p):
    u = p * 2
    if p[0] > -10:
        u = grown(u, p)
    return np.sum(u**2)


@program(args=V)
def now_and_then_new(p):
    u = p * 2
    for k in range(3):
        u = grown_or_new(u, p, k)
    return np.sum(u**2)


@program(args=[lambda rng: (rng.normal(size=4),)])
def shorter_each_time(p):
    u = p * 1.0
    for _ in range(2):
        u = rest(u, p[: len(u)])
    return np.sum(u**2)


@program(args=V)
def under_two_names(p):
    u = p * 2
    v = u
    for _ in range(3):
        u = grown(u, p)
    return np.sum(u**2) + np.sum(v)


@program(args=V)
def until_it_raises(p):
    u = p * 2
    try:
        for k in range(3):
            u = grown(u, p)
            if k == 1:
                raise ValueError
    except ValueError:
        u = grown(u, p)
    return np.sum(u**2)


@program(args=V)
def a_pair_that_changes_places(p):
    u, v = p * 2, p * 3
    for _ in range(3):
        u, v = both(u, v, p)
    return np.sum(u * v)


@program(args=V)
def the_other_argument(p):
    u, v = p * 2, p * 3
    for _ in range(3):
        u = other(u, v, p)
    w = p * 2
    for _ in range(2):
        w = other(w, v.copy(), p)
    return np.sum(u * v) + np.sum(w)


@program(args=V)
def with_itself(p):
    u = p * 2
    for _ in range(2):
        u = grown(u, u)
    return np.sum(u)


@program(args=V)
def and_read_before(p):
    u = p * 2
    for _ in range(3):
        w = u
        u = grown(u, p)
        u = u + w
    return np.sum(u)


@program(args=V)
def in_places(p):
    A = np.outer(p, p)
    xs = [p * 2, p * 3]
    for i in range(2):
        A[i] = grown(A[i], p)
        xs[i] = grown(xs[i], p)
    return np.sum(A) + np.sum(xs[0] * xs[1])


def relaxed(u, f, w=2 / 3):
    u[1:-1] = (1 - w) * u[1:-1] + w * 0.5 * (u[:-2] + u[2:] + f[1:-1])
    return u


def defect(u, f):
    r = np.zeros_like(u)
    r[1:-1] = f[1:-1] + (u[:-2] - 2 * u[1:-1] + u[2:])
    return r


def v_cycle(u, f):
    relaxed(u, f)
    if len(u) > 3:
        coarse = defect(u, f)[::2].copy()
        correction = v_cycle(np.zeros_like(coarse), 4 * coarse)
        u[::2] += correction
        u[1::2] += 0.5 * (correction[:-1] + correction[1:])
    return relaxed(u, f)


@program(args=[lambda rng: (rng.normal(size=9),)])
def multigrid(f):
    u = np.zeros(9)
    for _ in range(2):
        u = v_cycle(u, f)
    return np.sum(u**2)
