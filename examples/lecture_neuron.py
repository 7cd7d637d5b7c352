"""The lecture's sigmoid neuron at w = (2, -3, -3), x = (-1, -2)."""

from __future__ import annotations

import numpy as np

import srcad


@srcad.value_and_grad(wrt=("w", "x"))
def neuron(w: np.ndarray, x: np.ndarray) -> float:
    score = w[0] * x[0] + w[1] * x[1] + w[2]
    return 1.0 / (1.0 + np.exp(-score))


def main() -> None:
    value, (w_bar, x_bar) = neuron(np.array([2.0, -3.0, -3.0]), np.array([-1.0, -2.0]))
    print(f"value          {value:.2f}")
    print(f"gradient in w  {np.round(w_bar, 2)}")
    print(f"gradient in x  {np.round(x_bar, 2)}\n")
    print(srcad.source(neuron))
    assert round(float(value), 2) == 0.73
    np.testing.assert_allclose(w_bar, (-0.20, -0.39, 0.20), rtol=0, atol=0.005)
    np.testing.assert_allclose(x_bar, (0.39, -0.59), rtol=0, atol=0.005)


if __name__ == "__main__":
    main()
