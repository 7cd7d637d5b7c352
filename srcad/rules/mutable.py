"""What the methods of lists, dicts and deques do with the values they are given.

xs.append(v)         puts v                  xs.pop()             hands one out
xs.extend(vs)        puts those of vs        d.setdefault(k, v)   puts v, and hands one out
xs.sort()            moves what is there     d.get(k, v)          hands one out, or v
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Puts:
    """Which argument of a method is put into the container; many: what it holds is."""

    position: int
    many: bool = False


MISSING = "__missing__"  # reading a defaultdict puts what is not there
PUTS = {
    "append": Puts(0), "appendleft": Puts(0), "insert": Puts(1), "setdefault": Puts(1),
    "__setitem__": Puts(1),
    "extend": Puts(0, many=True), "extendleft": Puts(0, many=True), "update": Puts(0, many=True),
}  # fmt: skip
DEFAULT = Puts(1)  # of `d.pop(k, v)`: handed out instead
OF_CONTAINERS = {"append", "appendleft", "extend", "extendleft", "popleft"}  # seldom others'
HANDS_OUT = {"pop", "popleft", "popitem", "setdefault", "get", MISSING}
MOVES = {"clear", "remove", "reverse", "sort", "rotate", "move_to_end", "pop", "popleft", "popitem"}
