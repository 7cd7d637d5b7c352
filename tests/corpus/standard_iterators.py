"""Iterators of the standard library: itertools, heapq, bisect; iterators asked more than once."""

import bisect
import heapq
import itertools
import operator
from collections import OrderedDict
from itertools import chain, compress, cycle, groupby, islice, repeat, starmap, takewhile
from types import SimpleNamespace

import numpy as np

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3) * [1, 1, -1],)]


@program(args=V)
def namespaces(x):
    p = SimpleNamespace(w=x, opt=SimpleNamespace(rate=0.1, m=np.zeros(3)))
    same = p
    for _ in range(3):
        p.opt.m = 0.9 * p.opt.m + 2 * p.w
        same.w = p.w - p.opt.rate * p.opt.m
    p.best = p.w[0] * x[1]
    return np.sum(p.w**2) * getattr(p, "nothing", 2.0) + p.best * vars(SimpleNamespace(c=2.0))["c"]


@program(args=V)
def heaps(x):
    queue = []
    for i, v in enumerate(x):
        heapq.heappush(queue, (abs(v), i, v))
    out = 0.0
    while queue:
        a, i, v = heapq.heappop(queue)
        out = out * 2 + a * v
        if i == 1:
            heapq.heappush(queue, (a + 10, 7, v * x[0]))
    return out


@program(args=V)
def heaps_of_numbers(x):
    heap = [v * v for v in x]
    heapq.heapify(heap)
    a, b = heapq.heappushpop(heap, x[1]), heapq.heapreplace(heap, x[0] * 2)
    heap[0] = heap[0] * 3
    merged = heapq.merge([x[2], x[0]], [x[1], 2.0])
    most = heapq.nlargest(2, x, key=lambda v: -v)[0] * heapq.nsmallest(1, x)[0]
    return a * 2 + b * 3 + heap[0] * heap[1] + heap[2] + most * sum(v * v for v in merged)


@program(args=V)
def places_in_sorted_lists(x):
    xs, ys = [-2.0, 0.0, 0.5, 2.0], [x[0], x[1], x[2], x[0]]
    j = bisect.bisect(xs, x[0]) - 1
    w = (x[0] - xs[j]) / (xs[j + 1] - xs[j])
    found = [x[2]]
    bisect.insort(found, x[0])
    bisect.insort_left(found, x[1], key=lambda v: v)
    found[0] = found[0] * 2
    return ys[j] * (1 - w) + ys[j + 1] * w + found[0] * found[1] + found[2]


@program(args=V)
def parts_of_sequences(x):
    out = 0.0
    for w in takewhile(lambda v: v > 0, islice(x, 0, None, 1)):
        out += w
    for w in chain.from_iterable(zip(x, x[::-1], strict=True)):
        out = out * 1.5 + w
    out += sum(compress(x, [True, False, True])) * sum(v * v for v in islice(x, 1, 3))
    out += list(itertools.zip_longest(x, [x[0]], fillvalue=x[1]))[2][1]
    out += sum(itertools.dropwhile(lambda v: v > 0, x)) ** 2
    return out + sum(itertools.filterfalse(lambda v: v > 0, x)) * sum(
        starmap(operator.mul, [(x[0], x[1]), (x[1], x[2])])
    )


@program(args=V)
def groups(x):
    out = 0.0
    for positive, group in groupby(sorted(x), key=lambda v: v > 0):
        items = list(group)
        out += items[0] * len(items) + positive * sum(items)
    for _, group in groupby([("a", x[0]), ("a", x[1]), ("b", x[2])], key=operator.itemgetter(0)):
        out += sum(v for _, v in group) ** 2
    return out


@program(args=V)
def what_never_ends(x):
    out = 0.0
    for a, b, c in zip(x, repeat(x[1]), cycle([x[0], 2.0]), strict=False):
        out += a * b * c
    for k, v in enumerate(cycle([x[0], x[1]])):
        if k == 5:
            break
        out = out * 2 + v
    return out + sum(islice(repeat(x[0]), 3)) + sum(map(operator.mul, x, repeat(x[1], 3)))


@program(args=V)
def repeated_lists_are_one(x):
    items = [v * v for v in x]
    both = list(repeat(items, 2))
    both[0][1] = x[2] * 3
    return sum(both[1])


@program(args=V)
def ordered(x):
    table = OrderedDict(a=x[0], b=x[1])
    _, v = table.popitem(last=False)
    table["c"] = v * x[2]
    return table["b"] * table["c"]


def twice(pairs):
    return sum(a * b for a, b in pairs) + sum(a for a, b in pairs)


def made(x):
    return map(lambda v: v * v, x)


@program(args=V)
def iterators_are_empty_the_second_time(x):
    pairs = zip(x, x[1:], strict=False)
    squares = made(x)
    out = twice(pairs) + twice(zip(x, x[1:], strict=False)) + sum(squares) + sum(squares) * 5
    counted = enumerate(x)
    for i in range(2):
        for k, v in counted:
            out += v * (i + 1) * k
    kept = {"z": reversed(x)}
    return out + sum(kept["z"]) + 3 * sum(kept["z"])


@program(args=V)
def iterators_that_are_left_and_taken_up(x):
    scaled = map(lambda v: v * x[0], x)
    out = 0.0
    for v in scaled:
        out += v
        if v > 0.3:
            break
    out += 10 * sum(scaled)
    pairs = zip(x, itertools.accumulate(x), strict=False)
    for a, b in pairs:
        out += a * b
        for c, d in pairs:
            out = out * 2 + c * d
    several = itertools.product(x, x)
    first = next(several)
    return out + first[0] * first[1] + sum(a * b for a, b in several)


@program(args=V)
def asked_by_hand(x):
    it = iter([x[0], x[1], x[2]])
    a = next(it)
    out = a
    for v in it:
        out = out * v + a
    both = chain(x, x)
    for v in both:
        out += v
        w = next(both, 0.0)
        out = out + w * w
    return out + next(it, x[1]) + len(list(it))


@program(args=V)
def list_that_grows_while_it_is_walked(x):
    items = [x[0]]
    it = iter(items)
    out = 0.0
    for v in it:
        out += v
        if len(items) < 3:
            items.append(v * x[1])
    items.append(x[2])
    return out + sum(it)


@program(args=V)
def first_item_that_is_changed(x):
    rows = [x * 2, x + 1]
    f = next(iter(rows))
    f -= x
    return (f * rows[0]).sum()


@program(args=V)
def first_of_what_a_dict_shows(x):
    d = {"a": x * 2, "b": x}
    f = next(iter(d.values()))
    k = next(iter(d))
    k2, v2 = next(iter(d.items()))
    return (f * d[k] * v2 * d[k2]).sum()


@program(args=V)
def first_value_of_a_dict_that_grows(x):
    d = {}
    for k, v in enumerate(x):
        d[k] = v * v
    f = next(iter(d.values()))
    first, *rest = d.values()
    (last,) = list(d.values())[-1:]
    return f * first + sum(rest) * last
