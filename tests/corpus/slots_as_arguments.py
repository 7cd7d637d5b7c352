"""Objects that keep their attributes in slots, as arguments and inside of them."""

from dataclasses import dataclass

import numpy as np

from tests.corpus.registry import program


class Point:
    __slots__ = ("v", "x")

    def __init__(self, x, v):
        self.x, self.v = x, v

    def push(self, f):
        self.v = self.v + f
        self.x += self.v
        return self


def points(rng):
    return [Point(rng.normal(), rng.normal()), Point(rng.normal(), rng.normal())]


@program(
    args=lambda rng: (Point(rng.normal(), rng.normal()), rng.normal()), wrt=(0, 1), tags=["mutates"]
)
def point_that_is_pushed(p, c):
    return p.push(c).x * p.v


@program(args=lambda rng: (points(rng), rng.normal()), wrt=(0, 1), tags=["mutates"])
def list_of_points_that_push_each_other(ps, c):
    for p, q in zip(ps, ps[1:]):  # noqa: B905
        p.push(q.x * c)
    return sum(p.x**2 + p.v for p in ps)


@program(args=lambda rng: ({"p": Point(rng.normal(), 0.5), "c": rng.normal()},))
def point_in_a_dict(d):
    return d["p"].x * d["p"].v ** 2 + d["c"]


@dataclass(slots=True)
class Rod:
    a: np.ndarray
    count: int = 2
    kid: object = None


@program(args=lambda rng: (Rod(rng.normal(size=2)), rng.normal()), wrt=(0, 1), tags=["mutates"])
def dataclass_with_slots_that_is_written(rod, c):
    rod.a[0] *= c
    rod.kid = rod.a * 2
    return (rod.a * rod.kid).sum() * rod.count


@dataclass(frozen=True, slots=True)
class Vec:
    x: float
    y: float

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)

    def __mul__(self, s):
        return Vec(self.x * s, self.y * s)


@program(args=lambda rng: (Vec(rng.normal(), 0.5), Vec(0.1, rng.normal()), 2.0), wrt=(0, 1, 2))
def vectors_with_operators(v, w, s):
    u = v * s + w
    return u.x**2 + u.y * v.x


class Tree:
    __slots__ = ("kids", "v")

    def __init__(self, v, kids=()):
        self.v, self.kids = v, list(kids)


def total(tree, w):
    return tree.v * w[0] + sum(np.tanh(total(kid, w)) for kid in tree.kids) * w[1]


@program(
    args=lambda rng: (Tree(0.3, [Tree(0.5), Tree(-0.2, [Tree(0.9)])]), rng.normal(size=2)),
    wrt=(0, 1),
)
def tree_of_nodes(tree, w):
    return total(tree, w)
