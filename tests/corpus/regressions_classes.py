"""Programs with classes whose gradients were once wrong, or that stopped in an error of Python."""

import functools
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import numpy as np

from tests.corpus.registry import program

POINT = [lambda rng: (np.array([0.7, 1.3, -0.4]),), lambda rng: (np.array([0.9, -0.3, 0.5]),)]


class Law(Enum):
    LINEAR = 1
    SQUARE = 2

    def of(self, v):
        return v if self is Law.LINEAR else v * v


class Gain:
    def __init__(self, k):
        self.k = k

    def of(self, v):
        return self.k * v

    def __class_getitem__(cls, k):
        return cls(k)


class ByName(type):
    def __getitem__(cls, k):
        return cls(k)


class Scale(metaclass=ByName):
    def __init__(self, k):
        self.k = k

    def of(self, v):
        return self.k * v


@program(args=POINT)
def items_of_classes(x):
    """Brackets of a class are an annotation, a member, or what the class says."""
    name = "SQUARE" if x[0] > 0.8 else "LINEAR"
    y = Law["SQUARE"].of(x[0]) * Law[name].of(x[1]) + sum(law.of(x[2]) for law in Law)
    return y + Gain[3.0].of(x[0]) + Gain[x[1]].of(x[2]) + Scale[x[2]].of(x[0])


@dataclass(order=True)
class Ranked:
    key: float
    value: float = field(compare=False)


class Vector:
    def __init__(self, items):
        self.items = list(items)

    def __add__(self, other):
        return Vector([a + b for a, b in zip(self.items, other.items)])

    def __radd__(self, other):
        return Vector([a + other for a in self.items])


@program(args=POINT)
def greatest_pair(x):
    """What `max` chooses is one of the pairs; no two of them share it."""
    first, second = max((x[0], x[1]), (x[1], x[2]))
    least, where = min((e * e, i) for i, e in enumerate(x))
    rows = [[e, 2.0 * e] for e in x]
    return first * second + least * x[where] + max(rows)[1]


@program(args=POINT)
def greatest_object(x):
    ranks = [Ranked(x[0], x[1]), Ranked(x[2], x[0] * 2), Ranked(x[1], x[2])]
    return max(ranks).value * sorted(ranks)[0].value + min(ranks[0], ranks[1]).value ** 2


@program(args=POINT)
def greatest_object_written(x):
    ranks = [Ranked(e, e * e) for e in x]
    top = max(ranks)
    top.value *= 3.0
    return sum(k * r.value for k, r in enumerate(ranks))


@program(args=POINT)
def sum_of_objects(x):
    total = sum([Vector(x), Vector(x * x), Vector([x[2], x[0], x[1]])], 0.5)
    return total.items[0] * total.items[1] - total.items[2]


@dataclass
class Chooser:
    choose: object

    def __call__(self, xs):
        return self.choose(xs)


@program(args=POINT)
def greatest_of_what_is_known_late(x):
    choose = Chooser([max, min][int(x[0] > 0.8)])
    return choose([(x[0], x[1]), (x[1], x[2])])[1] * choose([x[0] * x[1], x[2]])


class Signed:
    def __init__(self, value):
        self.value = value

    def __sub__(self, other):
        return Signed(self.value - (other.value if isinstance(other, Signed) else other))

    def __rsub__(self, other):
        return Signed(10.0 * other - self.value)

    def __add__(self, other):
        return Signed(self.value + other.value) if isinstance(other, Signed) else NotImplemented

    def __radd__(self, other):
        return Signed(self.value + other)


class Special(Signed):
    def __rsub__(self, other):
        return Special(5.0 * self.value - other.value)

    def __mul__(self, other):
        return NotImplemented if isinstance(other, Weight) else Special(self.value * other)


class Weight:
    def __init__(self, value):
        self.value = value

    def __rmul__(self, other):
        return Weight(3.0 * other.value * self.value)

    def __radd__(self, other):
        return Weight(2.0 * other.value + self.value)


@program(args=POINT)
def operators_of_a_total_that_becomes_an_object(x):
    """The number is subtracted from once, and what it became afterwards."""
    total, other = 1, 0.0
    for e in x:
        total = total - Signed(e * e)
        other += Signed(e)
    return total.value**2 * other.value


@program(args=POINT)
def reflected_operators(x):
    """A subclass goes first; NotImplemented asks the right operand."""
    a = Signed(x[0]) - Special(x[1])
    b = Special(x[2]) * Weight(x[0])
    c = Signed(x[1]) + Weight(x[2])
    return a.value * b.value + c.value**2


class Node:
    def __init__(self, value, parent=None):
        self.value = value
        self.parent = parent
        self.kids = []
        if parent is not None:
            parent.kids.append(self)

    def total(self):
        return self.value + sum(kid.total() for kid in self.kids)


@program(args=POINT)
def parents_and_children(x):
    """What an object holds holds the object."""
    root = Node(x[0])
    kid = Node(x[1], root)
    leaf = Node(x[2] * x[0], kid)
    leaf.parent.value *= 3.0
    return root.value * kid.value + leaf.parent.parent.kids[0].value * leaf.value


class Pair(NamedTuple):
    a: float
    b: float = 2.0
    unit = 3.0

    @property
    def total(self):
        return self.a + self.b

    def product(self):
        return self.a * self.b * self.unit


@program(args=POINT)
def named_tuple_with_properties(x):
    p = Pair(x[0], x[1])
    q = p._replace(b=x[2])
    return p.total * q.total + q.product() * p.unit + Pair(x[2]).total


class Remembering:
    def __init__(self, k):
        self.k = k

    @functools.lru_cache(maxsize=8)
    def scaled(self, v):
        return self.k * v

    @classmethod
    @functools.lru_cache
    def squared(cls, v):
        return v * v


@program(args=POINT)
def methods_that_remember(x):
    r = Remembering(x[0])
    scaled = r.scaled
    return r.scaled(x[1]) * scaled(x[2]) + Remembering.scaled(r, x[2]) + r.squared(x[1])


class Pixel:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, other):
        return type(self)(self.a + other.a, self.b + other.b)

    def __mul__(self, factor):
        return self.__class__(self.a * factor, self.b * factor)


class Negative(Pixel):
    def __neg__(self):
        return super().__mul__(-1.0)


@program(args=POINT)
def objects_of_the_same_class(x):
    p = Pixel(x[0], x[1]) + Pixel(x[2], x[0]) * x[1]
    n = -Negative(x[1], x[2])
    return p.a * p.b + n.a * n.b * (type(n) is Negative)


class Keeping:
    def __init__(self, rule, value):
        self.rule, self.value = rule, value


@program(args=POINT)
def function_kept_by_something_unknown(x):
    """What the function captured is the object's, under the name that keeps it."""
    kept = [1.0, Keeping(lambda k: k * x[1], x[2]), "x"][int(x[0] > 0.1)]
    first = kept.rule(x[0])
    kept.rule = lambda k: k * x[2] * x[0]
    return first * kept.rule(x[1]) + kept.value


@program(args=POINT)
def counter_of_sums(x):
    counts = Counter()
    for e in x:
        counts["sum"] += e
        counts["squares"] += e * e
    return counts["sum"] * counts["squares"] + counts["none"]
