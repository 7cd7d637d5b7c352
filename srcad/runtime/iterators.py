"""`itertools`, `heapq` and `bisect` in plain Python, so that they can be differentiated.

Iterators are exhausted at once, as those of `substitutes` are; what never ends is an object that
hands out as many items as are asked for.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
from collections.abc import Iterator
from typing import Any

from srcad.runtime import walks


class Endless:
    """`itertools.repeat` without a number of times."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield self.value

    def first(self, count: int) -> list[Any]:
        return [self.value for _ in range(count)]


class Cycle:
    """`itertools.cycle`."""

    def __init__(self, items: Any) -> None:
        self.items = list(items)

    def __iter__(self) -> Iterator[Any]:
        while len(self.items) > 0:
            yield from self.items

    def first(self, count: int) -> list[Any]:
        size = len(self.items)
        return [self.items[k % size] for k in range(count if size else 0)]


def cycle(items: Any) -> Any:
    """`itertools.cycle`."""
    return Cycle(items)


def repeat(value: Any, times: Any = None) -> Any:
    """`itertools.repeat`."""
    if times is None:
        return Endless(value)
    return [value for _ in range(times)]


def first_items(owner: Any, count: int) -> Any:
    """`itertools.islice` of what never ends."""
    return owner.first(count)


def fewest(*rows: Any) -> int:
    """How many turns a zip of these takes."""
    return min([len(row) for row in rows])


def islice(sequence: Any, *bounds: Any) -> Any:
    """`itertools.islice`."""
    items = list(sequence)
    no_negative(*bounds)
    if len(bounds) == 1:
        return items[: bounds[0]]
    if len(bounds) == 2:
        return items[bounds[0] : bounds[1]]
    return items[bounds[0] : bounds[1] : bounds[2]]


def no_negative(*bounds: Any) -> None:
    """What islice refuses, and brackets do not."""
    if any(b is not None and b < 0 for b in bounds):
        raise ValueError("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")


def from_iterable(sequences: Any) -> Any:
    """`itertools.chain.from_iterable`."""
    out = []
    for sequence in sequences:
        for item in sequence:
            out.append(item)
    return out


def takewhile(predicate: Any, sequence: Any) -> Any:
    """`itertools.takewhile`."""
    out = []
    for item in sequence:
        if not predicate(item):
            break
        out.append(item)
    return out


def dropwhile(predicate: Any, sequence: Any) -> Any:
    """`itertools.dropwhile`."""
    out = []
    dropping = True
    for item in sequence:
        if dropping and predicate(item):
            continue
        dropping = False
        out.append(item)
    return out


def filterfalse(predicate: Any, sequence: Any) -> Any:
    """`itertools.filterfalse`."""
    if predicate is None:
        return [item for item in sequence if not item]
    return [item for item in sequence if not predicate(item)]


def starmap(function: Any, sequence: Any) -> Any:
    """`itertools.starmap`."""
    return [function(*items) for items in sequence]


def compress(sequence: Any, selectors: Any) -> Any:
    """`itertools.compress`."""
    return [item for item, chosen in zip(sequence, selectors) if chosen]  # noqa: B905


def zip_longest(*sequences: Any, fillvalue: Any = None) -> Any:
    """`itertools.zip_longest`."""
    rows = [list(s) for s in sequences]
    out = []
    for k in range(longest(rows)):
        out.append(tuple([row[k] if k < len(row) else fillvalue for row in rows]))
    return out


def longest(rows: Any) -> int:
    """How many items zip_longest yields."""
    return max([len(row) for row in rows], default=0)


def groupby(sequence: Any, key: Any = None) -> Any:
    """`itertools.groupby`, each group a list."""
    out = []
    first, last = True, None
    group: list[Any] = []
    for item in sequence:
        mark = item if key is None else key(item)
        if first or mark != last:
            group = []
            out.append((mark, group))
            first, last = False, mark
        group.append(item)
    return out


# -- heapq, as CPython has it --------------------------------------------------------------


def heappush(heap: Any, item: Any) -> None:
    """`heapq.heappush`."""
    heap.append(item)
    moved_up(heap, 0, len(heap) - 1)


def heappop(heap: Any) -> Any:
    """`heapq.heappop`."""
    last = heap.pop()
    if not heap:
        return last
    first = heap[0]
    heap[0] = last
    moved_down(heap, 0)
    return first


def heapreplace(heap: Any, item: Any) -> Any:
    """`heapq.heapreplace`."""
    first = heap[0]
    heap[0] = item
    moved_down(heap, 0)
    return first


