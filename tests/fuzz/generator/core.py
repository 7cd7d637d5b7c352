"""What a program is made of: kinds of values, the scope of a statement, functions that exist.

A kind is one letter, a shape of arrays (`SHAPES`), or a `Struct`: a tuple, list, dict or record of
kinds.  A `Scope` knows the kind of every name that is certainly bound; what a branch or a loop
leaves uncertain is forgotten.  A parameter's first letter is its kind.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

Shape = tuple[int, ...]
SHAPES: dict[str, Shape] = {
    "s": (),
    "v": (3,),
    "r": (2,),
    "A": (2, 3),
    "c": (3, 1),
    "B": (2, 1),
    "R": (1, 3),
    "q": (3, 3),
    "T": (2, 1, 3),
    "e": (0,),
    "E": (0, 3),
}
LETTERS = {shape: letter for letter, shape in SHAPES.items()}
COMMON = "sssssvvvvrrAAAcBRqT"
ZERO_DIMENSIONAL = "z"  # an array of shape (): read through arithmetic only, never rebound in place


@dataclass(frozen=True)
class Struct:
    """A value with parts: `tuple`, `list`, `dict`, or the name of a class of the prelude."""

    form: str
    parts: tuple[tuple[str, Kind], ...]  # how a part is read, after the value's name; its kind
    methods: tuple[tuple[str, Kind], ...] = ()  # `.name({v})`: what reading it gives


Kind = str | Struct


@dataclass(frozen=True)
class Parameter:
    """One parameter; `how` is plain, default, keyword (only), star or stars."""

    name: str
    kind: Kind
    how: str = "plain"
    default: str = ""

    @property
    def text(self) -> str:
        """As it stands in the parameter list."""
        mark = {"star": "*", "stars": "**"}.get(self.how, "")
        return f"{mark}{self.name}" + (f"={self.default}" if self.default else "")


@dataclass(frozen=True)
class Function:
    """A function that programs may call."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Kind
    raises: bool = False


@dataclass
class Scope:
    """What is known where a statement is written."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    integers: list[str] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    flags: list[tuple[str, dict[str, Kind]]] = field(default_factory=list)  # bound where true
    kept: set[str] = field(default_factory=set)  # these keep their kind: loops, closures
    outer: set[str] = field(default_factory=set)  # of enclosing functions: only read
    result: Kind = "s"
    in_loop: bool = False
    guarded: bool = False  # a ValueError is caught
    stays: bool = False  # control must not leave (finally)
    depth: int = 0

    def inside(self, loop: bool = False) -> Scope:
        """The scope of a block one level deeper."""
        return Scope(
            dict(self.kinds),
            list(self.integers),
            list(self.strings),
            list(self.functions),
            list(self.flags),
            self.kept | set(self.kinds) if loop else set(self.kept),
            self.outer,
            self.result,
            loop or self.in_loop,
            self.guarded,
            self.stays,
            self.depth + 1,
        )

    def within_function(self, parameters: tuple[Parameter, ...], result: Kind) -> Scope:
        """The scope of the body of a nested function."""
        scope = self.inside()
        scope.outer = set(self.kinds) | self.outer
        scope.in_loop = scope.guarded = scope.stays = False
        scope.result = result
        scope.flags = []
        for parameter in parameters:
            if parameter.how == "star":
                scope.kinds[parameter.name] = parameter.kind
            scope.kinds[parameter.name] = parameter.kind
            scope.outer = scope.outer - {parameter.name}
        return scope

    def of(self, kind: Kind) -> list[str]:
        """Names and parts of names of a kind."""
        found = [name for name, known in self.kinds.items() if known == kind]
        for name, known in self.kinds.items():
            found += [text for text, part in paths(name, known) if part == kind]
        return found

    def names(self, kind: Kind) -> list[str]:
        """Names of a kind."""
        return [name for name, known in self.kinds.items() if known == kind]

    def merge(self, arms: list[Scope]) -> None:
        """Forget what the arms do not agree on; without arms what follows is dead."""
        if not arms:
            return
        first, *others = arms
        self.kinds = {
            name: kind
            for name, kind in first.kinds.items()
            if all(other.kinds.get(name) == kind for other in others)
        }
        for arm in arms:
            self.kept |= arm.kept & set(self.kinds)


def paths(text: str, kind: Kind) -> Iterator[tuple[str, Kind]]:
    """The parts of a value, and theirs."""
    if isinstance(kind, Struct):
        for step, part in kind.parts:
            yield text + step, part
            yield from paths(text + step, part)


_ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.List, ast.Tuple, ast.Dict)


def bracketed(text: str) -> str:
    """In brackets unless it binds as closely as a name."""
    if text.isidentifier():
        return text
    node = ast.parse(text.strip(), mode="eval").body
    if isinstance(node, ast.Tuple) and not text.startswith("("):
        return f"({text})"
    positive = isinstance(node, ast.Constant)
    return text if isinstance(node, _ATOMS) or positive else f"({text})"


class Core:
    """Lines of text and random choices."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []
        self.count = 0
        self.most_lines = 40

    def chance(self, p: float) -> bool:
        """True with probability p."""
        return self.rng.random() < p

    def pick(self, *choices: str) -> str:
        """One of the choices."""
        return self.rng.choice(choices)

    def constant(self) -> str:
        """A number of magnitude about 1, with few digits."""
        return f"{self.rng.choice([-1, 1, 1]) * self.rng.randint(2, 14) / 10}"

    def write(self, indent: int, text: str) -> None:
        """One line."""
        self.lines.append("    " * indent + text)

    def fresh(self, prefix: str) -> str:
        """A name never used before."""
        self.count += 1
        return f"{prefix}{self.count}"

    def target(self, scope: Scope, kind: Kind) -> str:
        """A name to bind: a new one, or one that may take this kind."""
        free = [
            name
            for name, known in scope.kinds.items()
            if name not in scope.outer and (known == kind or name not in scope.kept)
        ]
        alike = [name for name in free if scope.kinds[name] == kind]
        if alike and self.chance(0.45):
            return self.rng.choice(alike)
        if free and self.chance(0.15):
            return self.rng.choice(free)
        return self.fresh("u")
