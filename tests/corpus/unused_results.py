"""Programs that compute what nobody asks a derivative of, beside what somebody does."""

import numpy as np

from tests.corpus.registry import program


def number(rng):
    return (round(float(rng.uniform(1.1, 1.6)), 3),)


@program(args=number)
def losses_in_a_list(x):
    hist = []
    s = 0.0
    for k in range(3):
        s = s + x * x * k
        hist.append(s)
    return s * x


@program(args=number)
def values_in_a_dict(x):
    hist = {}
    s = x
    for k in range(3):
        s = np.sin(s) + x
        hist["k%d" % k] = s
        hist["last"] = s
    return s * 2


@program(args=number)
def second_array(x):
    a = np.zeros(3)
    b = np.zeros(3)
    for i in range(3):
        a[i] = x * i
        b[i] = a[i] * x
    return np.sum(a)


@program(args=number)
def views_and_products(x):
    a = np.zeros(3)
    v = a[1:]
    a[1] = x * x
    w = v * 2
    v[0] *= x
    return a[1] + 0 * x


@program(args=number)
def list_beside_the_result(x):
    t = (x * x, [x])
    t[1].append(x * 3)
    return t[0]


@program(args=number)
def list_that_is_used(x):
    t = (x * x, [x])
    l = t[1]
    l.append(x * 3)
    u, q = t
    return u * sum(q)


class Tracker:
    def __init__(self):
        self.h = []
        self.m = 0.0

    def step(self, x):
        self.m = 0.9 * self.m + x
        self.h.append(self.m)
        return self.m * x


@program(args=number)
def object_with_a_history(x):
    o = Tracker()
    s = 0.0
    for k in range(3):
        s = s + o.step(x * k)
    return s


def pair(x):
    h = [x]
    h.append(x * x)
    return x**3, h, x * 2


@program(args=number)
def first_of_three(x):
    return pair(x)[0] * 2


@program(args=number)
def two_of_three(x):
    a, b, c = pair(x)
    return a * c


@program(args=number)
def list_of_a_called_function(x):
    a, b, c = pair(x)
    b.append(a)
    return b[-1] + c


@program(args=number)
def tuple_under_another_name(x):
    t = pair(x)
    u = t
    return u[0] + u[2]


@program(args=number)
def tuple_bound_anew(x):
    t = pair(x)
    for k in range(2):
        t = (t[0] * x, t[1], t[2])
    return t[0]


@program(args=number)
def tuple_turned_round(x):
    t = (x, x * x)
    for k in range(3):
        t = (t[1], t[0] * x)
    return t[0]


@program(args=number)
def tuple_of_a_branch(x):
    if x > 0:
        t = (x, x * x)
    else:
        t = pair(x)[:2]
    return t[0] * 3


@program(args=number)
def tuple_of_an_inner_function(x):
    def inner():
        return x * x, x * 3

    p = inner()
    return p[1]


def rec(x, n):
    if n == 0:
        return x, x * 2
    a, b = rec(x * x, n - 1)
    return b * x, a


@program(args=number)
def tuple_of_a_recursion(x):
    return rec(x, 2)[0]


@program(args=number)
def step_that_is_used(x):
    w = np.ones(3) * x
    g = w * 2
    w -= 0.1 * g
    return np.sum(w)


@program(args=number)
def step_that_is_not(x):
    w = np.ones(3) * x
    loss = np.sum(w**2)
    w -= 0.1 * 2 * w
    return loss


@program(args=number)
def list_under_two_names(x):
    xs = [x]
    ys = xs
    xs.append(x * x)
    ys.append(x**3)
    return ys[1]


@program(args=number)
def dict_under_three_names(x):
    d = {"a": x}
    e = {"d": d}
    d["b"] = x * x
    z = e["d"]
    z["c"] = x**3
    return e["d"]["b"] * d["c"]


@program(args=number)
def loop_over_a_part(x):
    t = pair(x)
    s = 0.0
    for v in t[:1]:
        s = s + v
    return s


@program(args=number)
def sum_of_a_part(x):
    t = pair(x)
    return sum(t[1]) + t[-1]


@program(args=number)
def rest_of_a_tuple(x):
    a, *b = pair(x)
    return b[1]


@program(args=number)
def number_in_a_list_of_a_closure(x):
    p = [0.0]

    def add(v):
        p[0] = p[0] + v
        return v * 2

    q = add(x)
    r = add(x * x)
    return p[0]


@program(args=number)
def variable_of_a_closure(x):
    cnt = 0.0

    def add(v):
        nonlocal cnt
        cnt = cnt + v
        return v * 2

    q = add(x)
    r = add(x * x)
    return q * r


@program(args=number)
def buffer_that_is_used_again(x):
    buf = np.empty(2)
    out = []
    for k in range(3):
        buf[:] = x * k
        out.append(buf.copy())
        buf *= 2
    return np.sum(out[1])


@program(args=number)
def alias_and_itself(x):
    t = pair(x)
    u = t
    return u[0] + t[0] * t[2]


@program(args=number)
def alias_in_a_loop(x):
    t = pair(x)
    s = 0.0
    for k in range(3):
        u = t
        s = s + u[0] * t[2]
    return s


