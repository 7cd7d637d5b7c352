"""Deques, and the dicts of `collections`: one small program for each thing that may be done.

Each is a function of one number, checked against central differences in both modes.
"""

from __future__ import annotations

import collections
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError

# fmt: off
# ruff: noqa: B007, B018, B905, E501, E701, E702, E741, F841


def d_window(x):
    window, s = deque(maxlen=3), 0.0
    for v in [x, 2*x, x*x, 3.0, x]:
        window.append(v**2)
        s += sum(window) * window[0]
    window.appendleft(x)
    window.rotate(1)
    return s + window.pop() * window.popleft()


def d_const(x):
    q = deque([0.0]*3, maxlen=3)
    for k in range(5): q.append(x*k)
    return sum(v*v for v in q) + q[-1]*q[0]


def d_maxlen_only(x):
    q = deque([x, 2*x, x*x, 4*x], maxlen=2)
    return q[0]*q[1]


def d_unwritten(x):
    q = deque([x, x*x])
    s = 0.0
    for v in q: s += v**2
    return s*q[0]


def d_extend(x):
    q = deque()
    q.extend([x, x*x]); q.extendleft([3*x, 1.0])
    q.rotate(-1)
    del q[0]
    q[1] = q[1]*q[0]
    q.insert(1, x)
    q.reverse()
    l = list(q); c = q.copy()
    c.append(5.0*x); q.clear(); q.append(x)
    return sum(l) + sum(c)*c[2] + len(q) + q[0]


def d_nested(x):
    q = collections.deque([(x, [x]), (2*x, [1.0])])
    s = 0.0
    while q:
        v, hist = q.popleft()
        hist.append(v)
        s += v*sum(hist)
        if len(hist) < 3: q.append((v*0.5, hist))
    return s


def d_helper(x):
    def push(q, v):
        q.append(v*v)
        if len(q) > 2: q.popleft()
    q = deque()
    for k in range(4): push(q, x+k)
    return q[0]*q[1]


def d_attr(x):
    class_ = None
    q = deque([1.0, x])
    d = {"q": q}
    d["q"].append(x*x)
    return sum(q)*d["q"][1]


def d_arrays(x):
    q = deque(maxlen=2)
    u = np.array([x, 2.0])
    for _ in range(3):
        q.append(u.copy())
        u = u*q[0]
    return np.sum(q[0]*q[1]) + np.sum(np.array(q))


def d_choice(x):
    q = deque([x]) if x > 0 else [x, x]
    q.append(2*x)
    return q[0]*q[1]


def d_isinst(x):
    q = deque([x, 2*x])
    return q[0] if isinstance(q, list) else q[1]*x


def d_empty(x):
    q = deque([x])
    q.popleft()
    try:
        q.pop()
    except IndexError:
        return x*x
    return x


def d_zip(x):
    q = deque([x, 2*x, 3.0], 3)
    return sum(a*b for a, b in zip(q, list(q)[1:])) + max(q) + sorted(q)[0] + np.mean(q)


def d_eq(x):
    a = deque([x]); a += [x*x]; b = a
    b.append(x)
    return sum(i*v for i, v in enumerate(a)) + (x if x in a else 2*x)


def d_iter_rev(x):
    a = deque([x, 2*x, x*x])
    s = 1.0
    for v in reversed(a): s = s*0.5 + v
    return s


def e_or(x):
    p = {"k": x}
    p["m"] = x*2
    q = p | {"k": 1.0}
    p |= {"e": p["k"]*p["m"]}
    return sum(p.values()) + q["m"]*q["k"]


def e_or2(x):
    p = {"k": x}
    return (p | {"m": x*x})["m"] * p["k"]


def e_or_alias(x):
    p = {"k": x}; a = p
    p |= {"m": x*x}
    return a["m"]*a["k"]


def e_or_alias2(x):
    p = {"k": x}; a = p
    p = p | {"k": x*x}
    return a["k"]*p["k"]


def e_items(x):
    d = {i: x*i for i in range(3)}
    for k, v in list(d.items()): d[k+10] = v*v
    s = sorted(d.items())
    return sum(k*v for k, v in s) + s[-1][1] + dict(d.items())[2] + max(d.items())[1]


