"""Builtins and functions of the standard library whose results are kept: lists, getters, tables."""

import dataclasses
import itertools
import operator
import re
import statistics
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tests.corpus.registry import program


def vector(rng):
    return (rng.normal(size=3),)


def numbers(rng):
    return ([0.1, 0.2, -0.4],)


def one(rng):
    return (0.7,)


def table(rng):
    return {"a": 1.0, "b": 2.0}, 3.0


class Pair(NamedTuple):
    x: float
    y: float


@dataclass
class Body:
    mass: float
    speed: float = 2.0
    tags: list = field(default_factory=list)

    def energy(self, k=1.0):
        return self.mass * self.speed**2 * k


@dataclass
class Charged(Body):
    charge: float = 0.5

    def energy(self, k=1.0):
        return super().energy(k) * self.charge + super().energy(k=2.0)


@dataclass
class Cooled(Body):
    def energy(self, k=1.0):
        return super().energy(k) ** 2


@dataclass
class ChargedAndCooled(Charged, Cooled):
    """super() of Charged is Cooled here."""


@dataclass
class WithProperty:
    gain: float

    @property
    def twice(self):
        return 2 * self.gain


# --- sequences ---
@program(args=[vector, lambda rng: (rng.normal(size=(2, 3)),)])
def list_and_tuple_of_array(x):
    a, b = list(x), tuple(x)
    a.append(b[0])
    return np.sum(a[0] * b[1] + a[-1])


@program(args=vector)
def kept_zip_and_enumerate(x):
    pairs = list(zip(x, range(3)))
    triples = list(zip(x, x[::-1], [1.0, 2.0, 3.0]))
    quads = list(zip(x, x, x, x))
    counted = list(enumerate(x, 1))
    s = sum(a * k for a, k in pairs) + sum(a * b * c for a, b, c in triples)
    return s + quads[1][3] ** 2 + sum(k * v for k, v in counted)


@program(args=vector)
def zip_stops_at_the_shortest(x):
    pairs = list(zip(x, x[1:]))
    return sum(b - a * b for a, b in pairs) + len(list(zip(x, [])))


@program(args=[vector, numbers])
def kept_reversed(x):
    back = list(reversed(x))
    return back[0] ** 2 + sum(a * b for a, b in zip(back, x))


@program(args=vector)
def every_element(x):
    return x.flat[1] * sum(v * v for v in x.flat) + np.sum(x.flat) * np.sum(np.sin(x.flat))


# --- max and min ---
@program(args=[numbers, lambda rng: ([0.5],)])
def extremum_with_default(xs):
    none = [v for v in xs if v > 9]
    return max(xs, default=3.0) + max([], default=xs[0]) + min(none, default=xs[0] ** 2)


@program(args=[numbers, lambda rng: ([0.5],)])
def extremum_with_key_and_default(xs):
    none = [v for v in xs if v > 9]
    return max(xs, key=abs, default=3.0) ** 2 + min(none, key=abs, default=xs[0])


@program(args=one)
def empty_maximum_is_caught(x):
    try:
        y = max([], key=abs) * x
    except ValueError:
        y = x**2
    return y


# --- operator ---
@program(args=numbers)
def getters(xs):
    rows = [(k, v, v * v) for k, v in enumerate(xs)]
    best = max(rows, key=operator.itemgetter(1))
    k, w = operator.itemgetter(0, 2)(best)
    bodies = [Body(v, v * 2) for v in xs]
    low = min(bodies, key=operator.attrgetter("speed"))
    both = operator.attrgetter("mass", "speed")(low)
    return w * k + sum(map(operator.itemgetter(2), rows)) + low.mass * both[1]


@program(args=numbers)
def sorted_by_getter(xs):
    ordered = sorted([(x, k) for k, x in enumerate(xs)], key=operator.itemgetter(0))
    return ordered[0][0] ** 2 * ordered[-1][0]


