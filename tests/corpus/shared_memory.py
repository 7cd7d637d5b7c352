"""Arrays that several variables stand for, one of which is written."""

import numpy as np

from tests.corpus.registry import program


def positive(rng):
    return (rng.uniform(0.6, 2.2, size=3),)


def scale(p, q):
    p[1:] *= q
    return p


def mkp(x):
    W = x * 1.0
    return {"W": W, "b": W[1:], "n": x[0] * 2}


def use(P, k):
    return (P["W"] * P["W"]).sum() * P["b"][0] + P["n"] * k


def first_two(L):
    return L[0], L[1] * 2


def rec(u, k):
    if k == 0:
        return u.sum()
    v = u[1:] if len(u) > 1 else u
    v += u[0]
    return rec(v, k - 1) * u[0]


@program(args=[positive])
def view_added_to(x):
    u = x * 1.0
    v = u[1:]
    v += x[:-1]
    return np.sum(u**2)


@program(args=[positive])
def reversed_view_written(x):
    u = x * 1.0
    v = u[::-1]
    v[0] = x[0] * x[1]
    return np.sum(u * v)


@program(args=[positive])
def rows_written_in_a_loop(x):
    u = np.zeros((2, 3))
    for row in u:
        row += x
        row *= x
    return np.sum(u**3)


@program(args=[positive])
def second_name_in_operators(x):
    a = x * 1.0
    b = a
    b[0] = a[1] * 2
    a *= b
    return a @ b


@program(args=[positive])
def two_overlapping_views(x):
    u = np.exp(x)
    l = u[:-1]
    r = u[1:]
    for k in range(3):
        l += 0.1 * r
        r *= l[0]
    return np.sum(u)


@program(args=[positive])
def written_through_a_list_item(x):
    u = np.exp(x)
    s = [u, x * 1.0]
    w = s[0]
    w[1] = u[0] ** 2
    return s[0] @ x


@program(args=[positive])
def each_array_of_a_list(x):
    c = [x * 1.0, x * 2.0]
    for u in c:
        u[0] = u[1] * u[2]
    return (c[0] * c[1]).sum()


@program(args=[positive])
def helper_returns_what_it_wrote(x):
    u = x * 1.0
    v = u[:]
    w = scale(v, x[0])
    w[0] = 3 * x[1]
    return (u * v * w).sum()


@program(args=[positive])
def diagonal_and_transpose(x):
    m = np.zeros((3, 3))
    d = m.diagonal()
    t = m.T
    t[0] = x
    m[1] += t[:, 0]
    return (m**2).sum() + (t @ x).sum()


@program(args=[positive])
def four_views_of_one(x):
    u = x * 1.0
    v = u.reshape(1, 3)
    w = u.ravel()
    z = np.asarray(u)
    v[0, 1] = x[2] ** 2
    w[0] *= x[1]
    z[2] -= w[1]
    return (u * x).sum() + (v**2).sum()


@program(args=[positive])
def buffers_that_change_places(x):
    cur = x * 1.0
    nxt = np.zeros(3)
    for k in range(4):
        nxt[1:-1] = cur[:-2] + cur[2:] * cur[1:-1]
        nxt[0] = cur[0] * x[1]
        nxt[-1] = cur[0]
        cur, nxt = nxt, cur
    return (cur * nxt).sum()


@program(args=[positive])
def view_or_new_by_branch(x):
    u = x * 1.0
    if x[0] > 0:
        v = u[1:]
    else:
        v = x[1:] * 2
    v[0] = x[0] ** 2
    return (u**2).sum() + v.sum()


@program(args=[positive])
def buffers_in_a_dict(x):
    bufs = {"a": np.zeros(3), "b": x * 2}
    bufs["a"][:] = bufs["b"] * x
    bufs["b"][1] = bufs["a"][0]
    return bufs["a"] @ bufs["b"]


@program(args=[positive])
def dict_from_a_helper(x):
    P = mkp(x)
    P2 = P["W"]
    P2[1] = x[0] * P["n"]
    return (P["W"] ** 2).sum() * P["b"].sum()


@program(args=[positive])
def dict_read_by_a_helper_between_writes(x):
    P = mkp(x)
    s = use(P, x[1])
    b = P["b"]
    b *= 2.0
    return s * use(P, s)


@program(args=[positive])
def list_stacked_before_and_after(x):
    L = [x * 1.0, x * 2.0, np.zeros(3)]
    m0 = np.stack(L)
    for k in range(3):
        u = L[k]
        u[k] = m0[0, k] ** 2
        u += L[k - 1]
    m = np.stack(L)
    return (m * m).sum() + (m @ x).sum()


