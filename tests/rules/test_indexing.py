"""Check the rules of srcad.rules.indexing and the scattering helpers against numbers."""

from __future__ import annotations

import collections
import dataclasses
import operator
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import srcad.rules.indexing  # noqa: F401
from srcad.errors import NotDifferentiable
from srcad.rules.table import TABLE, NoDerivative
from srcad.runtime.indexing import add, add_at, scatter, zeros_like
from tests.rules.harness import check, check_signature, rules_of, sample

R = np.random.default_rng(2)
V, M, T = R.normal(size=5), R.normal(size=(3, 4)), R.normal(size=(2, 3, 4))
S, Z = R.normal(size=(4, 4)), M + 1j * R.normal(size=(3, 4))
P = np.array(1.5)
E = np.zeros((0, 3))
INDICES = [
    (V, 1),
    (V, -1),
    (V, np.int64(2)),
    (V, slice(1, None, 2)),
    (V, slice(None, None, -1)),
    (V, ...),
    (V, None),
    (V, [0, 0, 2, -1]),
    (V, np.array([[1, 1], [0, -5]])),
    (V, np.array(3)),
    (V, V > 0),
    (V, []),
    (M, (1, 2)),
    (M, (slice(None), 1)),
    (M, ([0, 2, 0], slice(None))),
    (M, np.array([2, 0, 2, -1])),
    (M, np.array([], int)),
    (M, [1, 1]),
    (M, ([0, 0, 1], [1, 1, 2])),
    (M, M > 0),
    (M, (np.array([True, False, True]), 1)),
    (M, (slice(None), np.array([3, 3, 0]))),
    (M, np.ix_([0, 2], [1, 1, 3])),
    (T, (..., 0)),
    (T, (0, None, ..., slice(1, 3))),
    (T, ([0, 1, 1], slice(None), [0, 2, 2])),
    (T, np.array([1, 1])),
    (T, (np.array([[0, 1], [1, 1]]),)),
    (P, ()),
    (P, ...),
    (Z, [0, 0]),
    (E, [[]]),
    (E, slice(None)),
]

SAMPLES = [
    *(sample(operator.getitem, x, index).but(wrt=(0,)) for x, index in INDICES if x is not E),
    sample(operator.getitem, [1.5, V, 2.5], 1).but(single=False),
    sample(operator.getitem, [1.5, V, 2.5], slice(0, 2)).but(single=False),
    sample(operator.getitem, (1.5, V, 2.5), -1).but(single=False),
    sample(operator.getitem, (1.5, V, 2.5), slice(1, None)).but(single=False),
    sample(np.take, V, [0, 0, 2]),
    sample(np.take, V, 3),
    sample(np.take, M, 7),
    sample(np.take, M, [[0, 1], [1, 0]]),
    sample(np.take, M, [2, 2, 0], axis=0),
    sample(np.take, M, [[1, 1], [0, 3]], axis=1),
    sample(np.take, T, [[1, 1], [0, 2]], axis=-2),
    sample(np.take, T, 1, axis=1),
    sample(np.take, V, [-1, 7, 12], mode="wrap"),
    sample(np.take, V, [-1, 7, 2], mode="clip"),
    sample(np.take, M, [], axis=0).but(wrt=()),
    sample(np.take_along_axis, M, np.argsort(M, 1), 1),
    sample(np.take_along_axis, M, np.argmax(M, 0, keepdims=True), axis=0),
    sample(np.take_along_axis, M, np.array([3, 3, 0]), axis=None),
    sample(np.take_along_axis, M, np.array([[0, 0, 1, -1]])),
    sample(np.take_along_axis, T[:, :1], np.zeros((2, 3, 2), int), axis=-1),
    sample(np.take_along_axis, T, np.array([[[2]], [[1]]]), axis=1),
    sample(np.compress, [True, False, True], M, axis=0),
    sample(np.compress, [True, False], M, axis=-1),
    sample(np.compress, [0, 1, 1, 0, 1], M),
    sample(np.extract, M > 0, M),
    sample(np.choose, np.array([0, 1, 1, 0]), [V[:4], S[0]]),
    sample(np.choose, np.array([0, 1, 1, 0]), (1.5, S)),
    sample(np.choose, np.array([-1, 4, 1, 0]), [V[:4], S[0]], mode="wrap"),
    sample(np.choose, np.array([-1, 4, 1, 0]), [V[:4], S[0]], mode="clip"),
    sample(np.choose, np.array([1, 0]), S[:2, :2]),
    sample(np.select, [M > 0, M > -1], [M, 2.5]),
    sample(np.select, [M > 0, M > 0.5], [M, M * M], default=1.5).but(wrt=(1, "default")),
    sample(np.select, [M > 0], [M[0]], P),
    sample(np.diag, V),
    sample(np.diag, V, 2),
    sample(np.diag, V, k=-1),
    sample(np.diag, M),
    sample(np.diag, M, 1),
    sample(np.diag, M, -1),
    sample(np.diagflat, V, 1),
    sample(np.diagflat, M),
    sample(np.diagonal, M),
    sample(np.diagonal, T, 1, 2, 1),
    sample(np.diagonal, T, offset=-1, axis1=-2, axis2=-1),
    sample(np.diagonal, T, -5),
    sample(np.linalg.diagonal, T, offset=1),
    sample(np.trace, S),
    sample(np.trace, T, 1),
    sample(np.trace, T, offset=-1, axis1=2, axis2=1),
    sample(np.trace, M, 9),
    sample(np.linalg.trace, T, offset=-1),
    sample(np.tril, M),
    sample(np.tril, T, -1),
    sample(np.tril, V),
    sample(np.triu, M, k=1),
    sample(np.triu, Z),
    sample(np.triu, V, 1),
]


