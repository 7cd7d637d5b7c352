"""Objects whose class computes what it hands out: generators, `__next__`, `__getitem__` alone."""

import math

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


class Scaled:
    def __init__(self, a):
        self.items, self.asked = list(a), 0

    def __iter__(self):
        for v in self.items:
            self.asked += 1
            yield v * self.items[0]


class Waves:
    def __init__(self, a):
        self.a = a

    def __iter__(self):
        k = 0
        while True:
            if k >= len(self.a):
                return
            yield np.sin(self.a[k]) + math.cos(k)
            k += 1


class Both:
    def __init__(self, a):
        self.a = a

    def __iter__(self):
        for k in range(2):
            yield from Waves(self.a * (k + 1))
        yield self.a[0]


class Countdown:
    def __init__(self, x, n):
        self.x, self.n = x, n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        self.x = self.x * 1.5
        return self.x


class Squares:
    def __init__(self, a):
        self.a = a

    def __iter__(self):
        return Walk(self)


class Walk:
    def __init__(self, owner):
        self.owner, self.k = owner, 0

    def __iter__(self):
        return self

    def __next__(self):
        self.k += 1
        if self.k > len(self.owner.a):
            raise StopIteration()
        square = self.owner.a[self.k - 1] ** 2
        return square


class Pairs:
    def __init__(self, a):
        self.a = a

    def __iter__(self):
        return zip(self.a, self.a[1:])


class Positive:
    def __init__(self, a, back=False):
        self.a, self.back = a, back

    def __iter__(self):
        if self.back:
            return iter(self.a[::-1])
        return (v * self.a[0] for v in self.a if v > 0.5)


class ByIndex:
    def __init__(self, a):
        self.a = a

    def __getitem__(self, k):
        if k >= 2:
            raise IndexError
        return self.a[k] * 3.0


class Tree:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def __iter__(self):
        if self.left is not None:
            yield from self.left
        yield self.value * 2
        if self.right is not None:
            yield from self.right


class Remembering:
    def __init__(self, a):
        self.a, self.seen = a, []

    def __iter__(self):
        for v in self.a:
            self.seen.append(v * v)
            yield v


@program(args=V)
def loop_that_writes_what_is_handed_out(x):
    scaled = Scaled(x)
    out = 0.0
    for v in scaled:
        scaled.items[0] = scaled.items[0] * x[1]
        out += v * scaled.asked
    return out


@program(args=V)
def loop_left_early(x):
    scaled = Scaled(x)
    out = 0.0
    for v in scaled:
        if scaled.asked == 3:
            return out * scaled.items[1]
        out += v
    return out


@program(args=V)
def loops_in_loops(x):
    out = 0.0
    for v in Waves(x):
        for w in Scaled(x):
            if w > 0.9:
                break
            out += v * w
    else:
        out = out * x[1]
    return out + sum(v**2 for v in Both(x)) + sum([v for v in Both(x) if v > 1])


def weighed(items, w):
    out = 0.0
    for k, v in enumerate(items):
        out += v * w * k
    return out


@program(args=V)
def in_a_called_function(x):
    scaled = Scaled(x)
    return weighed(scaled, x[0]) * weighed(scaled, x[1]) + weighed(Both(x), 2.0) + scaled.asked


@program(args=V)
def iterator_that_is_left_and_taken_up(x):
    count = Countdown(x[0], 4)
    out = 0.0
    for v in count:
        if v > 2:
            break
        out += v
    for v in count:
        out += v * x[1]
    return out * count.x + count.n


@program(args=V)
def iterator_of_its_own_class(x):
    squares = Squares(x)
    out = 1.0
    for v in squares:
        for w in squares:
            out = out * (1 + v * w)
    return out + sum(squares) * max(squares)


@program(args=V)
def pairs_and_choices(x):
    out = 0.0
    for a, b in Pairs(x):
        out += a * b
    for v in Positive(x):
        out = out * 2 + v
    return out + sum(Positive(x, True)) + sum(v * v for v in ByIndex(x))


@program(args=V)
def taken_apart(x):
    a, b, c = Waves(x)
    first, *rest = Scaled(x)
    found = [x[0]]
    found.extend(Waves(x))
    found += ByIndex(x)
    return a * b + c * first * rest[1] + found[1] * found[5] + np.sum([*Waves(x)]) * min(Waves(x))


@program(args=V)
def trees_hand_out_what_their_parts_do(x):
    tree = Tree(x[0], Tree(x[1]), Tree(x[2], Tree(x[0] * x[1])))
    out = 0.0
    for k, v in enumerate(tree):
        out += k * v**2
    return out + sum(list(tree)) * tuple(tree)[1]


@program(args=V)
def what_is_noted_on_the_way(x):
    one = Remembering(x)
    same = one
    out = 0.0
    for v in one:
        for w in same:
            out += v * w * one.seen[-1]
    return out * len(one.seen)


@program(args=V)
def of_several_classes(x):
    out = 0.0
    for one in (Scaled(x), Waves(x), Both(x)):
        for v in one:
            out += v * v
        a, *_ = one
        out = out * a
    return out
