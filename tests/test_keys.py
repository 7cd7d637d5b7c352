"""A derivative ends in no key of a dict and in no set without a word."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError

X = np.array([0.7, 1.3, -0.4])


class Layer:
    def __init__(self, w: Any) -> None:
        self.w = w


def an_object_as_key(x):
    d = {Layer(x[0]): x[2], Layer(x[1]): 2.0}
    t = 0.0
    for k, v in d.items():
        t = t + k.w * v
    return t


def an_object_as_key_that_is_written(x):
    p, q = Layer(x[0]), Layer(x[1])
    d = {p: x[2], q: 2.0}
    for k, v in d.items():
        k.w = k.w * v
    return p.w * q.w


def objects_put_in_a_loop(x):
    d = {}
    for v in x:
        d[Layer(v)] = 1.0
    return sum([k.w**2 for k in d])


def objects_from_keys(x):
    d = dict.fromkeys((Layer(x[0]), Layer(x[1])), 3.0)
    return sum(k.w**2 * v for k, v in d.items())


def objects_by_pairs(x):
    d = dict([(Layer(x[0]), 3.0), (Layer(x[1]), 2.0)])
    return sum(k.w**2 * v for k, v in d.items())


def objects_in_a_list_of_keys(x):
    d = {Layer(v): i + 1.0 for i, v in enumerate(x)}
    ks = list(d)
    return ks[0].w * ks[1].w * d[ks[2]]


def the_greatest_object(x):
    d = {Layer(v): i + 1.0 for i, v in enumerate(x)}
    return max(d, key=d.get).w ** 2


def an_object_and_its_item(x):
    d = {Layer(x[2]): x[1]}
    k, v = d.popitem()
    return k.w * v


def objects_by_setdefault(x):
    d = {}
    for v in x:
        d.setdefault(Layer(v), []).append(v)
    return sum(k.w * len(v) for k, v in d.items())


def a_number_by_update(x):
    d = {}
    d.update([(x[0], 1.0)])
    return sum(d)


def numbers_by_update(x):
    d = {}
    d.update(zip(x, x, strict=True))
    return sum(d)


def ordered(x):
    d = collections.OrderedDict([(x[0], 1.0), (x[1], 2.0)])
    return sum(k * v for k, v in d.items())


def counted(x):
    c = collections.Counter()
    for v in x:
        c[v] += 1
    return sum(k * v for k, v in c.items())


def made_where_missing(x):
    c = collections.defaultdict(list)
    for v in x:
        c[v].append(1)
    return sum(k * len(v) for k, v in c.items())


def counted_from_keys(x):
    return sum(dict.fromkeys(x, 1))


def ones(values):
    return {v: 1 for v in values}


def in_a_function_whose_values_carry_none(x):
    return sum(ones(x)) + x[0]


def put_one(d, k):
    d[k] = 1


def in_a_function_that_returns_nothing(x):
    d = {}
    for v in x:
        put_one(d, v)
    return sum(d)


def in_an_inner_function(x):
    def put(k):
        d[k] = 1

    d = {}
    for v in x:
        put(v)
    return sum(d)


class Table:
    def __init__(self) -> None:
        self.d: dict[Any, Any] = {}

    def put(self, k):
        self.d[k] = 1


def in_a_method(x):
    c = Table()
    for v in x:
        c.put(v)
    return sum(c.d)


def in_one_of_several_containers(x):
    d, values = {}, [0.0, 0.0]
    both = (d, values)
    i = 0 if x[0] < 5 else 1
    both[i][x[2]] = x[1]
    return sum(d)


def note(v, out):
    out.append(f"{float(v)!r}")


def text_in_a_list_of_one_s_own(x):
    out = []
    note(x[1], out)
    return float(out[0]) * 2


LOST = [f for name, f in list(globals().items()) if getattr(f, "__code__", None) and name[0] != "_"]
LOST = [f for f in LOST if f.__code__.co_varnames[: f.__code__.co_argcount] == ("x",)]


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", LOST, ids=lambda f: f.__name__)
def test_refused(f: Callable[..., Any], naive: bool) -> None:
    with pytest.raises(SrcadError):
        srcad.grad(f, naive=naive)(X)


@pytest.mark.parametrize("f", LOST, ids=lambda f: f.__name__)
def test_refused_in_forward_mode(f: Callable[..., Any]) -> None:
    with pytest.raises(SrcadError):
        srcad.jvp(f, (X,), (np.ones(3),))


@pytest.mark.parametrize("kind", [set, frozenset])
def test_the_tangents_of_a_set_are_no_set(kind: Callable[..., Any]) -> None:
    """Equal tangents of different numbers would fall together."""
    with pytest.raises(SrcadError, match="whose items have no order"):
        srcad.jvp(lambda x: sum(kind(x)), (X,), (np.ones(3),))


def state_by_name(x):
    state = {name: v for name, v in zip("abc", x, strict=True)}
    for k, v in state.items():
        state[k] = v * 2
    return sum(v**2 for v in state.values())


def grouped(x):
    d = {}
    for k, v in zip("aab", x, strict=True):
        d.setdefault(k, []).append(v * v)
    return sum(sum(v) * len(v) for _, v in d.items())


def looked_up(x):
    seen = set(x[:2])
    return sum(v * v for v in x if v in seen) * len(set(x))


def by_pairs(x):
    d = {"a": x[0]}
    d.update([("a", x[1] * x[2]), ("b", x[0])], c=x[2])
    return d["a"] * d["b"] * d["c"]


def ordered_by_pairs(x):
    d = collections.OrderedDict([("a", x[0]), ("b", x[1])], c=x[2])
    return sum((k + 1) * v * v for k, v in enumerate(d.values()))


@pytest.mark.parametrize(
    "f", [state_by_name, grouped, looked_up, by_pairs, ordered_by_pairs], ids=lambda f: f.__name__
)
def test_other_keys_stop_nothing(f: Callable[..., Any]) -> None:
    srcad.check_grad(f, X)
    gradient = srcad.grad(f, naive=True)(X)
    assert gradient == pytest.approx(srcad.grad(f)(X))
    assert srcad.jvp(f, (X,), (X * X,))[1] == pytest.approx(X * X @ gradient)
