"""Objects that stay inside the function, whose attributes may be variables of the gradient."""

from dataclasses import dataclass, field

import numpy as np

from tests.corpus.helpers_elsewhere import Falling, Spring
from tests.corpus.registry import program


class Body:
    scale = 0.5

    def __init__(self, x, v):
        self.x = x
        self.v = v
        self.steps = 0

    def step(self, k):
        self.v -= k * self.x
        self.x += self.v
        self.steps += 1
        if self.steps > 3:
            raise ValueError("too many steps")
        return self.x * self.v

    def swap(self):
        self.x, self.v = self.v, self.x

    def mirrored(self):
        return Body(-self.x * self.scale, self.v)


def two(rng):
    return 0.7, 1.3


@program(args=[two, lambda rng: (0.2, 0.1)], wrt=(0, 1))
def made_again(x, v):
    """One variable, several objects; each takes the place of the one before."""
    body = Body(x, v)
    for _ in range(3):
        body.step(0.1)
        body.swap()
        if body.x > body.v:
            body = body.mirrored()
        else:
            body = Body(body.v * x, body.x)
    return body.x * body.v


@program(args=two, wrt=(0, 1))
def one_before_the_other(x, v):
    """Two variables whose objects change places."""
    body, last = Body(x, v), Body(v, x)
    for _ in range(2):
        body.step(0.1)
        last.step(0.3)
        body, last = last, body
    return body.x * 2.0 + last.v


@program(args=two, wrt=(0, 1))
def two_names_after_all(x, v):
    """From the branch on, one object has two names."""
    body = Body(x, v)
    other = Body(v, v)
    if x > 0.5:
        other = body
    body.step(0.2)
    return other.x + body.v


@program(args=lambda rng: (rng.normal(size=3), 0.7), wrt=(0, 1))
def of_another_module(x, k):
    spring = Spring(x, k)
    for _ in range(3):
        spring.step(0.1)
    return np.sum(spring.x**2)


@program(args=lambda rng: (rng.normal(size=3), 0.7), wrt=(0, 1))
def of_another_module_with_its_globals(x, k):
    spring = Falling(x, k)
    for _ in range(3):
        spring.step(0.1)
    return np.sum(spring.x**2) * k


class Filter:
    def __init__(self, size, gain):
        self.taps = np.zeros(size)
        self.seen = []
        self.gain = gain

    def feed(self, u):
        self.taps[1:] = self.taps[:-1]
        self.taps[0] = u * self.gain
        self.seen.append(u)
        return np.sum(self.taps)


@program(args=lambda rng: (rng.normal(size=5), 0.7), wrt=(0, 1))
def arrays_and_lists_in_attributes(xs, gain):
    """The attributes are written in place as well."""
    first, second = Filter(3, gain), Filter(2, gain * 2.0)
    total = 0.0
    for x in xs:
        total = total + first.feed(x) * second.feed(np.sin(x))
    second.seen[0] = total
    return total + sum(second.seen) * first.seen[-1]


class Model:
    def __init__(self, w):
        self.body = Body(w, 0.0)
        self.calls = 0

    def run(self, n):
        for _ in range(n):
            self.calls += 1
            self.body.step(0.1)
            if self.body.x < 0.1:
                return self.body.v
        return self.body.x * self.calls


@program(args=[lambda rng: (0.7, 2), lambda rng: (0.11, 3)])
def an_object_in_an_object(w, n):
    model = Model(w)
    return model.run(n) * model.body.x


class Same:
    def __init__(self, x):
        self.items = x
        self.total = 0.0

    def add(self):
        for k in range(len(self.items)):
            self.items[k] *= 2.0
            self.total += self.items[k]


@program(args=lambda rng: (rng.normal(size=3),), tags=["mutates"])
def an_array_of_the_caller(x):
    """The object goes, the array that it held stays written."""
    same = Same(x)
    same.add()
    return same.total * np.sum(x)


@program(args=lambda rng: (0.7, 5.0), tags=["raises"])
def left_by_an_exception(x, n):
    body = Body(x, x)
    for _ in range(int(n)):
        body.step(0.1)
    return body.x


@dataclass
class Settings:
    rate: float
    gains: list = field(default_factory=lambda: [0.5, 2.0])
    shape: object = field(default_factory=lambda: np.ones(2))


@program(args=two, wrt=(0, 1))
def fields_that_a_lambda_makes(x, v):
    first, second = Settings(x), Settings(v)
    first.gains[0] = x * v
    second.rate = second.rate * first.gains[0] * second.gains[1]
    return second.rate + first.rate * np.sum(first.shape)


class Slotted:
    __slots__ = ("a", "items", "never")

    def __init__(self, a):
        self.a = a
        self.items = [a, a * a]

    def double(self):
        self.a = self.a * 2.0
        self.items[0] = self.a
        return self


def seen_as_a_whole(slotted):
    """Reads all of it; what is read is the object as it was then."""
    return slotted.a * slotted.items[0]


@program(args=two, wrt=(0, 1))
def objects_with_slots(x, v):
    """One is only read, one is kept in a list, written, and read before and after."""
    plain = Slotted(x)
    kept = [Slotted(v), Slotted(x)]
    before = seen_as_a_whole(kept[0])
    for one in kept:
        one.double()
    kept[1].double().items[1] *= v
    return plain.a * before + seen_as_a_whole(kept[0]) + sum(kept[1].items)


@program(args=two, wrt=(0, 1))
def an_object_with_slots_that_is_only_read(x, v):
    """Some of its attributes are, some are not there."""
    first, second = Slotted(np.sin(x)), Slotted(v)
    return first.items[1] - second.a