def e_popitem(x):
    p = {"a": x, "b": x*x}
    p["c"] = 3*x
    k, v = p.popitem()
    return v*len(k) + sum(p[k] for k in sorted(p))


def e_values(x):
    p = {"a": x, "b": x*x}
    p["c"] = 3*x
    vs = list(p.values()); p["a"] = 5.0
    return vs[0]*vs[1] + sum(vs)


def o_moves(x):
    d = OrderedDict(a=x, b=x*x, c=2.0)
    d.move_to_end("a"); d["b"] *= 2.0
    k, v = d.popitem(last=False)
    d["z"] = v*x
    return sum(k*v for k, v in enumerate(d.values())) + len(k)*v


def o_pairs(x):
    d = collections.OrderedDict([("a", x), ("b", x*x)], c=3*x)
    e = OrderedDict()
    for k, v in d.items(): e[k] = v*v
    d.update(a=1.0)
    return sum(e.values())*d["a"] + d["b"] + (x if isinstance(d, OrderedDict) else 100.0*x)


def f_float(x):
    t = defaultdict(float)
    for k, v in zip([0,1,0,2,1],[x,2*x,x*x,1.0,x]): t[k] += v**2
    s = t[7]
    return sum((k+1)*v for k, v in t.items()) + len(t)*x + s


def f_read_only(x):
    t = defaultdict(float)
    t[0] = x
    t[5]
    u = t[6]
    return t[0]*len(t)


def f_list(x):
    g = defaultdict(list)
    for k, v in zip([0,1,0,2,1],[x,2*x,x*x,1.0,x]): g[k].append(v)
    tot = 0.0
    for k in g: tot += sum(g[k])**2*(k+1)
    return tot + len(g[9])


def f_lambda(x):
    t = defaultdict(lambda: 1.0)
    for k in range(4): t[k%2] *= x+k
    return t[0]*t[1]+t[5]


def f_lambda_active(x):
    t = defaultdict(lambda: x)
    t[0] += 1.0
    return t[0]*t[1]


def f_nested(x):
    t = defaultdict(dict)
    t["a"]["b"] = x
    t["a"]["c"] = x*x
    t["q"]["c"] = 2*x
    return t["a"]["b"]*t["a"]["c"] + sum(t["q"].values())


def f_helper(x):
    def add(t, k, v): t[k] += v
    t = defaultdict(float)
    add(t, "a", x); add(t, "b", x*x); add(t, "a", 2.0)
    return t["a"]*t["b"]


def f_test(x):
    t = defaultdict(float)
    t["a"] = x
    if t["b"] > -1: return t["a"]*len(t)
    return x


def f_array(x):
    t = defaultdict(float)
    t["u"] += np.array([x, 2.0])
    t["u"] += np.array([x, x])
    return np.sum(t["u"]**2)


def f_setdefault(x):
    t = defaultdict(list)
    t.setdefault("a", []).append(x)
    t["a"].append(x*x)
    t["b"] += [x, 2.0]
    return sum(t["a"])*sum(t["b"])*t["a"][1]


def c_counts(x):
    seen, counts = set(), Counter()
    s = 0.0
    for v in [x, 2*x, x-3]:
        name = "big" if abs(v) > 0.5 else "small"
        counts[name] += 1
        if name not in seen:
            seen.add(name); s += v**3
        s += v*counts[name]
    return s*len(counts)


def c_most(x):
    counts = Counter("abracadabra")
    s = 0.0
    for ch, n in counts.most_common(2): s += x**n
    return s + x*counts["b"]


def c_active(x):
    c = Counter()
    c["a"] += x
    c["b"] += x*x
    return c["a"]*c["b"] + c["z"]


def c_kept(x):
    c = Counter()
    h = []
    for v in [x, 2.0*x]:
        c["n"] += 1
        h.append(v*c["n"])
    return sum(h)*c["n"]


def f_graph(x):
    adj = defaultdict(list)
    for a, b, w in [(0,1,x),(0,2,2.0),(1,2,x*x)]:
        adj[a].append((b, w)); adj[b].append((a, w))
    dist = {0: 0.0}
    todo = deque([0])
    while todo:
        n = todo.popleft()
        for m, w in adj[n]:
            if m not in dist:
                dist[m] = dist[n] + w
                todo.append(m)
    return sum(dist.values())


