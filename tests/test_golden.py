"""Golden files hold what srcad writes today, and it is right: run as it stands in the file."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from tests import golden, protocol
from tests.corpus.registry import Program


@pytest.mark.parametrize("name", golden.NAMES)
def test_text(name: str) -> None:
    """To the letter; `make docs` (or `python -m tests.golden`) writes it anew."""
    assert golden.generated(golden.load(name)) == golden.halves(name)[1]


@pytest.mark.parametrize("name", golden.NAMES)
def test_value_and_gradient(name: str) -> None:
    """The code in the file gives the plain value, and a gradient that differences confirm."""
    module = golden.load(name)
    wrt = golden.wrt_of(module)
    program = Program(name, module.f, (lambda rng: golden.args_of(module),), wrt)
    case = protocol.Case(program, 0)
    args = golden.args_of(module)
    if getattr(module, "FORM", "grad") == "vjp":
        value, saved = module.f_fwd(*args)
        cotangent = protocol.random_like(value, np.random.default_rng(5))
        gradients = list(module.f_bwd(saved, copy.deepcopy(cotangent)))
        again = list(module.f_bwd(saved, copy.deepcopy(cotangent)))
        assert protocol.difference(again, gradients) is None  # a pullback is reusable
    else:
        value, found = module.f_value_and_grad(*args)
        gradients = list(found) if len(wrt) > 1 else [found]
        cotangent = protocol.map_leaves(lambda leaf: leaf * 0 + 1, value)
    assert protocol.difference(value, module.f(*golden.args_of(module))) is None
    case.compare(gradients, cotangent, "golden")


def test_every_file_says_what_it_shows() -> None:
    for name in golden.NAMES:
        assert golden.load(name).__doc__, name
        assert golden.MARK in golden.path_of(name).read_text(encoding="utf-8"), name
