"""Copies of objects: copy.copy, copy.deepcopy, dataclasses.replace, asdict and astuple."""

import copy
from copy import deepcopy
from dataclasses import asdict, astuple, dataclass, field, replace
from types import SimpleNamespace

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


@dataclass
class Data:
    a: float
    b: np.ndarray
    c: list = field(default_factory=list)


class State:
    def __init__(self, v):
        self.v, self.w, self.f = v, [v[0], v[1]], np.sin

    def step(self, k):
        self.v = self.v * k
        self.last = self.v[0]
        return self


class Tree:
    def __init__(self, value, left=None):
        self.value, self.left = value, left


class Base:
    def __init__(self, v):
        self.v = v

    def copy(self):
        return copy.copy(self)

    def clone(self):
        return deepcopy(self)


class Sub(Base):
    def __init__(self, v):
        super().__init__(v)
        self.k = v[0] * 2


class Special:
    def __init__(self, v):
        self.v = v

    def __copy__(self):
        return Special(self.v * 2)

    def __deepcopy__(self, memo):
        return Special(self.v * 3)


@dataclass
class Inner:
    p: float
    q: float = 1.0


@dataclass
class Outer:
    one: Inner
    items: list
    table: dict
    pair: tuple


@program(args=V)
def shallow_copies_share_lists(x):
    one = State(x)
    other = copy.copy(one)
    other.w[0] = x[2] * 5
    other.v = other.v * 2
    return one.w[0] * other.w[1] + np.sum(one.v * other.v) + other.f(one.v[0])


@program(args=V)
def deep_copies_share_nothing(x):
    one = State(x * 1.0)
    other = copy.deepcopy(one)
    other.w[0] = x[2] * 5
    other.v[0] = x[1] * 2
    one.v[1] *= 3
    return one.w[0] * other.w[0] + np.sum(one.v * other.v)


@program(args=V)
def history_of_states(x):
    one, kept, best = State(x * 1.0), [], None
    for i in range(3):
        kept.append(copy.deepcopy(one))
        one.step(1.5).w[1] = x[i] * i
        if best is None or one.v[0] > best.v[0]:
            best = copy.deepcopy(one)
    out = sum(s.v.sum() * (k + 1) for k, s in enumerate(kept)) * one.last
    return out + kept[2].w[1] + np.sum(best.v * one.v)


@program(args=V)
def attributes_that_come_later(x):
    one = State(x)
    first = copy.copy(one)
    one.step(2.0)
    second = copy.copy(one)
    second.last = second.last * x[1]
    return one.last * second.last + getattr(first, "last", x[2])


@program(args=V)
def trees_are_copied(x):
    one = Tree(x[0], Tree(x[1], Tree(x[2])))
    other = copy.deepcopy(one)
    other.left.value = other.left.value * 3
    one.left.left.value = one.value
    out = other.value * other.left.value * other.left.left.value
    return out + one.left.left.value * one.left.value


@program(args=V)
def copies_by_methods(x):
    one = Sub(x * 1.0)
    second, third = one.copy(), one.clone()
    second.k = 1.0
    third.v[0] = x[2]
    special = copy.copy(Special(x[0])).v * copy.deepcopy(Special(x[1])).v
    return one.k * second.k * third.k + np.sum(one.v * second.v * third.v) + special


@program(args=V)
def copies_of_several_classes(x):
    items = [Base(x * 1.0), Sub(x * 2.0)]
    out = 0.0
    for one in items:
        other, third = copy.copy(one), copy.deepcopy(one)
        other.v = other.v * 3
        third.v[0] = 1.0
        out += np.sum(one.v * other.v * third.v)
    return out


@program(args=V)
def namespaces_are_copied(x):
    one = SimpleNamespace(a=x[0], items=[x[1]])
    other = copy.copy(one)
    other.items.append(x[2])
    other.a = 2.0
    third = copy.deepcopy(one)
    third.items[0] = 3.0
    return sum(one.items) * one.a * other.a + sum(third.items)


@program(args=V)
def dicts_and_tuples_of_dataclasses(x):
    one = Outer(Inner(x[0]), [Inner(x[1])], {"k": Inner(x[2])}, (Inner(x[0]), 2.0))
    table, row = asdict(one), astuple(one)
    one.items[0].p = 5.0
    out = table["one"]["p"] * table["items"][0]["p"] * table["table"]["k"]["p"]
    return out * table["pair"][0]["p"] + row[0][0] * row[1][0][0] * row[2]["k"][0] * one.items[0].p


@program(args=V)
def dicts_of_dataclasses_are_their_own(x):
    one = Data(x[0], x, [x[1], x[2]])
    table = asdict(one)
    one.c[1] = 5.0
    again = Data(**table)
    other = replace(again, a=again.a * x[1])
    again.b[0] = 7.0
    return other.a * again.b.sum() * table["c"][1] * one.c[1] * one.b[0]
