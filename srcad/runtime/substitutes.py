"""Functions of the standard library written in plain Python, so that they can be differentiated.

`functools.reduce(f, xs)` calls `f` from C code; the loop here does the same where the compiler can
see it.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections import OrderedDict, deque
from typing import Any

import numpy as np

from srcad.errors import UnsupportedSyntax
from srcad.runtime import iterators, numpy_sources, ufuncs
from srcad.runtime.choosing import OF_STRUCTURES, largest, smallest
from srcad.runtime.noted import named_like


def reduce(function: Any, sequence: Any, *initial: Any) -> Any:
    """`functools.reduce`."""
    items = list(sequence)
    if initial:
        value, start = initial[0], 0
    else:
        if not items:
            raise TypeError("reduce() of empty iterable with no initial value")
        value, start = items[0], 1
    for k in range(start, len(items)):
        value = function(value, items[k])
    return value


def map_list(function: Any, *sequences: Any) -> Any:
    """`map`, exhausted at once."""
    if len(sequences) == 1:
        return [function(item) for item in sequences[0]]
    return [function(*items) for items in zip(*sequences)]  # noqa: B905 - as map does


def filter_list(function: Any, sequence: Any) -> Any:
    """`filter`, exhausted at once."""
    if function is None:
        return [item for item in sequence if item]
    return [item for item in sequence if function(item)]


def accumulate(sequence: Any, function: Any = None, *, initial: Any = None) -> Any:
    """`itertools.accumulate`, exhausted at once."""
    out = []
    total = initial
    if initial is not None:
        out.append(total)
    for item in sequence:
        if total is None:
            total = item
        elif function is None:
            total = total + item
        else:
            total = function(total, item)
        out.append(total)
    return out


def wraps(
    wrapped: Any,
    assigned: Any = functools.WRAPPER_ASSIGNMENTS,
    updated: Any = functools.WRAPPER_UPDATES,
) -> Any:
    """`functools.wraps`."""
    return lambda function: named_like(function, wrapped, assigned, updated)


def partial(function: Any, *args: Any, **kwargs: Any) -> Any:
    """`functools.partial`."""
    return lambda *more, **options: function(*args, *more, **{**kwargs, **options})


def cached(function: Any, maxsize: Any = None) -> Any:
    """`functools.cache` of a function that is made inside."""
    table: Any = {}

    def remembering(*key: Any) -> Any:
        if key not in table:
            nothing_forgotten(table, maxsize)
            table[key] = function(*key)
        return table[key]

    return remembering


def caching(maxsize: Any = 128, typed: bool = False) -> Any:
    """`functools.lru_cache(maxsize)`, and without its brackets."""
    if callable(maxsize):
        return cached(maxsize, 128)
    return lambda function: cached(function, maxsize)


def nothing_forgotten(table: Any, maxsize: Any) -> None:
    """Refuse a cache that would forget, and ask again."""
    if maxsize is not None and len(table) >= maxsize:
        raise UnsupportedSyntax(
            f"A cache of {maxsize} results is full. Use `functools.cache`, or maxsize=None."
        )


def itemgetter(*keys: Any) -> Any:
    """`operator.itemgetter`."""
    if len(keys) == 1:
        return lambda owner: owner[keys[0]]
    return lambda owner: tuple([owner[key] for key in keys])


def attrgetter(*names: Any) -> Any:
    """`operator.attrgetter`, of names without dots."""
    if len(names) == 1:
        return lambda owner: getattr(owner, names[0])
    return lambda owner: tuple([getattr(owner, name) for name in names])


def items_of(sequence: Any) -> Any:
    """`list` of an array, or of something that is known only when it runs."""
    return [item for item in sequence]  # noqa: C416 - `list` is what this stands for


def pairs_of(table: Any) -> Any:
    """`table.items()` outside of a loop: what it holds by then (`analysis/late.py`)."""
    return [(key, value) for key, value in table.items()]  # noqa: C416 - so that a loop is seen


def items_tuple(sequence: Any) -> Any:
    """`tuple` of the same."""
    return tuple([item for item in sequence])  # noqa: C409, C416 - so that a loop is seen


def items_by_index(owner: Any) -> Any:
    """What a loop over an object asks for, of which the class only has a `__getitem__`."""
    k, more, item = 0, True, None
    while more:
        try:
            item = owner[k]
        except IndexError:
            more = False
        if more:
            yield item
        k += 1


def listed_tuple(sequence: Any) -> Any:
    """`tuple` of an object whose class says what it hands out."""
    return tuple(items_of(sequence))


def bounded(iterable: Any, maxlen: Any = None) -> Any:
    """`deque(iterable, maxlen)`, and `deque` of an array."""
    queue: Any = deque(maxlen=maxlen)
    queue.extend(iterable)
    return queue


def ordered_of_names(**named: Any) -> Any:
    """`OrderedDict(key=value)`."""
    table: Any = OrderedDict()
    table.update(named)
    return table


def ordered_of(pairs: Any, **named: Any) -> Any:
    """`OrderedDict(pairs, key=value)`."""
    table: Any = OrderedDict()
    table.update(pairs, **named)
    return table


def ordered_of_pairs(pairs: Any, **named: Any) -> Any:
    """The same, where the pairs are no dict."""
    table: Any = OrderedDict()
    for key, value in pairs:
        table[key] = value
    table.update(named)
    return table


def update_pairs(table: Any, pairs: Any, **named: Any) -> None:
    """`table.update(pairs, key=value)`."""
    for key, value in pairs:
        table[key] = value
    table.update(named)


def dict_merged(table: Any, **named: Any) -> Any:
    """`dict(table, key=value)`."""
    return {**table, **named}


def dict_of_pairs(pairs: Any, **named: Any) -> Any:
    """`dict(pairs, key=value)`."""
    return {**{key: value for key, value in pairs}, **named}  # noqa: C416 - so that a loop is seen


def dict_of_names(**named: Any) -> Any:
    """`dict(key=value)`."""
    return {**named}


def dict_of_keys(keys: Any, value: Any = None) -> Any:
    """`dict.fromkeys`."""
    return {key: value for key in keys}


def dict_values(table: Any) -> Any:
    """`table.values()` of a dict that is known when it runs, exhausted at once."""
    return [table[key] for key in table]


def dict_items(table: Any) -> Any:
    """`table.items()` of the same."""
    return [(key, table[key]) for key in table]


def dict_get(table: Any, key: Any, default: Any = None) -> Any:
    """`table.get(key)` of the same."""
    if key in table:
        return table[key]
    return default


def sorted_list(items: Any, *, key: Any = None, reverse: bool = False) -> Any:
    """`sorted`: the items in the order of their keys."""
    values = list(items)
    keys = values if key is None else [key(v) for v in values]
    order = ranking(keys, reverse)
    return [values[k] for k in order]


def ranking(keys: Any, reverse: bool) -> list[int]:
    """The order in which `sorted` would put the keys."""
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def zip_list(*sequences: Any, strict: bool = False) -> Any:
    """`zip`, exhausted at once; two and three sequences keep the kinds of their items."""
    if len(sequences) == 2:
        first, second = list(sequences[0]), list(sequences[1])
        return [(first[k], second[k]) for k in range(shortest([first, second], strict))]
    if len(sequences) == 3:
        first, second, third = list(sequences[0]), list(sequences[1]), list(sequences[2])
        count = shortest([first, second, third], strict)
        return [(first[k], second[k], third[k]) for k in range(count)]
    rows = [list(s) for s in sequences]
    count = shortest(rows, strict)
    return [tuple([row[k] for row in rows]) for k in range(count)]


def shortest(rows: Any, strict: bool) -> int:
    """How many items zip yields."""
    sizes = [len(row) for row in rows]
    if strict and len(set(sizes)) > 1:
        raise ValueError("zip() arguments have different lengths")
    return min(sizes, default=0)


def enumerate_list(sequence: Any, start: int = 0) -> Any:
    """`enumerate`, exhausted at once."""
    items = list(sequence)
    return [(start + k, items[k]) for k in range(len(items))]


def reversed_list(sequence: Any) -> Any:
    """`reversed`, exhausted at once."""
    items = list(sequence)
    return [items[len(items) - 1 - k] for k in range(len(items))]


def combinations(sequence: Any, r: int) -> Any:
    """`itertools.combinations`, exhausted at once."""
    items = list(sequence)
    return [
        tuple([items[k] for k in chosen]) for chosen in index_sets("combinations", len(items), r)
    ]


def permutations(sequence: Any, r: Any = None) -> Any:
    """`itertools.permutations`, exhausted at once."""
    items = list(sequence)
    size = len(items) if r is None else r
    return [
        tuple([items[k] for k in chosen]) for chosen in index_sets("permutations", len(items), size)
    ]


def index_sets(kind: str, n: int, r: int) -> list[tuple[int, ...]]:
    """The positions that itertools would choose."""
    return list(getattr(itertools, kind)(range(n), r))


def product(*sequences: Any, repeat: int = 1) -> Any:
    """`itertools.product`, exhausted at once."""
    rows = [list(s) for s in sequences] * repeat
    return [
        tuple([rows[j][k] for j, k in enumerate(chosen)]) for chosen in grid([len(r) for r in rows])
    ]


def grid(sizes: list[int]) -> list[tuple[int, ...]]:
    """The positions that itertools.product goes through."""
    return list(itertools.product(*map(range, sizes)))


def chain(*sequences: Any) -> Any:
    """`itertools.chain`, exhausted at once."""
    out = []
    for sequence in sequences:
        for item in sequence:
            out.append(item)
    return out


def pairwise(sequence: Any) -> Any:
    """`itertools.pairwise`, exhausted at once."""
    items = list(sequence)
    return [(items[k], items[k + 1]) for k in range(len(items) - 1)]


METHODS: dict[tuple[type, str], Any] = {
    (dict, "values"): dict_values,
    (dict, "items"): dict_items,
    (dict, "get"): dict_get,
    (dict, "copy"): dict_merged,
    (list, "copy"): items_of,
}
INERT = (
    nothing_forgotten, ranking, shortest, index_sets, grid, *numpy_sources.INERT_SOURCES,
    *iterators.INERT, *iterators.INERT_FUNCTIONS,
)  # fmt: skip
SUBSTITUTES: dict[Any, Any] = {
    functools.reduce: reduce,
    functools.partial: partial,
    functools.cache: cached,
    functools.lru_cache: caching,
    functools.wraps: wraps,
    map: map_list,
    filter: filter_list,
    zip: zip_list,
    enumerate: enumerate_list,
    reversed: reversed_list,
    sorted: sorted_list,
    itertools.accumulate: accumulate,
    itertools.combinations: combinations,
    itertools.permutations: permutations,
    itertools.product: product,
    itertools.chain: chain,
    itertools.pairwise: pairwise,
    max: largest,
    min: smallest,
    operator.itemgetter: itemgetter,
    operator.attrgetter: attrgetter,
    dict.fromkeys: dict_of_keys,
    np.apply_along_axis: ufuncs.apply_along_axis,
    **iterators.SOURCES,
    **numpy_sources.SOURCES,
}
EXHAUSTED = frozenset(  # lists in place of iterators
    {map_list, filter_list, zip_list, enumerate_list, reversed_list, accumulate, combinations,
     permutations, product, chain, pairwise, numpy_sources.ndenumerate, *iterators.LISTS}
)  # fmt: skip
LISTS = frozenset({items_of, pairs_of, sorted_list, dict_merged, dict_of_pairs, dict_of_names})
STANDING_IN = set(
    {
        *OF_STRUCTURES.values(),
        *SUBSTITUTES.values(),
        *ufuncs.METHODS.values(),
        *iterators.OURS,
        numpy_sources.mapped,
        items_of,
        pairs_of,
        items_tuple,
        listed_tuple,
        dict_merged,
        dict_of_pairs,
        dict_of_names,
        bounded,
        ordered_of,
        ordered_of_names,
    }
)


def stand_for(function: Any, plain: Any) -> None:
    """Let a function in plain Python stand for one of a package that came later."""
    SUBSTITUTES[function] = plain
    STANDING_IN.add(plain)
