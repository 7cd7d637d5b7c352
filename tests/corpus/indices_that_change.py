"""Integers, flags and settings in lists and dicts that change, and are read again backwards."""

from collections import deque

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]


class Path:
    def __init__(self):
        self.ids = [0]
        self.n = 0

    def push(self, i):
        self.ids.insert(0, i)
        self.n += 1


@program(args=V)
def read_then_inserted(p):
    path = [2, 1]
    s = 0.0
    for k in range(3):
        s += p[path[0]] ** 2
        path.insert(0, k)
    return s


@program(args=V)
def taken_from_a_stack(p):
    path = [2, 1, 0]
    s = 0.0
    while path:
        i = path.pop()
        s += p[i] ** 2 * (s + 1)
    return s


@program(args=V)
def breadth_first(p):
    q = deque([0])
    seen = {0}
    s = 1.0
    adj = {0: [1, 2], 1: [2], 2: [0]}
    while q:
        i = q.popleft()
        s = s * p[i] ** 2 + s
        for j in adj[i]:
            if j not in seen:
                seen.add(j)
                q.append(j)
    return s


@program(args=V)
def key_of_a_dict(p):
    d = {"a": 0}
    s = 0.0
    for k in range(3):
        d["a"] = k
        s += p[d["a"]] ** 2 * (k + 1)
    d["a"] = 0
    return s * p[d["a"]]


@program(args=V)
def reversed_under_another_name(p):
    idx = [0, 1, 2]
    t = idx
    y = p[idx] ** 2
    t.reverse()
    t[0] = 1
    z = p[idx] ** 2
    return np.sum(y * np.arange(3.0)) + np.sum(z * z * np.arange(3.0))


@program(args=V)
def changed_by_a_function(p):
    idx = [0, 1, 2]
    y = np.sum(p[idx] ** 3 * np.arange(3.0))

    def f():
        idx.insert(0, 2)
        del idx[1]

    f()
    return y + np.sum(p[idx] ** 2 * np.arange(3.0))


@program(args=V)
def sorted_and_written_while_read(p):
    order = [2, 0, 1]
    s = 0.0
    for r in range(2):
        order.sort(key=lambda i: -p[i] * r)
        for n, i in enumerate(order):
            s += p[i] ** 2 * (n + 1)
            order[n] = (i + 1) % 3 if r == 0 else i
    return s


@program(args=V)
def stack_of_pairs(p):
    st = [(0, 1.0)]
    s = 0.0
    while st:
        i, w = st.pop()
        s += w * p[i] ** 2
        if i < 2:
            st.append((i + 1, w * 0.5))
            st.insert(0, (i + 1, w * 0.25))
    return s


@program(args=V)
def queue_of_active_pairs(p):
    st = [(0, p[0])]
    s = 0.0
    while st:
        i, w = st.pop(0)
        s += w * p[i] ** 2
        if i < 2:
            st.append((i + 1, w * 0.5))
            st.insert(0, (i + 1, w * p[1]))
    return s


@program(args=V)
def flags(p):
    flags = [False] * 3
    s = 0.0
    for k in range(5):
        j = k % 3
        if not flags[j]:
            s += p[j] ** 2
        else:
            s += p[j] * s
        flags[j] = not flags[j]
    return s


@program(args=V)
def settings_that_change(p):
    cfg = {"n": 2, "mode": "a"}
    s = 0.0
    for k in range(3):
        if cfg["mode"] == "a":
            s += p[k] ** cfg["n"]
        else:
            s += p[k] * s
        cfg["n"] += 1
        cfg.update(mode="b" if k else "a")
    return s


@program(args=V)
def kept_by_an_object(p):
    g = Path()
    s = 0.0
    for k in range(3):
        s += p[g.ids[0]] ** 2 * (g.n + 1)
        g.push(k)
    return s + sum(p[i] for i in g.ids)


@program(args=V)
def beside_active_ones(p):
    xs = []
    ids = []
    s = 0.0
    for k in range(3):
        ids.insert(0, k)
        xs.insert(0, p[k] ** 2)
    for i, x in zip(ids, xs):
        s += x * p[i]
    ids.pop()
    xs.pop()
    return s * p[ids[0]]


@program(args=V)
def path_found_from_its_end(p):
    path = [2]
    for t in range(3):
        path.insert(0, path[0] - 1)
    s = 0.0
    for i in path:
        s += p[i] ** 2
    return s


@program(args=V)
def index_list_built_from_the_front(p):
    path = [2]
    for t in range(2):
        path.insert(0, t)
    return np.sum(p[path] ** 2)


V3 = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


def folded(x, ids):
    s = 0.0
    for k in ids:
        s = s * x[k] + x[k]
    return s


@program(args=V3)
def list_that_a_called_function_read(x):
    ids = [0, 1, 2]
    s = folded(x, ids)
    ids.reverse()
    ids.pop()
    out = s * folded(x, ids)
    while len(ids) > 0:
        out = out * 0.5 + folded(x, ids)
        ids.pop(0)
    return out


def product_of(x, table):
    return x[table["i"]] * x[table["j"]]


class Choice:
    def __init__(self):
        self.i, self.ids = 0, [0, 1]


def chosen(x, choice):
    return folded(x, choice.ids) + x[choice.i] ** 2


@program(args=V3)
def table_and_object_that_a_called_function_read(x):
    table, choice = {"i": 0, "j": 1}, Choice()
    s = product_of(x, table) * chosen(x, choice)
    table["i"], table["j"] = 2, 2
    choice.i = 2
    choice.ids.append(2)
    s = s * product_of(x, table) + chosen(x, choice)
    choice.ids = [1]
    return s * chosen(x, choice)


@program(args=V3)
def lists_that_loops_read(x):
    ids, pairs, weights = [2, 0], [(0, 1), (1, 2)], [1.0, 2.0]
    s = 0.0
    for k in ids:
        s = s * x[k] + x[k]
    for i, j in pairs:
        s = s * x[i] + x[j]
    for n, k in enumerate(ids):
        s = s * x[k] + x[k] * (n + 1)
    for k, w in zip(ids, weights, strict=True):
        s = s * x[k] + w * x[k]
    for k in reversed(ids):
        s = s * x[k] + x[k]
    ids.sort()
    ids[0] = 1
    pairs.clear()
    weights[0] = 7.0
    for k in ids:
        s = s * x[k] + x[k]
    ids.clear()
    return s


@program(args=V3)
def lists_that_grow_in_their_loops(x):
    ids, names, table, s = [0], ["a", "b"], dict(zip("abc", x, strict=True)), 0.0
    for k in ids:
        s = s * x[k] + x[k]
        if k < 2:
            ids.append(k + 1)
    for n in names:
        s = s * table[n] + table[n]
        if n == "b":
            names.append("c")
    for again in range(2):
        for k in ids:
            s = s * x[k] * 0.5 + x[k] * again
        ids.append(2)
        ids[0] = 1
    names.remove("a")
    ids.clear()
    return s


@program(args=V3)
def levels_and_groups_that_are_emptied(x):
    level, groups, s = [0], [[0, 1], [2]], 0.0
    for _ in range(3):
        coming = []
        for k in level:
            s = s * x[k] + x[k] ** 2
            coming.append(min(k + 1, 2))
        level.clear()
        level.extend(coming)
    for group in groups:
        for k in group:
            s += x[k] ** 2 * (s + 1)
        group.clear()
    del groups[:]
    return s
