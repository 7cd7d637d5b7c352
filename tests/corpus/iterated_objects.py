"""Loops over objects that hand out the items of an attribute; constructors with `*items`."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=4),)]


class Bag:
    def __init__(self, items):
        self.items = list(items)

    def __iter__(self):
        """The items."""
        return iter(self.items)

    def __len__(self):
        return len(self.items)


class Row:
    def __init__(self, *items):
        self.items = items
        self.total = 0

    def __iter__(self):
        for item in self.items:
            yield item

    def add(self, t):
        self.total += t
        return self


class From:
    def __init__(self, a):
        self.a = a

    def __iter__(self):
        yield from self.a


@program(args=V)
def loops_over_an_object(x):
    bag = Bag(x)
    out = 0.0
    for t in bag:
        out = out * t + 1
    return out + sum(t * t for t in bag) + len(bag) * bag.items[0]


@program(args=V)
def object_that_changes_while_it_is_looped_over(x):
    row = Row(x[0], x[1] * 2, x[2])
    out = [t * t for t in row]
    for k, t in enumerate(row):
        row.add(t * k)
    for a, b in zip(row, From(x), strict=False):
        out.append(a * b)
    return sum(out) * row.total


@program(args=V)
def list_that_grows_behind_the_object(x):
    bag = Bag(x)
    for t in bag:
        if len(bag) < 7:
            bag.items.append(t * 2)
    return sum(bag.items) * bag.items[-1]


class Layer:
    def __init__(self, w):
        self.w = w

    def __call__(self, t):
        return np.tanh(t * self.w)


class Chain:
    def __init__(self, layers):
        self.layers = layers

    def __iter__(self):
        return iter(self.layers)

    def __call__(self, t):
        for layer in self:
            t = layer(t)
        return t


@program(args=V)
def layers_of_a_chain(x):
    chain = Chain([Layer(x[0]), Layer(x[1])])
    y = chain(x[2])
    for layer in chain:
        layer.w = layer.w - 0.1 * y
    return chain(x[3]) * y


@program(args=V)
def items_given_to_a_constructor_one_by_one(x):
    row = Row(x[0], x[1] * 2)
    held = [row]
    for t in row.items:
        row.total = row.total + t
    return held[0].total * 1.0
