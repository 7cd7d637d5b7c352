"""What is read before something behind it in the same expression changes it."""

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


class Rates:
    rate = 2.0


CONFIG = Rates()


def bump():
    CONFIG.rate = CONFIG.rate + 1.0
    return CONFIG.rate


class Data:
    def __init__(self, v):
        self.v = v

    def terms(self):
        for k in range(2):
            yield self.v[k]

    def __iter__(self):
        yield self.v[0]
        yield self.v[1]

    def advance(self):
        self.v = self.v * 2
        return self.v[0]


class Growing:
    def __init__(self, v):
        self.v = v

    def __iter__(self):
        k = 0
        while k < min(len(self.v), 5):
            yield self.v[k]
            k += 1

    def items(self):
        k = 0
        while k < min(len(self.v), 5):
            yield self.v[k]
            k += 1


def mixed(a, b, c):
    return a * b + c


@program(args=V)
def list_spread_before_it_shrinks(x):
    xs = [x[0], x[1], x[2]]
    return sum([*xs, xs.pop()]) * x[1]


@program(args=V)
def array_spread_before_it_is_written(x):
    a = x.copy()

    def tripled():
        a[0] = a[0] * 3
        return a[0]

    ys = [*a, tripled()]
    return ys[0] * ys[3]


@program(args=V)
def object_spread_before_it_changes(x):
    one, two = Data(x), Data(x)
    ys = [*one, one.advance()]
    return ys[0] * ys[1] + ys[2] + mixed(*two, two.advance())


@program(args=V)
def generator_spread_before_its_object_changes(x):
    one, two = Data(x), Data(x)
    ys = [*one.terms(), one.advance()]
    return ys[0] * ys[1] + ys[2] + mixed(*two.terms(), two.advance())


@program(args=V)
def dict_spread_before_it_changes(x):
    d = {"a": x[0], "c": x[1]}

    def tripled():
        d["a"] = d["a"] * 3
        return d["a"]

    e = {**d, "b": tripled()}
    return e["a"] * e["b"] + mixed(**d, b=tripled())


@program(args=V)
def attribute_of_a_global_before_it_changes(x):
    CONFIG.rate = 2.0
    xs = [CONFIG.rate, bump(), CONFIG.rate]
    d = {"a": CONFIG.rate, "b": bump()}
    y = mixed(CONFIG.rate, x[0], bump()) + CONFIG.rate * x[1]
    return y + xs[0] * x[0] + xs[1] * x[1] + xs[2] * x[2] + d["a"] * x[0] + d["b"] * x[1]


@program(args=V)
def list_that_the_loop_over_its_owner_grows(x):
    data = Growing([x[0], x[1]])
    seen = data.v
    for v in data:
        seen.append(v)
    other = Growing([x[0], x[1]])
    seen_2 = other.v
    for v in other.items():
        seen_2.append(v)
    return sum(seen) * sum(seen_2)


@program(args=V)
def list_that_takes_what_it_grows(x):
    data, other = Growing([x[0], x[1]]), Growing([x[0], x[1]])
    seen = data.v
    seen.extend(data)
    seen_2 = other.v
    seen_2 += other
    return np.sum(np.array(seen)) * sum(seen_2)


class Places:
    k = 0


PLACES = Places()


def step():
    PLACES.k = PLACES.k + 1
    return PLACES.k


@program(args=V)
def index_and_range_of_what_changes(x):
    PLACES.k = 0
    out = 0.0
    for k in range(PLACES.k, step() + 1):
        out += x[k] * (k + 1)
    m = np.outer(x, x)
    PLACES.k = 0
    out += m[PLACES.k, step()] * x[PLACES.k + step() - 2]
    return out + np.sum(x[PLACES.k - 2 : step()])
