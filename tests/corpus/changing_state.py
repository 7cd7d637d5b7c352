"""State of the module that changes while the program runs, in sight and out of it.

Each program leaves the state as it found it, or sets it first: a second call gives the same.
"""

from __future__ import annotations

import contextlib

import numpy as np

from tests.corpus.registry import program

MODE = "slow"
RATE = 2.0
TERMS = 3


class Config:
    def __init__(self):
        self.rate = 2.0
        self.mode = "slow"
        self.items = [1.0, 2.0]
        self.weights = np.array([1.0, 2.0])


CONFIG = Config()
TABLE = {"rate": 2.0, "mode": "slow"}
CACHE = {}


class mode:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        global MODE
        self.old, MODE = MODE, self.name

    def __exit__(self, *problem):
        global MODE
        MODE = self.old


class more_terms:
    def __enter__(self):
        global TERMS
        TERMS = 5

    def __exit__(self, *problem):
        global TERMS
        TERMS = 3


@contextlib.contextmanager
def rate(value):
    old = CONFIG.rate
    CONFIG.rate = value
    yield
    CONFIG.rate = old


@contextlib.contextmanager
def rate_of(config, value):
    old = config.rate
    config.rate = value
    yield
    config.rate = old


@contextlib.contextmanager
def rate_in_table(value):
    old = TABLE["rate"]
    TABLE["rate"] = value
    yield
    TABLE["rate"] = old


def set_rate(value):
    CONFIG.rate = value


def set_table(value):
    TABLE["rate"] = value


def set_global(value):
    global RATE
    RATE = value


SETTERS = {"rate": set_rate, "table": set_table, "global": set_global}
ONE = [lambda rng: (1.3,)]


@program(args=ONE)
def mode_of_a_manager(x):
    with mode("fast"):
        return x if MODE == "slow" else 2 * x


@program(args=ONE)
def attribute_of_a_manager(x):
    with rate(5.0):
        y = x * CONFIG.rate
    return y * x


@program(args=ONE)
def item_of_a_manager(x):
    with rate_in_table(5.0):
        y = x * TABLE["rate"]
    return y * x


@program(args=ONE)
def attribute_in_a_test(x):
    with np.errstate(all="ignore"), rate(5.0):
        y = x * CONFIG.rate if CONFIG.rate > 3 else x * x
    return y * x


@program(args=ONE)
def object_made_here(x):
    config = Config()
    with rate_of(config, 5.0):
        y = x * config.rate
    return y * x


@program(args=ONE)
def set_by_helpers(x):
    set_rate(2.0)
    set_table(4.0)
    y = x * CONFIG.rate * TABLE["rate"]
    set_rate(3.0)
    set_table(2.0)
    return y * CONFIG.rate + x * TABLE["rate"]


@program(args=[lambda rng: (1.3, "rate"), lambda rng: (1.3, "global"), lambda rng: (0.4, "table")])
def set_by_unknown_functions(x, which):
    set_rate(2.0)
    set_global(2.0)
    set_table(2.0)
    y = x * CONFIG.rate + x * x * RATE + np.sin(x) * TABLE["rate"]
    SETTERS[which](3.0)
    return y * RATE + x * CONFIG.rate


@program(args=ONE)
def text_that_decides(x):
    CONFIG.mode = "fast"
    y = 3 * x if CONFIG.mode == "slow" else 2 * x
    CONFIG.mode = "slow"
    return y


@program(args=ONE)
def text_in_a_table(x):
    TABLE["mode"] = "slow"
    {"now": lambda: TABLE.__setitem__("mode", "fast")}["now"]()
    y = x if TABLE["mode"] == "slow" else 2 * x
    TABLE["mode"] = "slow"
    return y


@program(args=ONE)
def text_of_a_default(x):
    def flip(config=CONFIG):
        config.mode = "fast"

    CONFIG.mode = "slow"
    flip()
    y = x if CONFIG.mode == "slow" else 2 * x
    CONFIG.mode = "slow"
    return y


@program(args=ONE)
def list_and_array_of_an_object(x):
    CONFIG.items[0] = 4.0
    CONFIG.weights = np.array([1.0, 2.0])
    y = x * CONFIG.items[0] * CONFIG.weights
    CONFIG.items[0] = 1.0
    CONFIG.weights = np.array([3.0, 4.0])
    return np.sum(y * x)


@program(args=ONE)
def length_of_a_loop(x):
    total = 0.0
    with more_terms():
        for k in range(TERMS):
            total = total + x ** (k + 1)
    return total


@program(args=ONE)
def exponent_and_condition(x):
    y = x**TERMS
    with more_terms():
        y = y + x * TERMS if TERMS > 4 and x > 0 else y
    return y * (x if TERMS == 3 else 1.0)


class Gain:
    def __init__(self):
        self.gain = 2.0

    def step(self, x):
        y = x * self.gain
        self.gain = self.gain + 1.0
        return y


GAIN = Gain()


@program(args=ONE)
def object_with_a_counter(x):
    GAIN.gain = 2.0
    return GAIN.step(x) + GAIN.step(x) * x


class Readings:
    def __init__(self, x):
        self.x, self.count = x, 0

    @property
    def factor(self):
        self.count += 1
        return float(self.count)


@program(args=ONE)
def property_that_counts(x):
    readings = Readings(x)
    return x * readings.factor + x * x * readings.factor


def grid(n):
    if n not in CACHE:
        CACHE[n] = np.arange(n) * 1.0
    return CACHE[n]


@program(args=ONE)
def cache_of_the_module(x):
    CACHE.clear()
    return np.sum(x * grid(3)) + np.sum(np.sin(x * grid(3)))


BEST = {"count": 0, "best": None}


@program(args=ONE)
def statistics_of_the_module(x):
    BEST["count"] += 1
    y = x * x
    if BEST["best"] is None or BEST["count"] > 0:
        y = y + x
    BEST["count"] = 0
    return y


@program(args=ONE)
def functions_in_raw_code(x):
    rates = any(set_rate(k) for k in (2.0, 4.0))
    y = x * CONFIG.rate
    label = f"{set_rate(2.0)}{rates}"
    return y if label else x
