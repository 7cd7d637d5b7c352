"""Writes into complex arrays, whole, in part, and through views of their parts."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]


@program(args=V)
def real_values_into_complex_places(x):
    z = np.zeros(3, complex)
    z[:] = x
    z[1] = x[2] ** 2
    z[::2] += x[:2]
    z[0] -= x[1]
    return np.sum(np.abs(z + 1j) ** 2)


@program(args=V)
def real_values_spread_over_complex_places(x):
    z = np.zeros((2, 3), complex)
    z[:] = x
    z *= 1 + 2j
    z[1] /= 1j
    z[0] *= x
    z[[0, 1], [1, 2]] = x[:2]
    z[[0, 0], [1, 1]] += x[1:]
    np.add.at(z, (0, [1, 1]), x[:2])
    return np.sum(np.abs(z) ** 2 * np.arange(6).reshape(2, 3)) + np.sum(z.imag**3)


@program(args=V)
def parts_set_and_scaled(x):
    z = np.zeros(3, complex)
    z.real = x
    z.imag = x[::-1] ** 2
    w = z[1:]
    w *= 1j * x[0]
    z.imag *= x
    w.real += 2.0
    return np.sum(np.abs(z) ** 3)


@program(args=V)
def split_step_of_a_wave(x):
    n = 8
    psi = np.zeros(n, dtype=complex)
    psi[:] = np.exp(-((np.arange(n) - x[0] * 4) ** 2) / 4)
    psi *= np.exp(1j * x[1] * np.arange(n))
    k = np.fft.fftfreq(n)
    for _ in range(3):
        psi *= np.exp(-0.1j * x[2] * np.arange(n) ** 2)
        hat = np.fft.fft(psi)
        hat *= np.exp(-0.5j * k**2)
        psi[...] = np.fft.ifft(hat)
        psi[0] = 0.0
    return float(np.sum(np.abs(psi) ** 2 * np.arange(n)))


@program(args=V)
def parts_and_whole_by_turns(x):
    z = x + 0j
    v = z.view()
    v[0] = x[1] * 1j
    re, im = z.real, z.imag
    re[1] = im[0] * x[2]
    z[2] *= v[1] + 1j
    im += re
    return np.sum(np.abs(v) ** 2) + np.sum(z).imag


@program(args=V)
def rows_of_a_complex_buffer(x):
    buf = np.zeros((2, 3), complex)
    rows = [r for r in buf]  # noqa: C416
    for i, r in enumerate(rows):
        r[:] = x * (i + 1j)
        r.imag[1:] = x[:2]
    buf[0], buf[1] = buf[1].copy(), buf[0] * 1j
    rows[0].real[...] *= x
    return np.sum(np.abs(buf) ** 2) + np.sum((buf[0] * rows[1]).real)


class Field:
    def __init__(self, n):
        self.a = np.zeros(n, complex)
        self.re = self.a.real


@program(args=V)
def object_with_a_part_of_its_array(x):
    f = Field(3)
    f.re[:] = x
    f.a.imag = x**2
    f.a *= np.exp(1j * x)
    f.re += 1.0
    f.a.real *= x
    return np.sum(np.abs(f.a) ** 2) * f.re[0]


@program(args=V)
def complex_number_that_grows(x):
    s = 0j
    for v in x:
        s += v
        s *= 1 + v * 1j
        s -= v
        s /= 2 + v
    t = 0.0
    t += s.real
    return abs(s) + t * s.imag


@program(args=V)
def containers_of_complex_views(x):
    z = x * (1 + 1j)
    p = z.reshape(1, 3)
    p[0, 1] = x[2]
    q = p.T
    q[2, 0] *= x[0] * 1j
    z.imag[0] = x[1]
    d = {"z": z, "l": [z[1:]]}
    d["l"][0][0] += x[0] * 1j
    d["z"].real[2] = x[0] ** 2
    return np.sum(np.abs(z) ** 2 + np.angle(p[0]))


def turned(z, x):
    z.imag = z.real * x
    z += x
    return z


@program(args=V)
def function_that_sets_a_part(x):
    z = x + 1j
    w = turned(z, x * 2)
    w *= 1j
    u = turned(w[1:], x[1:])
    return np.sum(np.abs(z) ** 2) + np.sum(u.real)


def one_of(value, k):
    return {0: value, 1: "none"}[k]


@program(args=V)
def parts_of_what_is_known_only_when_it_runs(x):
    u = one_of(x, 0)
    z = np.zeros(3, complex)
    z[:] = u
    z[1] += 1j * u[2]
    z *= np.exp(1j * u)
    w = u.astype(complex)
    w.imag = u**2
    w.real *= u
    return np.sum(np.abs(z) ** 2) + np.sum(z.real * u) + np.sum(np.abs(w) ** 3)


def total(y):
    if isinstance(y, list | tuple):
        t = 0.0
        for v in y:
            t = t + total(v)
        return t
    if isinstance(y, complex):
        return y.real**2 + 0.3 * y.imag
    return np.sum(y.imag * y.real) + np.sum(y.real)


@program(args=V)
def parts_of_complex_numbers_met_at_run_time(x):
    z = complex(x[0], x[1])
    xs = [z, [x[2] * z, x[2]], np.array([z, x[0]])]
    xs[0] = xs[1][0] * xs[0].conjugate()
    return total(xs) + total((z * z, [z.conjugate()]))
