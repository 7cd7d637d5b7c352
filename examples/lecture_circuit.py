"""The lecture's first circuit: f(x, y, z) = (x + y) * z at (-2, 5, -4)."""

from __future__ import annotations

import srcad


@srcad.value_and_grad(wrt=("x", "y", "z"))
def circuit(x: float, y: float, z: float) -> float:
    q = x + y
    return q * z


def main() -> None:
    value, gradient = circuit(-2.0, 5.0, -4.0)
    print(f"value     {value}")
    print(f"gradient  {gradient}\n")
    print(srcad.source(circuit))
    assert value == -12.0
    assert gradient == (-4.0, -4.0, 3.0)


if __name__ == "__main__":
    main()
