"""Attributes of classes that stand for those of objects until a method sets them."""

from tests.corpus.registry import program

S = [lambda rng: (0.6,), lambda rng: (-0.4,)]


class Lazy:
    _kept = None

    def __init__(self, s):
        self.s = s

    @property
    def square(self):
        if self._kept is None:
            self._kept = self.s * self.s
        return self._kept


class Meter:
    count = 0
    rate = 1.0

    def __init__(self, s):
        self.s = s

    def step(self):
        self.count += 1
        self.rate = self.rate * self.s
        return self.count * self.rate


class Deeper(Meter):
    offset = None

    def __init__(self, s):
        super().__init__(s)
        self.rate = 2.0 * s

    def step(self):
        if self.offset is None:
            self.offset = super().step()
        return self.offset * super().step()


@program(args=S)
def value_kept_when_first_asked(s):
    lazy = Lazy(s)
    first = lazy.square
    lazy.s = 100.0
    return first * lazy.square


@program(args=S)
def counter_of_the_class(s):
    meter = Meter(s)
    first = meter.step()
    return first * meter.step() * meter.rate


@program(args=S)
def counter_of_the_class_in_a_list(s):
    meter = Meter(s)
    held = [meter]
    first = held[0].step()
    return first * meter.step() * meter.rate


@program(args=S)
def defaults_of_a_parent(s):
    meter = Deeper(s)
    return meter.step() * meter.step() + meter.rate