def c_update(x):
    c = Counter()
    c["a"] = x
    c.update({"a": x * x})
    return c["a"]


# fmt: on
REFUSED = [f_lambda_active, f_test, c_update]
PROGRAMS = [
    e_items,
    d_nested,
    d_choice,
    d_window,
    d_const,
    d_maxlen_only,
    d_unwritten,
    d_extend,
    d_helper,
    d_attr,
    d_arrays,
    d_isinst,
    d_empty,
    d_zip,
    d_eq,
    d_iter_rev,
    e_or,
    e_or2,
    e_or_alias,
    e_or_alias2,
    e_popitem,
    e_values,
    o_moves,
    o_pairs,
    f_float,
    f_read_only,
    f_list,
    f_lambda,
    f_nested,
    f_helper,
    f_array,
    f_setdefault,
    c_counts,
    c_most,
    c_active,
    c_kept,
    f_graph,
]
STEP = 1e-6


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [0.7, -1.3])
def test_program(f: Callable[[float], float], x: float, naive: bool) -> None:
    value, gradient = srcad.value_and_grad(f, naive=naive)(x)
    assert value == f(x)
    slope = (f(x + STEP) - f(x - STEP)) / (2 * STEP)
    assert gradient == pytest.approx(slope, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_pullback_twice(f: Callable[[float], float]) -> None:
    gradient = srcad.grad(f)(0.7)
    _, pullback = srcad.vjp(f, 0.7)
    for _ in range(2):
        assert pullback(1.0)[0] == pytest.approx(gradient, rel=1e-12)


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_what_is_not_followed_is_refused(f: Callable[[float], float], naive: bool) -> None:
    with pytest.raises(SrcadError):
        srcad.grad(f, naive=naive)(0.7)


def nested_lists(x):
    model = {"layers": [{"w": x, "hist": []}, {"w": 2 * x, "hist": []}], "gain": x * x}
    for _ in range(2):
        h = model["gain"]
        for layer in model["layers"]:
            h = np.tanh(layer["w"] * h)
            layer["hist"].append(h)
            layer["w"] -= 0.1 * h
    return sum(sum(layer["hist"]) for layer in model["layers"]) + model["layers"][0]["w"] ** 2


def lists_of_unknown_type(x):
    table = dict([("a", []), ("b", [x])])
    for k in ["a", "b", "a"]:
        table[k].append(x * len(table[k]))
        table[k].extend([x, 1.0])
    return sum(table["a"]) * sum(table["b"])


def result_of_append(x):
    xs = []
    xs.append(x) or xs.append(x * x)
    t = xs.append(2 * x)
    return sum(xs) * x if t is None else x


def printed_in_a_decided_test(x):
    seen = []
    if print("asked") is None:
        seen.append(x)
    return x * len(seen)


class Bag:
    def __init__(self):
        self.items = []

    def append(self, v):
        self.items.append(v * v)


def not_a_container(x):
    things = [[], Bag()]
    for t in things:
        t.append(x)
    return things[0][0] * things[1].items[0]


def appended_in_a_decided_test(x):
    xs = [x]
    if xs.append(x) is None:
        return sum(xs) * x
    return x


def appended_in_a_test(x):
    xs = [x]
    while xs.append(x) or len(xs) < 3:
        pass
    return sum(xs) * x


MORE = [nested_lists, lists_of_unknown_type, result_of_append, printed_in_a_decided_test]


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", MORE, ids=lambda f: f.__name__)
def test_methods_of_lists_that_are_hard_to_see(
    f: Callable[[float], float], naive: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    value, gradient = srcad.value_and_grad(f, naive=naive)(0.7)
    printed = capsys.readouterr().out
    assert value == f(0.7)
    assert printed == capsys.readouterr().out
    slope = (f(0.7 + STEP) - f(0.7 - STEP)) / (2 * STEP)
    assert gradient == pytest.approx(slope, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", [not_a_container, appended_in_a_test, appended_in_a_decided_test])
def test_writes_that_are_not_followed_are_refused(f: Callable[[float], float], naive: bool) -> None:
    with pytest.raises(SrcadError):
        srcad.grad(f, naive=naive)(0.7)