# --- dicts ---
@program(args=table, wrt=(0, 1))
def dict_of_keywords(d, x):
    e = dict(d, a=x)
    e = dict(e, c=e["a"] * x)
    f = dict([("a", x), ("b", e["c"])], b=2 * x)
    g = dict(u=x, v=x * x)
    return e["a"] * e["b"] + e["c"] + f["a"] * f["b"] + g["u"] * g["v"] + d["a"]


@program(args=vector)
def dict_of_zip(x):
    d = dict(zip("abc", x))
    return d["a"] * d["c"] + sum(d.values())


@program(args=table, wrt=(0, 1))
def spread_with_computed_keys(d, x):
    k = "".join(["a"])
    e = {**d, k: x}
    f = {k: x, **d}
    g = {k: x * 2, "b": x, **{k: d["b"]}}
    return e["a"] * e["b"] + f["a"] * f["b"] * 2 + g["a"] * g["b"]


@program(args=table, wrt=(0, 1))
def spread_in_a_loop(d, x):
    """The key "z" is replaced in every iteration but the last one counts."""
    t = {}
    for k in list(d):
        t = {**t, k: d[k] * x, "z": x}
    return sum(t.values())


# --- objects ---
@program(args=lambda rng: (Pair(1.0, 2.0),))
def replaced_namedtuple(p):
    q = p._replace(y=p.x * p.y)
    r = q._replace(x=3.0)
    return q.x * q.y + r.x * r.y + p.y


@program(args=lambda rng: (Body(1.0, 2.0), 0.3), wrt=(0, 1))
def replaced_dataclass(p, x):
    q = dataclasses.replace(p, speed=p.mass * x)
    r = dataclasses.replace(Body(x), speed=q.speed * x)
    return q.energy() + r.mass * r.speed + len(r.tags)


@program(
    args=[
        lambda rng: (Charged(1.0, 2.0), 0.3),
        lambda rng: (Cooled(1.0, 2.0), 0.3),
        lambda rng: (ChargedAndCooled(1.0, 2.0), 0.3),
    ],
    wrt=(0, 1),
)
def method_of_the_parent(body, k):
    return body.energy(k) * body.energy()


@program(args=lambda rng: (Body(1.0, 2.0), 0.3), wrt=(0, 1))
def bound_methods(body, k):
    """A method that is kept carries the derivative of its object."""
    energy = body.energy
    both = [body.energy, energy]
    return energy(k) + sum(f(k * k) for f in both) + sum(map(body.energy, [k, body.mass]))


@program(args=lambda rng: (Body(1.0, 2.0), 0.3), wrt=(0, 1))
def attributes_by_name(body, k):
    s = 0.0
    for name in ["mass", "speed", "mass"]:
        s = s + getattr(body, name) ** 2
    return s * getattr(body, "energy")(k)


@program(args=lambda rng: (WithProperty(1.5),))
def property_by_computed_name(p):
    s = 0.0
    for name in ["gain", "twice"]:
        s = s + getattr(p, name)
    return s


# --- statistics ---
@program(args=lambda rng: ([2.0, 3.5, 5.0, 9.0],))
def spread_of_data(data):
    center = statistics.fmean(v * v for v in data) + statistics.mean(data)
    weighted = statistics.fmean(data, [1.0, 2.0, data[0], 0.5])
    return center * statistics.stdev(data) + statistics.pvariance(data) * weighted


@program(args=vector)
def counted_pairs(x):
    return sum(a * k for k, a in zip(itertools.count(1), x))


PAIR = re.compile(r"(\w)=(\d+)")


@program(args=lambda rng: (rng.normal(size=3),))
def numbers_found_in_a_text(x):
    found = {m[1]: float(m[2]) for m in re.finditer(r"(\w)=(\d+)", "a=2,b=3")}
    s = found["a"] * x[0] + found["b"] * x[1] ** 2
    for part in re.split(r"\s*,\s*", "a=2 , b=3"):
        name, number = re.match(r"(\w)=(\d+)", part).groups()
        s += int(number) * x["ab".index(name)]
    if PAIR.search("q=7"):
        s *= x[2]
    return s + len(re.findall("a", "banana")) * np.sin(x[1]) + len(re.sub(r"\d", "", "a1b2"))
