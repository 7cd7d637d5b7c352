"""Attributes that are set by other ways than a dot: once lost without a word."""

import numpy as np

from tests.corpus.registry import program


class ByName:
    def __init__(self, w, names=("scale", "shift")):
        setattr(self, "scale", w)  # noqa: B010
        setattr(self, "shift", 2.0 * w)  # noqa: B010
        self.names = names

    def __call__(self, x):
        return self.scale * x + self.shift


class ByTable:
    def __init__(self, w):
        self.__dict__["scale"] = w


class Checked:
    def __init__(self, w):
        self.scale = w

    @property
    def scale(self):
        return self.__dict__["scale"]

    @scale.setter
    def scale(self, value):
        if value is None:
            raise ValueError("a scale, please")
        self.__dict__["scale"] = value


class ByMethod:
    def __init__(self, w):
        self.put("scale", w)

    def put(self, name, value):
        table = vars(self)
        table[name] = value


class Frozen:
    def __init__(self, w):
        object.__setattr__(self, "scale", w)


class ByLoop:
    def __init__(self, **options):
        for name, value in options.items():
            setattr(self, name, value)


def arguments(rng):
    return rng.normal(size=3), 0.7


@program(args=arguments, wrt=(0, 1))
def set_by_name(x, w):
    layer = ByName(w)
    return np.sum(layer(x) ** 2) * len(layer.names)


@program(args=arguments, wrt=(0, 1))
def set_by_name_later(x, w):
    layer = ByName(1.0)
    setattr(layer, "shift", w**2)  # noqa: B010
    return np.sum(layer(x) ** 2)


@program(args=arguments, wrt=(0, 1))
def set_in_the_table(x, w):
    return np.sum(ByTable(w).scale * x**2)


@program(args=arguments, wrt=(0, 1))
def set_by_a_property(x, w):
    return np.sum(Checked(w).scale * x**2)


@program(args=arguments, wrt=(0, 1))
def set_by_a_method(x, w):
    return np.sum(ByMethod(w).scale * x**2)


@program(args=arguments, wrt=(0, 1))
def set_past_the_class(x, w):
    return np.sum(Frozen(w).scale * x**2)


@program(args=arguments, wrt=(0, 1))
def set_in_a_loop(x, w):
    return np.sum(ByLoop(scale=w).scale * x**2)


@program(args=arguments, wrt=(0, 1))
def set_to_what_carries_nothing(x, w):
    options = ByLoop(steps=3, name="momentum")
    return np.sum(x**2) * w ** getattr(options, "steps")  # noqa: B009
