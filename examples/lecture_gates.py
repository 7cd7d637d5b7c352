"""Gates as in the lecture: a class with forward and backward, and the sigmoid as one gate."""

from __future__ import annotations

import numpy as np

import srcad


@srcad.custom_vjp
class Multiply:
    """The multiply gate: backward switches the inputs."""

    def forward(self, x: float, y: float) -> float:
        self.x, self.y = x, y
        return x * y

    def backward(self, dz: float) -> list[float]:
        return [self.y * dz, self.x * dz]


@srcad.custom_vjp
class Add:
    """The add gate: backward distributes."""

    def forward(self, x: float, y: float) -> float:
        return x + y

    def backward(self, dz: float) -> list[float]:
        return [dz, dz]


@srcad.custom_vjp(lambda y_bar, y, x: y_bar * (1 - y) * y)
def sigmoid(x: float) -> float:
    """The sigmoid gate: one step instead of four."""
    return 1.0 / (1.0 + np.exp(-x))


@srcad.value_and_grad(wrt=("w0", "x0", "w1", "x1", "w2"))
def neuron(w0: float, x0: float, w1: float, x1: float, w2: float) -> float:
    score = Add(Add(Multiply(w0, x0), Multiply(w1, x1)), w2)
    return sigmoid(score)


def main() -> None:
    for gate, args in ((Multiply, (2.0, -1.0)), (Add, (2.0, -1.0)), (sigmoid, (1.0,))):
        print(gate.__name__, srcad.check_rule(gate, *args), sep="\n", end="\n\n")
    value, bars = neuron(2.0, -1.0, -3.0, -2.0, -3.0)
    print(f"value     {value:.2f}")
    print(f"gradient  {', '.join(f'{bar:.2f}' for bar in bars)}\n")
    print(srcad.source(neuron))
    assert round(float(value), 2) == 0.73
    np.testing.assert_allclose(bars, (-0.20, 0.39, -0.39, -0.59, 0.20), rtol=0, atol=0.005)


if __name__ == "__main__":
    main()
