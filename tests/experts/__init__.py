"""Eighteen programs, each with the gradient that an expert writes by hand.

Every module holds

    f            the plain program, as a user writes it
    f_grad       its gradient by hand: gradients only, in the style of the generated code: a
                 forward part, a backward part, `x_bar` for the cotangent of `x`, `x_saved` for
                 what the backward part needs, and a name for each gradient that is returned
    wrt          the positions of the arguments that are differentiated
    args(rng)    arguments to call it with

The expert knows the mathematics and uses it, but writes the gradient of the program as it is,
not of another program with the same value.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

NAMES = (
    "circuit",
    "neuron",
    "svm_naive",
    "svm_vectorised",
    "softmax_network",
    "convolution",
    "logistic_loop",
    "newton_while",
    "rosenbrock",
    "pendulum",
    "gp_likelihood",
    "digits_network",
    "stencil",
    "lu",
    "tridiagonal",
    "history",
    "states",
    "momentum",
)
IN_PLACE = NAMES[12:]  # those that write arrays, lists or objects


def load(name: str) -> ModuleType:
    """The module of one program."""
    return import_module(f"{__name__}.{name}")