@program(args=[positive])
def closure_reads_what_is_written(x):
    u = x * 1.0
    v = u[1:]

    def g(k):
        return u[k] * u.sum()

    a = g(0)
    v[0] = a * x[2]
    b = g(1)
    v += b
    return a * b + g(2)


@program(args=[positive])
def arrays_taken_out_by_a_helper(x):
    L = [x * 1.0, x * x]
    p, q = first_two(L)
    p[0] = q[1] * 3
    q[2] = p[0]
    return (L[0] * L[1]).sum() * q.sum() + p.sum()


@program(args=[positive])
def tuple_of_views_and_a_number(x):
    u = x * 1.0
    r = (u, u[1:], x[0])
    w = r[1]
    w[0] = r[2] * 5
    a, b, c = r
    a *= c
    b += a[0]
    return (r[0] * a).sum() * b.sum()


@program(args=[positive])
def history_in_a_list(x):
    L = []
    u = x * 1.0
    for k in range(3):
        L.append(u)
        u = u * x[k]
    m = np.array(L)
    w = L[1]
    w[:] = m[2] * m[0]
    return (np.array(L) * m).sum()


@program(args=[positive])
def zip_of_arrays_and_views(x):
    u = x * 1.0
    t = 0.0
    for a, b in zip([u, u[::-1]], [x, u]):
        a[0] += b[1] * a[1]
        t += (a * b).sum()
    return t


@program(args=[positive])
def rows_unpacked_and_columns_written(x):
    u = np.zeros((2, 3))
    u[0] = x
    for i in range(3):
        p, q = u
        q[i] = p[i] ** 2 + q[i - 1]
        p -= 0.1 * q
        u[:, i] *= p[0]
    return (u**2).sum()


@program(args=[positive])
def write_in_try(x):
    u = x * 1.0
    v = u
    try:
        v[0] = x[1] * 2
        v[5] = 1.0
    except IndexError:
        v[1] = u[0] ** 2
    return (u * v).sum()


@program(args=[positive])
def recursion_on_views(x):
    u = x * 1.0
    return rec(u, 3) + u.sum()


@program(args=[positive])
def strided_view_in_a_while(x):
    u = x * 1.0
    while u[0] < 20:
        v = u[::2]
        v *= 1.5
        v[0] += u[1]
    return (u**2).sum()


@program(args=[positive])
def flat_copy_or_view(x):
    u = np.array([x, x**2])
    q = u.ravel()
    r = u.T.ravel()
    q[1] = r[2]
    r[0] = q[1] * 2
    u[1] += r[:3]
    return q @ q + (u * r.reshape(2, 3)).sum()


@program(args=[positive])
def broadcast_and_corner(x):
    u = np.ones((3, 3)) * x
    b = np.broadcast_to(u[0], (2, 3))
    d = u[1:, 1:]
    d[...] = b[:, :2] * d.T
    u[0] *= b[1]
    return (b * b).sum() + u.sum() * d[0, 0]


@program(args=[lambda rng, n=n: (*positive(rng), n) for n in (0, 1, 3, 5)])
def accumulator_of_unknown_kind(x, n):
    acc = 0.0
    for k in range(n):
        acc += x * k
        acc *= 1.0 + x[0]
    return np.sum(acc)


@program(args=[lambda rng, n=n: (*positive(rng), n) for n in (0, 1, 3, 5)])
def number_that_becomes_an_array(x, n):
    acc = 1.0
    u = x * 1.0
    for k in range(n):
        if k == 1:
            acc = u
        acc /= 1.5 + u[1]
        acc -= u
    return np.sum(acc) + np.sum(u**2)


@program(args=[lambda rng, n=n: (*positive(rng), n) for n in (0, 1, 3, 5)])
def number_or_array_squared(x, n):
    t = x[0] if n > 3 else x * 1.0
    w = t
    y = np.sum(t * t)
    t += 2.0 * x[1]
    t **= 2
    return y * np.sum(t * w)


@program(args=[lambda rng, n=n: (*positive(rng), n) for n in (0, 1, 3, 5)])
def mixed_list_written(x, n):
    L = [x * 1.0, 2.0]
    s = 0.0
    for k in range(2):
        t = L[k]
        t *= x[k]
        t += s
        s += np.sum(t) * np.sum(L[0])
    return s


def doubled(v):
    v *= 2
    return v


@program(args=[positive])
def result_of_a_writing_helper_unused(x):
    y = x + 1
    doubled(y)
    return y.sum() * y[0]


@program(args=[positive])
def result_of_a_helper_that_writes_a_view_unused(x):
    y = x + 1
    z = y[:2]
    doubled(z)
    return y.sum() * z[0]
