"""A convolution written as loops over the positions of the output."""

from __future__ import annotations

import numpy as np

wrt = (0, 1, 2)


def args(rng: np.random.Generator) -> tuple:
    return rng.normal(size=(6, 5)), rng.normal(size=(3, 2)), 0.3, rng.normal(size=16)


def f(image, kernel, bias, target):
    height, width = kernel.shape
    out = []
    for i in range(image.shape[0] - height + 1):
        for j in range(image.shape[1] - width + 1):
            patch = image[i : i + height, j : j + width]
            out.append(np.sum(patch * kernel) + bias)
    return np.sum((np.array(out) - target) ** 2)


def f_grad(image, kernel, bias, target):
    # forward
    height, width = kernel.shape
    out = []
    for i in range(image.shape[0] - height + 1):
        for j in range(image.shape[1] - width + 1):
            patch = image[i : i + height, j : j + width]
            out.append(np.sum(patch * kernel) + bias)

    # backward
    out_bar = list(2.0 * (np.array(out) - target))
    image_bar = np.zeros_like(image)
    kernel_bar = np.zeros_like(kernel)
    bias_bar = 0.0
    for i in reversed(range(image.shape[0] - height + 1)):
        for j in reversed(range(image.shape[1] - width + 1)):
            pixel_bar = out_bar.pop()
            bias_bar += pixel_bar
            kernel_bar += pixel_bar * image[i : i + height, j : j + width]
            image_bar[i : i + height, j : j + width] += pixel_bar * kernel
    return image_bar, kernel_bar, bias_bar
