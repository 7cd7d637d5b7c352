"""Programs that go wrong where too much is believed of operators, keys, ranks and None."""

import numpy as np

from tests.corpus.registry import program


def numbers(*more):
    return lambda rng: (round(float(rng.uniform(0.4, 0.9)), 3), *more)


def ranks(*more):
    return lambda rng: ({"a": rng.normal(size=3), "b": rng.normal(size=(2, 3))}, *more)


def values(*more):
    return lambda rng: ([rng.normal(size=3), 0.5, rng.normal(size=(2, 2))], *more)


class Shared:
    """Its operators hand out the array that it holds."""

    def __init__(self, d):
        self.d = d

    def __add__(self, other):
        return self.d

    def __neg__(self):
        return self.d

    def __iadd__(self, other):
        self.d[0] += other
        return self


def picked(xs, k):
    return xs[k]


@program(args=numbers())
def a_sum_that_is_an_array_of_an_operand(x):
    h = np.zeros(3)
    xs = [Shared(h), 2.0]
    y = xs[0] + 1
    y[0] = x**2
    return np.sum(h) + x


@program(args=numbers())
def a_minus_that_is_an_array_of_an_operand(x):
    h = np.zeros(3) * x
    xs = [Shared(h), 2.0]
    y = -picked(xs, 0)
    y[0] = x**2
    return np.sum(h) + x


@program(args=numbers())
def an_operator_that_writes_into_what_its_object_holds(x):
    h = np.zeros(3) * x
    o = picked([Shared(h), 2.0], 0)
    o += x
    return np.sum(h**2) + x


@program(args=numbers())
def a_list_among_numbers_under_like_keys(x):
    d = {}
    for i in range(3):
        d["a%d" % i] = x * i
    d["a1"] = [x, x * 2]
    d["a1"].append(x**3)
    return d["a0"] + d["a2"] + sum(d["a%d" % 1])


@program(args=numbers())
def lists_in_the_place_of_arrays(x):
    d = {"a1": x * np.ones(2)}
    for i in range(3):
        d[f"a{i}"] = [x * i, x]
    d["b"] = d["a1"]
    d["b"][0] = x**2
    return d["a1"][0] + d["a2"][0]


def key(i):
    return "W" if i == 0 else "Wide"


@program(args=numbers())
def keys_that_begin_alike(x):
    d = {}
    d["W" + str(1)] = x * 2
    d["Wide" + str(1)] = np.array([x, x**2])
    d[key(0) + "1"] = d["W1"] ** 2
    return d["W1"] + np.sum(d["Wide1"]) + d.get("W9", x)


@program(args=numbers())
def a_default_and_later_an_array(x):
    state = {}
    state["m"] = x
    e = state.get("eps", 2.0)
    state["eps"] = np.array([x, x])
    f = state.get("eps", 2.0)
    f[0] = x**3
    return e * x + np.sum(state["eps"])


@program(args=[numbers(["eps", "m"]), numbers(["m"])])
def a_default_under_a_key_from_a_list(x, keys):
    state = {}
    for k in keys:
        state[k] = x * len(k)
    return state.get("eps", 2.0) * x


@program(args=[numbers(0), numbers(1), numbers(3)])
def a_pair_or_none(x, n):
    t = None
    for _ in range(n):
        t = (x, x**2) if t is None else (t[0] * x, t[1] + t[0])
    return x if t is None else t[0] * t[1]


@program(args=[numbers(1), numbers(2), numbers(3)])
def an_array_or_none_under_two_names(x, n):
    a = None
    for k in range(n):
        b = a
        a = x * np.ones(3) if a is None else a
        a[k] = x ** (k + 1)
        if b is not None:
            b[0] *= 2.0
    return np.sum(a**2)


@program(args=ranks())
def views_of_any_rank_written_in_lists(p):
    total, vs = 0.0, []
    for k in p:
        v = p[k] * 1.0
        w = v[...]
        w *= 2.0
        vs.append(v)
        vs[-1][0] = p["a"][0] ** 2
        total = total + np.sum(v)
    return total + np.sum(vs[0]) * np.sum(vs[-1])


@program(args=ranks())
def transposes_of_any_rank_written(p):
    q = {k: p[k] * 1.0 for k in p}
    for k in q:
        v = q[k]
        v -= 0.1 * v**2
        u = v.T
        u += 1.0
    return sum([np.sum(q[k] ** 2) for k in q])


@program(args=ranks(), tags=("mutates",))
def some_arguments_of_any_rank_written(p):
    q = dict(p)
    for k in q:
        v = q[k]
        v = v * 1.0 if k == "a" else v
        v -= 0.1 * v**2
    return sum([np.sum(q[k] ** 2) for k in q])


@program(args=[ranks(0), ranks(1)])
def zeros_like_one_of_two(p, n):
    v = p["a"] if n else p["b"]
    z = np.zeros_like(v)
    s = z.reshape(-1)
    s[0] = np.sum(v) ** 2
    y = z + v
    y /= 2.0
    z[...] += y
    return np.sum(z * v) + np.sum(s)


@program(args=values(), tags=("mutates",))
def items_of_a_list_written_or_bound(xs):
    total = 0.0
    for v in xs:
        t = v
        t += 1.0
        total += np.sum(t * v)
    return total


@program(args=values())
def a_total_that_changes_its_rank(xs):
    total = 0.0
    for v in xs:
        b = total
        total += np.sum(v) * v
        total = np.sum(total) + np.sum(b)
    return total


@program(args=[values(0), values(1)])
def a_number_or_an_array_under_two_names(xs, n):
    total = xs[0] * 1.0 if n else 0.5
    b = total
    total += xs[1]
    return np.sum(total * b)
