"""Fourier transforms: spectra, filters, derivatives of periodic functions, convolutions."""

import numpy as np

from tests.corpus.registry import program


@program(args=[lambda rng: (rng.normal(size=8),), lambda rng: (rng.normal(size=7),)])
def power_spectrum(x):
    spectrum = np.fft.rfft(x)
    return np.sum(np.abs(spectrum[1:]) ** 2 / np.arange(1, len(spectrum)))


@program(args=lambda rng: (rng.normal(size=16), 0.7), wrt=(0, 1))
def spectral_derivative(u, length):
    k = 2 * np.pi * np.fft.fftfreq(len(u), d=length / len(u))
    du = np.real(np.fft.ifft(1j * k * np.fft.fft(u)))
    return np.sum(du**2 * np.cos(u))


@program(args=lambda rng: (rng.normal(size=9), rng.normal(size=4)), wrt=(0, 1))
def convolution_by_transforms(x, kernel):
    n = len(x) + len(kernel) - 1
    product = np.fft.rfft(x, n) * np.fft.rfft(kernel, n)
    return np.sum(np.sin(np.fft.irfft(product, n)))


@program(args=lambda rng: (rng.normal(size=(6, 5)), 0.3), wrt=(0, 1))
def low_pass_of_an_image(image, width):
    ky = np.fft.fftfreq(image.shape[0])[:, None]
    kx = np.fft.rfftfreq(image.shape[1])[None, :]
    mask = np.exp(-(kx**2 + ky**2) / width**2)
    smooth = np.fft.irfft2(mask * np.fft.rfft2(image), s=image.shape)
    return np.sum((image - smooth) ** 2)


@program(args=lambda rng: (rng.normal(size=8),))
def periodic_heat_in_steps(u):
    k = np.fft.rfftfreq(u.size, 1 / u.size)
    decay = np.exp(-0.01 * k**2)
    for _ in range(3):
        u = np.fft.irfft(decay * np.fft.rfft(u), u.size)
        u = u - 0.1 * u**2
    return np.sum(np.fft.fftshift(u) * np.arange(8.0))


@program(args=lambda rng: (rng.normal(size=(3, 4)),))
def transform_into_a_buffer(x):
    spectrum = np.zeros((3, 4), complex)
    np.fft.fft(x, axis=0, norm="ortho", out=spectrum)
    return np.sum(np.abs(spectrum) ** 4) + np.real(np.fft.ihfft(x)[1, 1])


@program(args=lambda rng: (rng.normal(size=(2, 7)), rng.normal(size=(2, 7))), wrt=(0, 1))
def coherence(x, y):
    a, b = np.fft.rfft(x, axis=-1), np.fft.rfft(y, axis=-1)
    cross = np.mean(a * np.conj(b), axis=0)
    return np.sum(np.abs(cross) ** 2 / (1.0 + np.mean(np.abs(a) ** 2, 0) * np.abs(b[0]) ** 2))


@program(args=lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=(3, 4))), wrt=(0, 1))
def transform_of_complex_numbers(re, im):
    z = np.fft.fftn(re + 1j * im, s=(4, 3), axes=(0, 1), norm="forward")
    return np.sum(np.angle(z[1:] + 5.0)) + np.real(np.fft.ifftn(z, axes=(0,))[1, 2])


@program(args=lambda rng: (rng.normal(size=5),))
def windowed_spectrum(x):
    frames = np.stack([x[k : k + 3] * np.hanning(3) for k in range(3)])
    return np.sum(np.abs(np.fft.fft(frames, 8)) ** 2) + np.fft.hfft(x, 4)[1]
