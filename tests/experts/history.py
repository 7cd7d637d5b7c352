"""Populations of hunters and prey, every step kept in the rows of a history array."""

from __future__ import annotations

import numpy as np

wrt = (0, 1)


def args(rng: np.random.Generator) -> tuple:
    return np.array([1.0, 0.5]), np.array([0.9, 0.7, 0.6, 0.8]), 0.1, 12


def f(start, rates, dt, steps):
    history = np.zeros((steps + 1, 2))
    history[0] = start
    for t in range(steps):
        prey, hunters = history[t, 0], history[t, 1]
        history[t + 1, 0] = prey + dt * (rates[0] * prey - rates[1] * prey * hunters)
        history[t + 1, 1] = hunters + dt * (rates[2] * prey * hunters - rates[3] * hunters)
    return np.sum(history**2) / steps


def f_grad(start, rates, dt, steps):
    # forward
    history = np.zeros((steps + 1, 2))
    history[0] = start
    for t in range(steps):
        prey, hunters = history[t, 0], history[t, 1]
        history[t + 1, 0] = prey + dt * (rates[0] * prey - rates[1] * prey * hunters)
        history[t + 1, 1] = hunters + dt * (rates[2] * prey * hunters - rates[3] * hunters)

    # backward
    history_bar = 2.0 * history / steps
    rates_bar = np.zeros_like(rates)
    for t in reversed(range(steps)):
        prey, hunters = history[t, 0], history[t, 1]
        prey_bar = history_bar[t + 1, 0]
        hunters_bar = history_bar[t + 1, 1]
        both_bar = dt * (hunters_bar * rates[2] - prey_bar * rates[1])
        rates_bar[0] += dt * prey_bar * prey
        rates_bar[1] -= dt * prey_bar * prey * hunters
        rates_bar[2] += dt * hunters_bar * prey * hunters
        rates_bar[3] -= dt * hunters_bar * hunters
        history_bar[t, 0] += prey_bar * (1.0 + dt * rates[0]) + both_bar * hunters
        history_bar[t, 1] += hunters_bar * (1.0 - dt * rates[3]) + both_bar * prey
    start_bar = history_bar[0]
    return start_bar, rates_bar
