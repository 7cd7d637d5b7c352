"""Check that methods stand for what arrays do, and the rules of srcad.rules.methods."""

from __future__ import annotations

import numpy as np
import pytest

import srcad.rules.creation
import srcad.rules.methods
import srcad.rules.shapes  # noqa: F401
from srcad.rules.table import TABLE, NoDerivative
from srcad.runtime import methods
from srcad.runtime.methods import ATTRIBUTES, METHODS
from tests.rules.harness import check, check_signature, cotangent, rules_of, sample

R = np.random.default_rng(4)
V, M, T = R.normal(size=5), R.normal(size=(3, 4)), R.normal(size=(2, 3, 4))
Z = M + 1j * R.normal(size=(3, 4))
P = np.array(1.5)

CALLS = [
    (M, "reshape", (2, 6)),
    (M, "reshape", ((2, 6),)),
    (M, "reshape", (-1,)),
    (M, "ravel", ()),
    (M, "ravel", ("F",)),
    (M, "flatten", ()),
    (M.T, "flatten", ("A",)),
    (M, "transpose", ()),
    (T, "transpose", (1, 2, 0)),
    (T, "transpose", ((1, -1, 0),)),
    (T, "transpose", (None,)),
    (T, "swapaxes", (0, 2)),
    (M[None], "squeeze", (0,)),
    (M, "repeat", (2, 1)),
    (M, "take", ([0, 1, 1], 0)),
    (M, "compress", ([True, False, True], 0)),
    (np.array([0, 1]), "choose", ([M[0, :2], M[1, :2]],)),
    (T, "diagonal", (1, 0, 2)),
    (M, "trace", (1,)),
    (M, "item", (7,)),
    (M, "item", (1, 2)),
    (M, "item", ((1, 2),)),
    (P, "item", ()),
    (M, "tolist", ()),
    (P, "tolist", ()),
    (M, "copy", ()),
    (M.T, "copy", ("K",)),
    (M, "astype", (np.float32,)),
    (M, "astype", (int,)),
    (M, "view", ()),
    (M, "to_device", ("cpu",)),
    (M, "dot", (M.T,)),
    (M, "clip", (-0.5, 0.5)),
    (Z, "conj", ()),
    (Z, "conjugate", ()),
    (M, "round", (1,)),
    *((M, name, ()) for name in ("sum", "prod", "mean", "std", "var", "max", "min")),
    *((M, name, (1,)) for name in ("sum", "prod", "mean", "std", "var", "max", "min")),
    (M, "std", (0, None, None, 1)),
    *((M, name, (0,)) for name in ("cumsum", "cumprod", "argmax", "argmin", "argsort")),
    *((M > 0, name, (0,)) for name in ("all", "any")),
    (M, "argpartition", (1,)),
    (M, "nonzero", ()),
    (np.sort(V), "searchsorted", (0.5, "right")),
    (M, "tobytes", ("F",)),
    (M, "dumps", ()),
]


@pytest.mark.parametrize(("x", "name", "args"), CALLS, ids=str)
def test_the_function_does_what_the_method_does(x, name, args):
    found, wanted = METHODS[name](x, *args), getattr(x, name)(*args)
    assert type(found) is type(wanted)
    if isinstance(wanted, np.ndarray):
        assert found.dtype == wanted.dtype
        assert found.strides == wanted.strides
        assert np.shares_memory(found, x) == np.shares_memory(wanted, x)
    if isinstance(wanted, tuple):
        assert all(np.array_equal(p, q) for p, q in zip(found, wanted, strict=True))
    else:
        assert np.array_equal(found, wanted)


def test_keywords_of_methods():
    np.testing.assert_array_equal(METHODS["clip"](M, max=0.5, min=-0.5), M.clip(max=0.5, min=-0.5))
    np.testing.assert_array_equal(
        METHODS["reshape"](M, 2, 6, order="F"), M.reshape(2, 6, order="F")
    )
    np.testing.assert_array_equal(METHODS["sum"](M, axis=0, keepdims=True), M.sum(0, keepdims=True))
    np.testing.assert_array_equal(METHODS["round"](M, decimals=2), M.round(decimals=2))


@pytest.mark.parametrize("name", [name for name in ATTRIBUTES if ATTRIBUTES[name]])
@pytest.mark.parametrize("x", [M, T, Z, T.T], ids=lambda x: str(x.shape))
def test_the_function_reads_the_attribute(x, name):
    found, wanted = ATTRIBUTES[name](x), getattr(x, name)
    if name == "flags":
        assert str(found) == str(wanted)
    elif name == "flat":  # an iterator: the same elements
        np.testing.assert_array_equal(found, np.array(wanted))
    elif isinstance(wanted, np.ndarray):
        np.testing.assert_array_equal(found, wanted)
        assert np.shares_memory(found, x) == np.shares_memory(wanted, x)
    else:
        assert found == wanted


def test_every_method_and_attribute_is_decided():
    names = {name for name in dir(np.ndarray) if not name.startswith("__")}
    assert names == {*METHODS, *ATTRIBUTES}


def test_every_method_called_before_has_a_sample():
    called = {name for _, name, _ in CALLS}
    assert called == {name for name, function in METHODS.items() if function is not None}


@pytest.mark.parametrize(
    "name", ["dtype", "strides", "flags", "nbytes", "itemsize", "shape", "ndim"]
)
def test_metadata_carries_no_derivative(name):
    assert isinstance(TABLE.rules[ATTRIBUTES[name]], NoDerivative)


SAMPLES = [
    *(sample(METHODS[name], x, *args) for x, name, args in CALLS
      if METHODS[name].__module__ == methods.__name__ and name not in ("tobytes", "dumps")
      and args not in [(int,), (np.float32,), ("A",)]),
    sample(methods.reshape, T, 4, -1, order="F"),
    sample(methods.reshape, M, 2, 6, order="A"),
    sample(methods.flatten, T, order="F"),
    sample(methods.flatten, T, order="K"),
    sample(methods.astype, M, np.float64),
    sample(methods.astype, M, complex),
    sample(methods.transpose, P),
    sample(methods.flat, T),
    sample(methods.flat, M.T),
    sample(methods.item, Z, 3),
    sample(methods.tolist, Z),
    sample(methods.tolist, np.zeros((2, 0))),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_a_sample():
    assert {*rules_of("srcad.rules.methods")} <= {case.function for case in SAMPLES}


@pytest.mark.parametrize("function", rules_of("srcad.rules.methods"), ids=lambda f: f.__name__)
def test_signatures(function):
    check_signature(function)


def test_a_cast_to_integers_carries_no_derivative():
    case = sample(methods.astype, M, int)
    np.testing.assert_array_equal(cotangent(case, 0, case.call(), np.ones(M.shape)), 0 * M)


def test_a_cast_to_single_precision_casts_back():
    case = sample(methods.astype, M, np.float32)
    assert cotangent(case, 0, case.call(), np.ones(M.shape, np.float32)).dtype == np.float64
