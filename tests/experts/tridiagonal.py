"""The Thomas algorithm: a tridiagonal system solved in the arrays that it is given copies of."""

from __future__ import annotations

import numpy as np

wrt = (0, 1, 2, 3)


def args(rng: np.random.Generator) -> tuple:
    n = 6
    return (
        rng.normal(size=n),
        rng.normal(size=n) + 4.0,
        rng.normal(size=n),
        rng.normal(size=n),
    )


def f(a, b, c, d):
    n = len(d)
    c = c.copy()
    d = d.copy()
    c[0] = c[0] / b[0]
    d[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * c[i - 1]
        c[i] = c[i] / m
        d[i] = (d[i] - a[i] * d[i - 1]) / m
    for i in range(n - 2, -1, -1):
        d[i] = d[i] - c[i] * d[i + 1]
    return np.sum(d**2)


def f_grad(a, b, c, d):
    # forward
    m_saved = []
    n = len(d)
    c = c.copy()
    d = d.copy()
    c[0] = c[0] / b[0]
    d[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * c[i - 1]
        m_saved.append(m)
        c[i] = c[i] / m
        d[i] = (d[i] - a[i] * d[i - 1]) / m
    y = d.copy()
    for i in range(n - 2, -1, -1):
        d[i] = d[i] - c[i] * d[i + 1]

    # backward
    a_bar = np.zeros_like(a)
    b_bar = np.zeros_like(b)
    c_bar = np.zeros_like(c)
    d_bar = 2.0 * d
    for i in range(n - 1):
        c_bar[i] -= d_bar[i] * d[i + 1]
        d_bar[i + 1] -= d_bar[i] * c[i]
    for i in reversed(range(1, n)):
        m = m_saved.pop()
        d_bar[i] /= m
        a_bar[i] -= d_bar[i] * y[i - 1]
        d_bar[i - 1] -= d_bar[i] * a[i]
        c_bar[i] /= m
        m_bar = -(d_bar[i] * y[i] + c_bar[i] * c[i])
        b_bar[i] += m_bar
        a_bar[i] -= m_bar * c[i - 1]
        c_bar[i - 1] -= m_bar * a[i]
    d_bar[0] /= b[0]
    c_bar[0] /= b[0]
    b_bar[0] -= d_bar[0] * y[0] + c_bar[0] * c[0]
    return a_bar, b_bar, c_bar, d_bar
