"""A pendulum by the classical Runge-Kutta method: how far from straight up it ends."""

from __future__ import annotations

import math

import numpy as np

wrt = (0, 1, 2)


def args(rng: np.random.Generator) -> tuple:
    return 0.4, 1.1, 2.5, 0.05, 40


def f(angle, speed, stiffness, dt, steps):
    for _ in range(steps):
        force1 = -stiffness * math.sin(angle)
        angle2 = angle + dt / 2 * speed
        speed2 = speed + dt / 2 * force1
        force2 = -stiffness * math.sin(angle2)
        angle3 = angle + dt / 2 * speed2
        speed3 = speed + dt / 2 * force2
        force3 = -stiffness * math.sin(angle3)
        angle4 = angle + dt * speed3
        speed4 = speed + dt * force3
        force4 = -stiffness * math.sin(angle4)
        angle = angle + dt / 6 * (speed + 2 * speed2 + 2 * speed3 + speed4)
        speed = speed + dt / 6 * (force1 + 2 * force2 + 2 * force3 + force4)
    return (angle - math.pi) ** 2


def f_grad(angle, speed, stiffness, dt, steps):
    # forward
    angles_saved = []
    for _ in range(steps):
        force1 = -stiffness * math.sin(angle)
        angle2 = angle + dt / 2 * speed
        speed2 = speed + dt / 2 * force1
        force2 = -stiffness * math.sin(angle2)
        angle3 = angle + dt / 2 * speed2
        speed3 = speed + dt / 2 * force2
        force3 = -stiffness * math.sin(angle3)
        angle4 = angle + dt * speed3
        speed4 = speed + dt * force3
        force4 = -stiffness * math.sin(angle4)
        angles_saved.append((angle, angle2, angle3, angle4))
        angle = angle + dt / 6 * (speed + 2 * speed2 + 2 * speed3 + speed4)
        speed = speed + dt / 6 * (force1 + 2 * force2 + 2 * force3 + force4)

    # backward
    angle_bar = 2 * (angle - math.pi)
    speed_bar = 0.0
    stiffness_bar = 0.0
    for angle, angle2, angle3, angle4 in reversed(angles_saved):
        force4_bar = dt / 6 * speed_bar
        speed4_bar = dt / 6 * angle_bar
        angle4_bar = -stiffness * math.cos(angle4) * force4_bar
        force3_bar = dt / 3 * speed_bar + dt * speed4_bar
        speed3_bar = dt / 3 * angle_bar + dt * angle4_bar
        angle3_bar = -stiffness * math.cos(angle3) * force3_bar
        force2_bar = dt / 3 * speed_bar + dt / 2 * speed3_bar
        speed2_bar = dt / 3 * angle_bar + dt / 2 * angle3_bar
        angle2_bar = -stiffness * math.cos(angle2) * force2_bar
        force1_bar = dt / 6 * speed_bar + dt / 2 * speed2_bar
        stiffness_bar -= force1_bar * math.sin(angle) + force2_bar * math.sin(angle2)
        stiffness_bar -= force3_bar * math.sin(angle3) + force4_bar * math.sin(angle4)
        speed_bar += dt / 6 * angle_bar + dt / 2 * angle2_bar + speed2_bar + speed3_bar + speed4_bar
        angle_bar += angle2_bar + angle3_bar + angle4_bar - stiffness * math.cos(angle) * force1_bar
    return angle_bar, speed_bar, stiffness_bar
