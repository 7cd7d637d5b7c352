"""Whole programs: imports, what they use of the prelude, helpers, and the function `f`."""

from __future__ import annotations

from tests.fuzz.generator import buffers, keeping
from tests.fuzz.generator.arrays import filled, operands
from tests.fuzz.generator.attempts import Attempts
from tests.fuzz.generator.buffers import BUFFERS, LAST, Buffers
from tests.fuzz.generator.calling import CALLING, Calling
from tests.fuzz.generator.core import COMMON, Kind, Scope, Struct
from tests.fuzz.generator.handing import Handing
from tests.fuzz.generator.keeping import KEEPING, KEPT, Keeping
from tests.fuzz.generator.prelude import (
    CLASSES,
    CONSTANTS,
    FUNCTIONS,
    HELPERS,
    MODEL,
    READ_ONLY,
    STRUCTS,
)
from tests.fuzz.generator.writes import WRITING

IMPORTS = """import collections
import contextlib
import dataclasses
import functools
import math

import numpy as np

from tests.corpus import helpers_elsewhere as elsewhere
"""


class Programs(Keeping, Buffers, Handing, Calling, Attempts):
    """Writes modules."""

    def call(self, scope: Scope, kind: Kind) -> str | None:
        """Also of what the module has."""
        if self.chance(0.25):
            fitting = [text for known, text in READ_ONLY if known == kind]
            if fitting:
                text = self.rng.choice(fitting)
                return filled(text, [self.leaf(scope, k) for k in operands(text)])
        return super().call(scope, kind)

    def helper(self, functions: Scope) -> None:
        """A function above the program, with statements of its own."""
        scope = Scope(functions=list(functions.functions))
        name = self.fresh("h")
        parameters = self.parameters(scope)
        function = self.define(scope, 0, name, parameters, self.result_kind(), 2)
        functions.functions.append(function)
        self.lines += ["", ""]

    def arguments(self, scope: Scope) -> list[str]:
        """The parameters of `f`: their first letter is their kind."""
        for i in range(self.rng.randint(1, 4)):
            roll = self.rng.random()
            if roll < 0.72:
                letter = self.rng.choice(COMMON)
                kind: Kind = letter
                if self.chance(0.08):
                    letter = kind = self.pick("e", "E", "z", "z")
            elif self.keeping:
                letter = self.rng.choice(list(KEPT))
                kind = KEPT[letter]
            else:
                letter = self.rng.choice(list(STRUCTS))
                kind = STRUCTS[letter]
            single = isinstance(kind, str) and kind not in "z" and self.chance(0.08)
            scope.kinds[f"{letter}{'f' if single else ''}{i}"] = kind
        names = list(scope.kinds)
        if self.chance(0.3):
            scope.integers.append("n")
            names.append("n")
        if self.chance(0.2):
            scope.strings.append("mode")
            names.append("mode")
        if self.chance(0.2):
            scope.kinds["model"] = MODEL
            names.append("model")
        return names

    def program(self) -> str:
        """The whole module."""
        functions = Scope(functions=list(FUNCTIONS))
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            self.helper(functions)
        self.most_lines = len(self.lines) + self.rng.choice([12, 20, 28])
        scope = Scope(functions=functions.functions)
        names = self.arguments(scope)
        scope.result = "s"
        if self.chance(0.3):
            parts = tuple(
                (f"[{i}]", self.rng.choice([*COMMON, *STRUCTS.values()]))
                for i in range(self.rng.randint(1, 3))
            )
            scope.result = Struct("tuple", parts) if len(parts) > 1 else parts[0][1]
            if self.chance(0.3):
                scope.result = Struct(
                    "dict", tuple((f"['p{i}']", k) for i, (_, k) in enumerate(parts))
                )
        self.write(0, f"def f({', '.join(names)}):")
        for _ in range(self.rng.randint(1, 7)):
            self.statement(scope, 1)
        self.leave(scope, 1)
        own = "\n".join(self.lines).rstrip() + "\n"
        if self.buffering:
            more = buffers.CLASSES + buffers.HELPERS
            return f"{IMPORTS}{CONSTANTS}{CLASSES}{HELPERS}\n{more}\n\n{own}"
        if self.keeping:
            return f"{IMPORTS}{CONSTANTS}{CLASSES}{HELPERS}\n{keeping.CLASSES}{keeping.HELPERS}\n\n{own}"
        return f"{IMPORTS}{CONSTANTS}{CLASSES}{HELPERS}\n\n{own}"


def generate(seed: int) -> str:
    """The source of program `seed`: always the same."""
    programs = Programs(seed)
    programs.writing = WRITING <= seed < KEEPING or BUFFERS <= seed < LAST
    programs.calling = CALLING <= seed < KEEPING
    programs.handing = programs.calling and seed % 2 == 1
    programs.buffering = BUFFERS <= seed < LAST
    programs.keeping = seed >= KEEPING and not programs.buffering
    return programs.program()