@program(args=number)
def tuple_of_two_calls(x):
    t = pair(x) if x > 0 else pair(x * 2)
    return t[2] * t[0]


@program(args=number)
def arrays_in_a_tuple_of_a_loop(x):
    t = (np.ones(3) * x, np.ones(2) * x * x)
    for k in range(2):
        u = (t[0] * 2, t[1])
        t = u
    return np.sum(t[0])


def arrs(x):
    return np.ones(3) * x, np.ones(2) * x**2, [x]


@program(args=number)
def view_of_a_part(x):
    t = arrs(x)
    v = t[0]
    return np.sum(v * t[0][1])


@program(args=number)
def part_that_is_written(x):
    t = arrs(x)
    t[0][1] = x**3
    return np.sum(t[0] ** 2)


@program(args=number)
def list_of_a_part(x):
    t = arrs(x)
    q = t[2]
    q.append(x * 5)
    t[0][0] = q[1]
    return np.sum(t[0] ** 2)


@program(args=number)
def parts_in_a_loop(x):
    s = 0.0
    for k in range(3):
        a = arrs(x * k)
        s = s + a[0][0]
        if k > 1:
            s = s * a[1][0]
    return s


def nested(x):
    return (x * x, arrs(x)), x


@program(args=number)
def part_of_a_part(x):
    return nested(x)[0][0]


@program(args=number)
def array_of_a_part(x):
    return np.sum(nested(x)[0][1][0])


@program(args=number)
def nested_targets(x):
    (a, b), c = nested(x)
    return a * c


@program(args=number)
def tuple_in_a_while(x):
    t = nested(x)
    while t[1] < 10:
        t = (t[0], t[1] * x * 2)
    return t[1]


class Net:
    def __init__(self, w):
        self.w = w

    def fwd(self, x):
        c = (x, self.w)
        return x * self.w, c

    def bwd(self, d, c):
        x, w = c
        return d * w, d * x


@program(args=number)
def backward_that_is_not_used(x):
    n = Net(x * 2)
    y, c = n.fwd(x)
    dx, dw = n.bwd(1.0, c)
    return y


@program(args=number)
def backward_that_is_used(x):
    n = Net(x * 2)
    y, c = n.fwd(x)
    dx, dw = n.bwd(y, c)
    return dx


@program(args=number)
def object_of_unknown_class(x):
    n = [Net(x * 2), 1][int(x) - 1]
    y, c = n.fwd(x)
    return y


@program(args=number)
def part_of_an_unknown_call(x):
    n = [Net(x * 2), 1][int(x) - 1]
    t = n.fwd(x)
    return t[0]


@program(args=number, has_aux=True)
def history_as_aux(x):
    history = []
    s = 0.0
    for k in range(3):
        s = s + x * k
        history.append(s * x)
    return s * s, {"history": history, "last": s}


def loss_and_gradient(W, X, y, reg):
    scores = X @ W
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores)
    p /= np.sum(p, axis=1, keepdims=True)
    n = len(y)
    loss = -np.mean(np.log(p[np.arange(n), y])) + reg * np.sum(W * W)
    p[np.arange(n), y] -= 1
    grads = {}
    grads["W"] = X.T @ p / n + 2 * reg * W
    return loss, grads


@program(args=lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(5, 4)), rng.integers(0, 3, 5)))
def loss_beside_a_gradient_by_hand(W, X, y):
    return loss_and_gradient(W, X, y, 0.1)[0]


@program(args=lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(5, 4)), rng.integers(0, 3, 5)))
def norm_of_a_gradient_by_hand(W, X, y):
    loss, grads = loss_and_gradient(W, X, y, 0.1)
    return np.sum(grads["W"] ** 2) + 0 * loss


@program(args=lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(5, 4)), rng.integers(0, 3, 5)))
def descent_by_a_gradient_by_hand(W, X, y):
    W = W.copy()
    losses = []
    for _ in range(3):
        loss, grads = loss_and_gradient(W, X, y, 0.1)
        losses.append(loss)
        W -= 0.1 * grads["W"]
    return loss_and_gradient(W, X, y, 0.1)[0]


@program(args=lambda rng: (list(rng.normal(size=2)),))
def part_of_a_parameter_that_is_handed_back(items):
    def given(*rest, **extra):
        return rest

    return given(items, 1.0)[0][0] * 2


@program(args=lambda rng: ((rng.normal(size=2), rng.normal()),))
def part_of_an_argument_that_is_handed_back(pair):
    def given(both):
        return both

    return np.sum(given(pair)[0] ** 2)


@program(args=lambda rng: (list(rng.normal(size=3)), 0.4))
def keywords_of_a_function_that_keeps_a_variable(items, v):
    v = 0.9

    def make(a):
        def keywords(*rest, **extra):
            rest = v
            return extra

        return keywords

    return make(items)(2, 1, beta=items, alpha=0)["beta"][0] * 2


@program(args=lambda rng: (list(rng.normal(size=3)), 0.4))
def arrays_as_keywords_of_a_function_that_keeps_a_variable(items, v):
    v = 0.9
    w = np.array(items) * 2.0

    def make(a):
        def keywords(**extra):
            extra["z"] = v
            return extra

        return keywords

    return np.sum(make(items)(a=w, b={"c": items})["a"] ** 2)