def heappushpop(heap: Any, item: Any) -> Any:
    """`heapq.heappushpop`."""
    if heap and heap[0] < item:
        first = heap[0]
        heap[0] = item
        moved_down(heap, 0)
        return first
    return item


def heapify(heap: Any) -> None:
    """`heapq.heapify`."""
    for k in reversed(range(len(heap) // 2)):
        moved_down(heap, k)


def moved_up(heap: Any, start: int, place: int) -> None:
    item = heap[place]
    while place > start:
        above = (place - 1) // 2
        parent = heap[above]
        if not item < parent:
            break
        heap[place] = parent
        place = above
    heap[place] = item


def moved_down(heap: Any, place: int) -> None:
    end, start = len(heap), place
    item = heap[place]
    below = 2 * place + 1
    while below < end:
        right = below + 1
        if right < end and not heap[below] < heap[right]:
            below = right
        heap[place] = heap[below]
        place = below
        below = 2 * place + 1
    heap[place] = item
    moved_up(heap, start, place)


def nlargest(n: int, sequence: Any, key: Any = None) -> Any:
    """`heapq.nlargest`."""
    return sorted(sequence, key=key, reverse=True)[: max(n, 0)]


def nsmallest(n: int, sequence: Any, key: Any = None) -> Any:
    """`heapq.nsmallest`."""
    return sorted(sequence, key=key)[: max(n, 0)]


def merge(*sequences: Any, key: Any = None, reverse: bool = False) -> Any:
    """`heapq.merge`: always the first of the least of those that come next."""
    rows = [list(s) for s in sequences]
    marks = rows if key is None else [[key(item) for item in row] for row in rows]
    out = []
    for j, k in merged_order(marks, reverse):
        out.append(rows[j][k])
    return out


def merged_order(marks: Any, reverse: bool) -> list[tuple[int, int]]:
    """Which items of which row heapq.merge takes, one after the other."""
    places = [[_Place(j, k, mark) for k, mark in enumerate(row)] for j, row in enumerate(marks)]
    found = heapq.merge(*places, key=lambda place: place.mark, reverse=reverse)
    return [(place.row, place.column) for place in found]


class _Place:
    def __init__(self, row: int, column: int, mark: Any) -> None:
        self.row, self.column, self.mark = row, column, mark


# -- bisect ----------------------------------------------------------------------------------


def insort_right(a: Any, x: Any, lo: int = 0, hi: Any = None, *, key: Any = None) -> None:
    """`bisect.insort_right`."""
    a.insert(place_right(a, x, lo, hi, key), x)


def insort_left(a: Any, x: Any, lo: int = 0, hi: Any = None, *, key: Any = None) -> None:
    """`bisect.insort_left`."""
    a.insert(place_left(a, x, lo, hi, key), x)


def place_right(a: Any, x: Any, lo: int, hi: Any, key: Any) -> int:
    given = x if key is None else key(x)
    return bisect.bisect_right(a, given, lo, len(a) if hi is None else hi, key=key)


def place_left(a: Any, x: Any, lo: int, hi: Any, key: Any) -> int:
    given = x if key is None else key(x)
    return bisect.bisect_left(a, given, lo, len(a) if hi is None else hi, key=key)


ENDLESS = (Endless, Cycle)
INERT = (no_negative, walks.no_views, longest, fewest, merged_order, place_left, place_right)
INERT_FUNCTIONS = (bisect.bisect_left, bisect.bisect_right)
SOURCES: dict[Any, Any] = {
    itertools.islice: islice,
    itertools.chain.from_iterable: from_iterable,
    itertools.takewhile: takewhile,
    itertools.dropwhile: dropwhile,
    itertools.filterfalse: filterfalse,
    itertools.starmap: starmap,
    itertools.compress: compress,
    itertools.zip_longest: zip_longest,
    itertools.groupby: groupby,
    itertools.repeat: repeat,
    itertools.cycle: cycle,
    next: walks.asked,
    heapq.merge: merge,
    heapq.heappush: heappush,
    heapq.heappop: heappop,
    heapq.heapreplace: heapreplace,
    heapq.heappushpop: heappushpop,
    heapq.heapify: heapify,
    heapq.nlargest: nlargest,
    heapq.nsmallest: nsmallest,
    bisect.insort_left: insort_left,
    bisect.insort_right: insort_right,
}
LISTS = (
    islice, from_iterable, takewhile, dropwhile, filterfalse, starmap, compress, zip_longest,
    groupby, merge,
)  # fmt: skip
# lists in place of iterators, and objects of ours: also where no derivative passes
OURS = (
    islice, from_iterable, takewhile, dropwhile, filterfalse, starmap, compress, zip_longest,
    groupby, repeat, cycle, first_items, merge, *walks.OURS,
)  # fmt: skip
