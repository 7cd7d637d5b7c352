"""Attributes asked for by name: getattr with a default, setattr, hasattr, loops over names."""

import collections
import dataclasses
from dataclasses import dataclass

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


class Point:
    kind = "point"
    weight = 2.5

    def __init__(self, a, b):
        self.a, self.b = a, b

    def scaled(self, k=1.0):
        return self.a * k


class Lens(Point):
    def __init__(self, a, b):
        super().__init__(a, b)
        self.scale = a * b


class Computed:
    def __init__(self, a):
        self.b = a

    @property
    def scale(self):
        return self.b**2

    @property
    def broken(self):
        return self.nothing


class Deep:
    def __init__(self, w, deep):
        self.w = w
        if deep:
            self.more = w * w


class Node:
    def __init__(self, value, after=None):
        self.value = value
        if after is not None:
            self.after = after


@dataclass
class Pair:
    a: float
    b: float = 2.0


Couple = collections.namedtuple("Couple", "a b")


@program(args=V)
def defaults_of_several_classes(x):
    out = 0.0
    for p in [Point(x[0], x[1]), Lens(x[1], x[2]), Computed(x[0]), None]:
        out = out + getattr(p, "scale", x[2]) * getattr(p, "a", 1.5) * getattr(p, "broken", 2.0)
    return out


@program(args=V)
def attribute_that_comes_later(x):
    p = Point(x[0], x[1])
    out = 0.0
    for i in range(3):
        out = out + getattr(p, "kept", x[i]) * x[2]
        p.kept = out * 0.5
    q = p
    q.extra = x[2] * 3
    return out * getattr(p, "extra", 1.0)


@program(args=V)
def some_objects_have_it(x):
    out = 0.0
    for i in range(3):
        deep = Deep(x[i], i == 1)
        out += getattr(deep, "more", x[2] * 2) * x[0]
        found = getattr(deep, "more", None)
        if found is None:
            deep.more = deep.w * x[1]
        out += getattr(deep, "more", 5.0)
    return out


@program(args=V)
def list_of_nodes(x):
    node = Node(x[0], Node(x[1], Node(x[2])))
    out, k = 0.0, 1.0
    while node is not None:
        out = out + k * node.value**2
        node = getattr(node, "after", None)
        k += 1
    return out


def value_of(one, default=0.0):
    return getattr(one, "value", default)


@program(args=V)
def of_anything(x):
    table = {"a": Point(x[0], x[1]), "b": Node(x[2])}
    out = value_of(Node(x[0])) * value_of(x[1], x[1]) + value_of(x, 2.0) * value_of([x[0]], x[0])
    for key in table:
        out = out + value_of(table[key], 1.0) * getattr(table[key], "a", x[1])
    couple = Couple(x[0], x[1])
    return out + getattr(couple, "a", 1.0) * getattr(couple, "c", x[2]) + getattr(x, "T", x)[1]


@program(args=V)
def methods_and_values_of_the_class(x):
    p = Point(x[0], x[1])
    method, nothing = getattr(p, "scaled", None), getattr(p, "nothing", None)
    if nothing is not None:
        return nothing(2.0)
    return method(k=x[2]) * getattr(p, "weight", 1.0)


@program(args=V)
def attribute_that_is_missing_is_caught(x):
    p = Point(x[0], x[1])
    try:
        y = p.nothing
    except AttributeError:
        y = x[2]
    del p.a
    return y * getattr(p, "a", x[2]) * p.b


class Options:
    base = 1.5

    def __init__(self, **given):
        for name, value in given.items():
            setattr(self, name, value)


class Filled:
    defaults = {"rate": 0.5, "scale": 2.0}

    def __init__(self, **given):
        self.__dict__.update(self.defaults)
        vars(self).update(given)


@program(args=V)
def objects_filled_by_keywords(x):
    one, other, third = Options(a=x[0], b=x[1] * x[2]), Filled(rate=x[0]), Filled(scale=x[1])
    return one.a * one.b * one.base + other.rate * other.scale * third.rate * third.scale


class Model:
    params = ("w", "b")

    def __init__(self, x):
        self.w, self.b = x[:2], x[2]

    def step(self, g, rate=0.1):
        for n in self.params:
            setattr(self, n, getattr(self, n) - rate * getattr(self, n) * g)

    def total(self):
        return sum(np.sum(getattr(self, n) ** 2) for n in self.params)


@program(args=V)
def steps_by_name(x):
    model = Model(x)
    for _ in range(3):
        model.step(model.total())
    return model.total()


@program(args=V)
def loops_over_names(x):
    p = Point(x[0], x[1])
    for name, value in zip(("a", "b", "c"), x, strict=False):
        setattr(p, name, value * value)
    out = 0.0
    for k, name in enumerate(["a", "b", "nothing"]):
        if not hasattr(p, name):
            continue
        for other in ("a", "kind"):
            found = getattr(p, other)
            if isinstance(found, str):
                break
            out = out * 2 + k * getattr(p, name, x[2]) * found
    return out * p.c + len(name)


@program(args=V)
def fields_of_a_dataclass(x):
    one, out = Pair(x[0], x[1]), 0.0
    for field in dataclasses.fields(one):
        out = out * x[2] + getattr(one, field.name) ** 2
    return out
