"""Generated gradients against an expert's: at most 1.3 times the statements, the same values.

Programs that miss 1.3 stand in `CEILING` with the ratio they have: it may only come down.
"""

from __future__ import annotations

import numpy as np
import pytest

import srcad
from tests.experts import NAMES, load
from tests.experts.counting import count_statements
from tests.experts.side_by_side import pair, wrt_of

ALLOWED = 1.3

# Not yet within 1.3: statements of the generated gradient and of the expert's, today.
CEILING: dict[str, tuple[int, int]] = {
    "svm_naive": (28, 17),  # 1.65
    "svm_vectorised": (20, 7),  # 2.86
    "softmax_network": (21, 11),  # 1.91
    "convolution": (33, 17),  # 1.94
    "logistic_loop": (14, 10),  # 1.40
    "newton_while": (24, 11),  # 2.18
    "rosenbrock": (9, 6),  # 1.50
    "pendulum": (77, 34),  # 2.26
    "gp_likelihood": (22, 9),  # 2.44
    "digits_network": (27, 11),  # 2.45
}


@pytest.mark.parametrize("name", NAMES)
def test_as_short_as_an_expert(name: str) -> None:
    found = pair(name)
    expert, generated = found.counts
    ceiling = CEILING.get(name)
    most = ceiling[0] / ceiling[1] if ceiling else ALLOWED
    assert generated <= most * expert, f"{generated} > {most:.2f} x {expert}\n\n{found.generated}"
    assert ceiling is None or generated > ALLOWED * expert, f"{name} needs no CEILING any more"


@pytest.mark.parametrize("name", NAMES)
def test_same_values_as_the_expert(name: str) -> None:
    module = load(name)
    args = module.args(np.random.default_rng(0))
    want = module.f_grad(*args)
    got = srcad.grad(module.f, wrt=wrt_of(module))(*args)
    if len(module.wrt) == 1:
        want, got = (want,), (got,)
    for w, g in zip(want, got, strict=True):
        scale = max(1.0, float(np.max(np.abs(w))))
        np.testing.assert_allclose(g, w, rtol=1e-10, atol=1e-10 * scale)


def test_counting() -> None:
    text = '''
import numpy as np

def f(x):
    """A docstring."""
    for i in range(3):
        if i:
            x = x + 1; x = x * 2
        else:
            pass

    def inner(y):
        """Another."""
        return y
    return inner(x)
'''
    # for, if, two assignments, pass, def, return, return
    assert count_statements(text) == 8
