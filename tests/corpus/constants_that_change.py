"""Arrays of constants in containers, which the backward part reads, and which change."""

import collections

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.normal(size=3),)]


class C:
    def __init__(self):
        self.n = np.ones(3)

    def step(self, x):
        a = self.n
        y = a * x
        self.n += 1.0
        self.n *= 2
        return y


@program(args=V)
def item_of_a_dict(x):
    d = {"n": np.ones(3)}
    a = d["n"]
    y = a * x
    d["n"] += 1.0
    return (y * a * x).sum()


@program(args=V)
def attribute_in_a_method(x):
    c = C()
    y = c.step(x)
    y = y * c.step(y)
    return (y * c.n).sum()


@program(args=V)
def items_of_a_list_in_a_loop(x):
    l = [np.ones(3), np.zeros(3)]
    s = 0.0
    for k in range(3):
        w = l[k % 2]
        s = s + (w * x * x).sum()
        l[k % 2] += k + 1
        l[0] -= 0.5
    return s


@program(args=V)
def nested_containers(x):
    l = [[np.ones(3)], {"k": np.ones(3)}]
    w = l[0][0]
    y = w * x
    l[0][0] *= 3.0
    v = l[1]["k"]
    z = np.sin(v * y)
    l[1]["k"] /= 2
    return (z * w * v).sum()


class S:
    def __init__(self):
        self.n = np.ones(3)
        self.k = {"m": np.ones(3)}
        self.l = [np.ones(3), 2.0]
        self.count = 0
        self.total = 0.0

    def bump(self, t):
        self.n += t
        self.k["m"] *= 2
        self.l[0] -= 1.5
        self.l[1] += 0.5
        self.count += 1
        self.total += 1.5

    def bump_n(self):
        self.n *= 3


def deeper(s):
    s.bump(1.0)


def put(d, key, v):
    d[key] += v


@program(args=V)
def methods_that_change_several(x):
    s = S()
    n, m, l = s.n, s.k["m"], s.l[0]
    y = n * x
    z = m * y
    w = l * z
    s.bump(0.5)
    v = n * w * m * l
    deeper(s)
    return (v * y + z * w * n).sum() * s.count + s.total * s.l[1]


@program(args=V)
def function_that_changes_an_item(x):
    d = {"a": np.ones(3), "b": np.zeros(3)}
    a = d["a"]
    y = a * x
    for k in ("a", "b"):
        put(d, k, 2.0)
        y = y * d[k] + a * x
    return (y * a).sum()


@program(args=V)
def bound_method_and_captured_object(x):
    s = S()
    f = s.bump_n
    y = s.n * x
    f()
    g = lambda: s.n * y
    z = g()
    s.n += 1
    f()
    return (z * g()).sum()


@program(args=V)
def history_of_one_array(x):
    hist = []
    s = S()
    for k in range(3):
        hist.append(s.n)
        hist.append(s.n * x)
        s.n += k
        s.n = s.n * 1.5
        s.n -= 0.5
    return sum((a * b).sum() for a, b in zip(hist, hist[1:]))


@program(args=V)
def rows_under_two_names(x):
    rows = [np.ones(3) for _ in range(3)]
    mat = rows[:]
    y = 0.0
    for i in range(3):
        r = rows[i]
        y = y + (r * x) @ mat[(i + 1) % 3]
        mat[i] += i
        rows[i - 1] *= 2
        rows[(i + 1) % 3][0] += 1
    return y


@program(args=V)
def list_that_grows_by_an_operator(x):
    q = {"u": [np.ones(3)]}
    u = q["u"]
    w = u[0]
    y = w * x
    q["u"] += [np.zeros(3)]
    u[0] += 1
    q["u"][1] += w
    z = u[1] * y
    q["u"][-1] /= 2
    return (z * y * u[0]).sum() + len(u)


@program(args=V)
def parts_of_a_buffer(x):
    n = 4
    buf = [np.zeros(n)]
    buf[0][1:] += x
    keep = buf[0]
    y = np.exp(keep)
    buf[0][:2] += 1
    buf[0] += y
    return (keep * y).sum()


@program(args=V)
def list_in_a_tuple(x):
    t = ([np.ones(3)], np.ones(3))
    w = t[1]
    y = w * x
    t[0][0] += w
    t[1][...] += 1
    v = t[0][0]
    z = v * y
    t[0][0] += v
    return (z * w * v).sum()


class K:
    tab = {"q": np.ones(3)}


@program(args=V)
def dict_of_a_class(x):
    K.tab["q"][:] = 1
    w = K.tab["q"]
    y = w * x
    K.tab["q"] -= 3
    return (y * y * w).sum()


@program(args=V)
def changed_by_a_function_made_inside(x):
    d = {"z": np.ones(3), "f": 1.0}

    def inner():
        d["z"] -= 3
        d["f"] *= 2

    w = d["z"]
    y = w * x * d["f"]
    inner()
    return (y * y * w).sum() * d["f"]


@program(args=V)
def attribute_under_three_names(x):
    m = C()
    w = m.n
    y = w * x
    setattr(m, "n", m.n + 1)
    m.n *= 2
    vars(m)["n"] += 1
    return (y * y * w).sum() + m.n[0]


@program(args=V)
def ends_of_a_deque(x):
    d = collections.deque([np.ones(3), np.ones(3)])
    w = d[0]
    y = w * x
    d[0] += 2
    d[-1] *= d[0]
    d.rotate(1)
    d[0] += w
    return (y * w * d[0]).sum()


@program(args=V)
def rows_as_items(x):
    a = np.ones((2, 3))
    rows = list(a)
    w = rows[1]
    y = w * x
    rows[1] += 2
    a[1] *= 2
    z = w * y
    rows[0] += w
    return (z * w * a[0]).sum()