@pytest.mark.parametrize("case", [c for c in SAMPLES if c.wrt != ()], ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_a_sample():
    assert {*rules_of("srcad.rules.indexing")} <= {case.function for case in SAMPLES}


@pytest.mark.parametrize("function", rules_of("srcad.rules.indexing"), ids=lambda f: f.__name__)
def test_signatures(function):
    check_signature(function)


@pytest.mark.parametrize("function", [np.nonzero, np.argwhere, np.flatnonzero])
def test_places_carry_no_derivative(function):
    assert isinstance(TABLE.rules[function], NoDerivative)


# --- add_at ---


@pytest.mark.parametrize(("x", "index"), INDICES, ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
def test_add_at_counts_repeats_in_place(x, index, dtype):
    x_bar = R.normal(size=x.shape).astype(dtype)
    g = np.asarray(R.normal(size=np.shape(x[index])).astype(dtype))
    wanted = x_bar.copy()
    np.add.at(wanted, index, g)
    assert add_at(x_bar, index, g) is x_bar
    assert x_bar.dtype == dtype
    np.testing.assert_allclose(x_bar, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("index", [0, slice(1, 3), [0, 0, 1], np.array([1, 1]), (0, 1), M > 0])
def test_add_at_sums_a_broadcast_cotangent(index):
    selected = np.shape(M[index])
    g = R.normal(size=(5,) + selected)
    np.testing.assert_allclose(
        add_at(np.zeros_like(M), index, g), add_at(np.zeros_like(M), index, g.sum(0))
    )
    np.testing.assert_allclose(
        add_at(np.zeros_like(M), index, 2.0),
        add_at(np.zeros_like(M), index, np.full(selected, 2.0)),
    )


def test_add_at_takes_the_real_part_for_real_arrays():
    np.testing.assert_array_equal(add_at(np.zeros(2), 0, 1 + 2j), [1, 0])


def test_add_at_writes_into_views():
    x_bar = np.zeros((3, 4))
    add_at(x_bar[1:, ::2], (0, slice(None)), np.array([1.0, 2.0]))
    np.testing.assert_array_equal(x_bar[1], [1, 0, 2, 0])


def test_add_at_in_containers():
    assert add_at([1.0, None, [2.0]], 0, 3.0) == [4.0, None, [2.0]]
    assert add_at([1.0, None], 1, 3.0) == [1.0, 3.0]
    assert add_at({"a": [1.0, 2.0]}, "a", [3.0, 4.0]) == {"a": [4.0, 6.0]}
    assert add_at([1.0, 2.0, 3.0], slice(1, 3), [3.0, 4.0]) == [1.0, 5.0, 7.0]


@given(st.lists(st.integers(-6, 5), max_size=20), st.integers(0, 2))
def test_add_at_of_rows_is_add_at(index, ndim):
    shape = (6, 2, 3)[: ndim + 1]
    index = np.array(index, int)
    g = np.random.default_rng(0).normal(size=index.shape + shape[1:])
    wanted = np.ones(shape)
    np.add.at(wanted, index, g)
    np.testing.assert_allclose(add_at(np.ones(shape), index, g), wanted)


# --- zeros_like and add ---


class Layer:
    def __init__(self, w, name):
        self.w, self.name = w, name


class Slotted:
    __slots__ = ("w", "unset")


@dataclasses.dataclass(frozen=True)
class Frozen:
    w: np.ndarray
    b: float
    label: str = "b"


Pair = collections.namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    ("x", "zero"),
    [
        (2.5, 0.0),
        (3, 0.0),
        (2j, 0j),
        (np.float32(2), np.float32(0)),
        (np.int8(2), np.float64(0)),
        (True, None),
        (np.True_, None),
        ("text", None),
        (None, None),
        (len, None),
        (np, None),
        (int, None),
        (random.Random(0), None),
        (np.random.default_rng(0), None),
        ([1.0, (2, "a")], [0.0, (0.0, None)]),
        ({"a": 1.0, "b": None}, {"a": 0.0, "b": None}),
        (Pair(1.0, [2.0]), Pair(0.0, [0.0])),
        (collections.deque([1.0], 3), collections.deque([0.0], 3)),
        (collections.OrderedDict(a=1.0), collections.OrderedDict(a=0.0)),
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0],
)
def test_zeros_like_of_values_and_containers(x, zero):
    found = zeros_like(x)
    if isinstance(x, random.Random):
        return
    assert found == zero
    assert type(found) is type(zero)


def test_zeros_like_of_objects_is_refused():
    with pytest.raises(NotDifferentiable, match="dtype object"):
        zeros_like(np.ones(3, object))


@pytest.mark.parametrize("dtype", [float, np.float32, complex, int, bool])
def test_zeros_like_of_arrays(dtype):
    x = np.ones((3, 4), dtype).T[::-1]
    zeros = zeros_like(x)
    assert zeros.flags.c_contiguous
    assert zeros.flags.writeable
    assert zeros.shape == (4, 3)
    assert zeros.dtype == (dtype if dtype in (float, np.float32, complex) else float)
    assert not zeros.any()
    assert type(zeros_like(np.array(1.0))) is np.ndarray


def test_zeros_like_of_objects():
    layer = zeros_like(Layer(np.ones(2), "dense"))
    assert type(layer) is Layer
    np.testing.assert_array_equal(layer.w, [0, 0])
    assert layer.name is None
    frozen = zeros_like(Frozen(np.ones(2), 2.0))
    assert (type(frozen), frozen.b, frozen.label) == (Frozen, 0.0, None)
    slotted = Slotted()
    slotted.w = 2.0
    assert zeros_like(slotted).w == 0.0
    assert not hasattr(zeros_like(slotted), "unset")


def test_zeros_like_keeps_sharing_and_cycles():
    shared = [1.0]
    cyclic = [shared, shared]
    cyclic.append(cyclic)
    zeros = zeros_like(cyclic)
    assert zeros[0] is zeros[1]
    assert zeros[2] is zeros


def test_add():
    assert add(None, 2.0) == 2.0
    assert add(2.0, None) == 2.0
    assert add(None, None) is None
    assert add([1.0, None], [2.0, 3.0]) == [3.0, 3.0]
    assert add({"a": 1.0}, {"a": 2.0, "b": 1.0}) == {"a": 3.0, "b": 1.0}
    assert add(Pair(1.0, 2.0), (3.0, 4.0)) == Pair(4.0, 6.0)
    total = add(Layer(np.ones(2), None), Layer(np.ones(2), None))
    np.testing.assert_array_equal(total.w, [2, 2])


def test_add_changes_nothing():
    a, b = [np.ones(2)], [np.ones(2)]
    add(a, b)
    np.testing.assert_array_equal([*a, *b], np.ones((2, 2)))


def test_scatter_is_the_transpose_of_reading():
    assert scatter(2.0, 1, (1.0, 3.0)) == (0.0, 2.0)
    assert scatter([2.0], slice(1, 2), [1.0, 3.0]) == [0.0, 2.0]
    assert scatter(2.0, "a", {"a": 1.0, "b": 1.0}) == {"a": 2.0, "b": 0.0}
    np.testing.assert_array_equal(scatter(np.ones(3), [0, 0, 1], np.ones(3)), [2, 1, 0])
