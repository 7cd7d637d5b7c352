"""Arrays and lists of unknown length spread into calls of classes; keyword-only fields."""

from collections import ChainMap, namedtuple
from dataclasses import KW_ONLY, dataclass, field

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]
Point = namedtuple("Point", "a b c")


@dataclass
class Line:
    slope: float
    start: float
    shift: float = 1.0

    def at(self, t):
        return self.slope * t + self.start**2 * self.shift


class Curve:
    def __init__(self, a, b=2.0, *, k=1.0):
        self.a, self.b, self.k = a, b, k

    def value(self):
        return self.a * self.b + self.k


@dataclass
class Product:
    a: float
    b: float = 1.0
    both: float = field(init=False)

    def __post_init__(self):
        self.both = self.a * self.b


@dataclass
class Mixed:
    a: float
    b: float = field(kw_only=True, default=2.0)
    c: float = 3.0

    def value(self):
        return self.a + 10 * self.b + 100 * self.c


@dataclass
class Base:
    x: float = field(kw_only=True)


@dataclass
class Derived(Base):
    y: float
    _: KW_ONLY
    z: float = 1.0

    def value(self):
        return self.x + 10 * self.y * self.z


@program(args=V)
def arrays_into_classes(x):
    p = Point(*x)
    line, other = Line(1.0, *x[:2]), Line(*x[:2])
    return p.a * p.b + p.c * line.at(x[0]) + other.at(x[2])


@program(args=V)
def with_defaults_and_keywords(x):
    one = Curve(*x[:2], k=x[2]).value() + Curve(*x[:1]).value() + Curve(x[0], *x[1:2]).value()
    two = Product(*x[:2]).both + Product(x[0]).both + Product(*x[1:2]).both
    three = Product(*np.split(x, 3)[:2]).both[0]
    return one + two * three


@program(args=V)
def rows_and_pairs(x):
    pairs = [(x[0], x[1]), (x[1], x[2])]
    args = [x[0], x[1]]
    args.append(x[2])
    curves = [Curve(*row) for row in np.outer(x, x)[:, :2]]
    out = sum(c.value() for c in curves) + Line(*args).at(0.5)
    return out + sum(Curve(*p, k=q).value() for p, q in zip(pairs, x, strict=False))


@program(args=V)
def of_another_number(x):
    try:
        return Curve(*x).value()
    except TypeError:
        return x[0] * 5


@program(args=V)
def keyword_only_fields(x):
    first = Mixed(x[0], x[1]).value() + Mixed(x[0], b=x[1]).value() + Mixed(*x[:2]).value()
    return first * Derived(x[1], x=x[0]).value() + Derived(x[2], x=x[1], z=x[0]).value()


class Vector:
    def __init__(self, *items, k=1.0):
        self.items, self.k = list(items), k

    def longer(self, item):
        return self.__class__(item, *self.items, k=self.k)

    def value(self):
        return sum(self.items) * self.k + self.items[0] ** 2


@program(args=V)
def into_a_class_that_takes_any_number(x):
    one, two = Vector(*x), Vector(*x[:2], k=x[2])
    three = type(one)(x[1], *np.split(x, 3)[:2], *x[1:])
    return one.value() + two.longer(x[0]).value() * np.sum(three.value())


@program(args=V)
def chained_maps(x):
    maps = ChainMap({"a": x[0]}, {"b": x[1]})
    child = maps.new_child({"a": x[2]})
    return child["a"] * child["b"] + maps["a"] + child.parents["a"] * maps.parents["b"]
