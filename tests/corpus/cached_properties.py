"""Properties that are computed once and kept, by `functools.cached_property` and by hand."""

import copy
import functools

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


class Model:
    def __init__(self, w):
        self.w, self._cubes, self._inverse, self.computed = w, None, None, 0

    @functools.cached_property
    def norm(self):
        self.computed += 1
        return np.sqrt(np.sum(self.w**2))

    @functools.cached_property
    def gram(self):
        return np.outer(self.w, self.w) * self.norm

    @functools.cached_property
    def parts(self):
        return [self.w[0] * 2, self.w[1]]

    @property
    def cubes(self):
        if self._cubes is None:
            self._cubes = np.sum(self.w**3)
        return self._cubes

    def solve(self):
        if self._inverse is None:
            self._inverse = np.linalg.inv(np.eye(3) * 3 + self.gram)
        return self._inverse @ self.w

    @property
    def half(self):
        return self.norm / 2

    @half.setter
    def half(self, value):
        self.w = self.w * value


class Other(Model):
    @functools.cached_property
    def norm(self):
        return np.sum(np.abs(self.w)) + 1.0

    @property
    def cubes(self):
        return super().cubes * 2


@program(args=V)
def read_twice(x):
    model = Model(x)
    first = model.norm * 2 + model.norm**2
    model.w = model.w * 3
    return (first + model.norm * x[0]) * model.computed


@program(args=V)
def kept_that_uses_kept(x):
    model = Model(x)
    model.half = x[1]
    return np.sum(model.solve()) + np.sum(model.solve() ** 2) + model.half + model.norm


@program(args=V)
def forgotten_and_computed_anew(x):
    model = Model(x)
    first = model.norm
    model.w = model.w * 2
    del model.norm
    return first * model.norm * model.computed


@program(args=V)
def set_from_outside(x):
    model = Model(x)
    model.norm = x[0] * x[1]
    return model.norm * 2 + np.sum(model.gram)


@program(args=V)
def of_several_classes(x):
    out = 0.0
    for again in range(2):
        for model in [Model(x), Other(x * 2)]:
            out += model.norm * model.cubes * (again + 1)
            model.w = model.w * 3
            out += model.norm
    return out


@program(args=V)
def asked_in_tests(x):
    model = Model(x)
    assert model.norm > 0
    out = x[int(model.norm > 1)]
    if model.norm > 1.5:
        out = out * 2
    y = np.where(model.norm > 1, model.norm, x)
    return out * model.norm + np.sum(y)


@program(args=V)
def kept_containers_that_change(x):
    model = Model(x)
    model.parts.append(x[2])
    model.gram[0, 0] = 5.0 * x[1]
    return sum(model.parts) + np.sum(model.gram)


@program(args=V)
def in_copies_and_functions(x):
    model = Model(x)

    def norm():
        return model.norm

    first = norm() * norm()
    other = copy.copy(model)
    other.w = other.w * 2
    return first + other.norm + other.cubes + max(model.norm, x[0])
