"""How fast must a pendulum be pushed so that it stands upright after one second?

The derivative runs backwards through every stage of every Runge-Kutta step; Newton's method
does the rest.
"""

from __future__ import annotations

import math

import srcad


def rates(angle: float, speed: float) -> tuple[float, float]:
    return speed, -9.81 * math.sin(angle)


@srcad.value_and_grad
def final_angle(push: float, steps: int, seconds: float) -> float:
    """The angle after `seconds`, when the pendulum hangs still and is pushed."""
    angle, speed, dt = 0.0, push, seconds / steps
    for _ in range(steps):
        a1, s1 = rates(angle, speed)
        a2, s2 = rates(angle + dt / 2 * a1, speed + dt / 2 * s1)
        a3, s3 = rates(angle + dt / 2 * a2, speed + dt / 2 * s2)
        a4, s4 = rates(angle + dt * a3, speed + dt * s3)
        angle = angle + dt / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        speed = speed + dt / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
    return angle


def main() -> None:
    push = 7.0
    for trial in range(20):
        angle, slope = final_angle(push, 200, 1.0)
        print(f"trial {trial:2d}  push {push:.9f}  angle {angle:.9f}  d angle / d push {slope:.3f}")
        if abs(angle - math.pi) < 1e-9:
            break
        push -= (angle - math.pi) / slope
    assert abs(angle - math.pi) < 1e-9, "did not find the push"


if __name__ == "__main__":
    main()
