"""Empty containers in containers of several types, filled by the functions that get these."""

import collections
import functools

from tests.corpus.registry import program


def three(rng):
    return (rng.uniform(0.5, 1.5, 3),)


def log_product(t, d):
    d["log"].append(t * d["x"][0])
    return len(d["log"])


@program(args=three)
def in_a_dict_display(x):
    log = []
    for v in x:
        log_product(v, {"log": log, "x": x})
    return sum(log)


@program(args=three)
def in_a_dict_variable(x):
    log = []
    for v in x:
        d = {"log": log, "x": x}
        log_product(v, d)
    return sum(log) + x[0]


def log_square(t, d, k):
    d[k].append(t * t)


@program(args=three)
def under_a_key_of_one_s_own(x):
    log, other = [], []
    d = {"log": log, "other": other, "x": x}
    for i, v in enumerate(x):
        log_square(v, d, "log" if i else "other")
    return sum(log) * 2 + sum(other) * 3


def log_deep(t, d):
    d["s"]["m"]["log"].append(t * t)


@program(args=three)
def dicts_in_dicts(x):
    log = []
    d = {"s": {"m": {"log": log, "a": 1.0}, "b": x}}
    for v in x:
        log_deep(v, d)
    return sum(log)


def log_in_pair(t, p):
    p[1][0].append(t * t)


@program(args=three)
def in_a_tuple(x):
    log = []
    p = (x, [log, 3])
    for v in x:
        log_in_pair(v, p)
    return sum(log) + x[1]


def log_by_loop(t, d):
    for k in d:
        if k == "log":
            d[k].append(t * t)


@program(args=three)
def found_by_a_loop_over_keys(x):
    log = []
    d = {"log": log, "x": x}
    for v in x:
        log_by_loop(v, d)
    return sum(log)


def log_by_get(t, d):
    log = d.get("log")
    log.append(t * t)


@program(args=three)
def found_by_get(x):
    log = []
    d = {"log": log, "x": x}
    for v in x:
        log_by_get(v, d)
    return sum(log) + x[2]


def log_by_inner(t, d):
    def inner():
        d["log"].append(t * d["x"][1])

    inner()


@program(args=three)
def captured_by_an_inner_function(x):
    log = []
    for v in x:
        log_by_inner(v, {"log": log, "x": x})
    return sum(log)


def log_first(t, d):
    d["log"][0] = d["log"][0] + t * t


@program(args=three)
def an_integer_that_becomes_a_float(x):
    log = [0]
    for v in x:
        log_first(v, {"log": log, "x": x})
    return log[0] * 1.0


def put(t, d):
    d["c"]["v"] = t * t


@program(args=three)
def an_empty_dict(x):
    c = {}
    for v in x:
        put(v, {"c": c, "x": x})
    return c["v"] * x[0]


def log_options(t, *args, **options):
    options["log"].append(t * args[0])


@program(args=three)
def among_the_options(x):
    log = []
    for v in x:
        log_options(v, x[0], log=log, k=x)
    return sum(log)


@program(args=three)
def held_by_a_partial(x):
    log = []
    add = functools.partial(log_square, d={"log": log, "x": x}, k="log")
    for v in x:
        add(v)
    return sum(log) + x[0]


class Graph:
    def __init__(self):
        self.edges = collections.defaultdict(list)
        self.total = collections.defaultdict(float)

    def add(self, u, v, w):
        self.edges[u].append((v, w))
        self.total[u] += w


@program(args=three)
def edges_by_node(x):
    graph = Graph()
    graph.add(0, 1, x[0])
    graph.add(0, 2, x[1])
    graph.add(1, 2, x[2] * x[0])
    return sum(w * (v + 1) for v, w in graph.edges[0]) * graph.total[1]


@program(args=three)
def products_by_key(x):
    d = collections.defaultdict(lambda: 1.0)
    for k, v in zip("aab", x, strict=True):
        d[k] *= v
    return d["a"] * d["b"] + d["c"] * x[0] + sum(d.values())
