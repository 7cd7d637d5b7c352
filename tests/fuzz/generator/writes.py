"""Writes in place: elements, slices, masks, repeated indices, operators, buffers, views.

`generate(seed)` writes from seed WRITING on.  A program may well share memory where srcad must
refuse; it must never be wrong.
"""

from __future__ import annotations

from tests.fuzz.generator.core import SHAPES, Kind, Scope, bracketed
from tests.fuzz.generator.statements import Statements, Writer

WRITING = 10_000_000
PLACES: dict[str, list[tuple[str, str]]] = {  # index and the kind of what stands there
    "v": [
        ("0", "s"), ("1", "s"), ("-1", "s"), ("1:", "r"), (":2", "r"), ("::2", "r"), (":", "v"),
        ("::-1", "v"), ("...", "v"), ("[0, 2]", "r"), ("[1, 1]", "r"), ("[2, 0, 2]", "v"),
        ("{name} > 0.2", "s"), ("1:1", "s"),
    ],
    "r": [("0", "s"), ("-1", "s"), (":", "r"), ("::-1", "r"), ("[0, 0]", "r"), ("{name} < 1", "s")],
    "A": [
        ("0, 1", "s"), ("-1, 0", "s"), ("0", "v"), ("1", "v"), (":, 1", "r"), (":, 0", "s"),
        ("..., 1:", "s"), (":, ::-1", "A"), ("[1, 0]", "A"), ("[0, 0]", "A"), ("{name} > 0", "s"),
        (":, [0, 2]", "s"), ("0, :2", "r"), ("[0, 1], [2, 2]", "r"),
    ],
    "q": [
        ("0, 0", "s"), ("1", "v"), (":, 2", "v"), ("1:, 1:", "s"), ("::-1", "q"), ("[0, 1, 2], 1", "v"),
        ("2, ::-1", "v"),
    ],
    "c": [("0", "s"), (":, 0", "v"), ("[2, 1, 0]", "c")],
}  # fmt: skip
OPERATORS = ("=", "=", "=", "+=", "+=", "-=", "*=", "/=", "**=")


class Writes(Statements):
    """Statements that write in place, where `writing` is on."""

    writing = False

    def simple(self) -> list[Writer]:
        """Writes among the others."""
        if not self.writing:
            return super().simple()
        own: list[Writer] = [self.place] * 6 + [self.whole] * 2 + [self.buffer] * 3
        return super().simple() + own + [self.view, self.fill_loop, self.fill_loop, self.keep]

    def held(self, scope: Scope) -> list[tuple[str, str]]:
        """Arrays that may be written into, and their kinds."""
        return [
            (name, kind)
            for name, kind in scope.kinds.items()
            if isinstance(kind, str) and kind in PLACES and name not in scope.outer
        ]

    def buffer(self, scope: Scope, indent: int) -> None:
        """An array of the program's own."""
        kind = self.rng.choice(list("vvvAArqc"))
        shape = SHAPES[kind]
        source = bracketed(self.expr(scope, kind, 1))
        text = self.pick(
            f"np.zeros({shape})", f"np.ones({shape})", f"np.array({source})", f"{source} * 1.0",
            f"np.copy({source})", f"np.zeros_like({source})", f"np.asarray({source})",
        )  # fmt: skip
        name = self.fresh("b")
        self.write(indent, f"{name} = {text}")
        scope.kinds[name] = kind

    def place(self, scope: Scope, indent: int) -> None:
        """name[index] op= value"""
        held = self.held(scope)
        if not held:
            return self.buffer(scope, indent)
        name, kind = self.rng.choice(held)
        index, inner = self.rng.choice(PLACES[kind])
        self.put(scope, indent, f"{name}[{index.format(name=name)}]", inner)
        return None

    def put(self, scope: Scope, indent: int, target: str, kind: Kind) -> None:
        """target op= a value of the kind, or a number."""
        value = bracketed(self.expr(scope, kind if self.chance(0.8) else "s", 1))
        op = self.rng.choice(OPERATORS)
        text = {
            "/=": f"/= 1.5 + {value} ** 2", "**=": "**= 2", "*=": f"*= np.cos({value})",
        }.get(op, f"{op} {value}")  # fmt: skip
        self.write(indent, f"{target} {text}")

    def whole(self, scope: Scope, indent: int) -> None:
        """name op= value, in place for arrays"""
        held = self.held(scope)
        if not held:
            return self.buffer(scope, indent)
        name, kind = self.rng.choice(held)
        value = bracketed(self.expr(scope, kind if self.chance(0.7) else "s", 1))
        text = self.pick(
            f"+= {value}", f"-= 0.5 * {value}", f"*= np.sin({value})", "*= 0.5", "**= 2"
        )
        self.write(indent, f"{name} {text}")
        return None

    def view(self, scope: Scope, indent: int) -> None:
        """Another name for a part of an array."""
        held = [(n, k) for n, k in self.held(scope) if k in "vA"]
        if not held:
            return self.buffer(scope, indent)
        name, kind = self.rng.choice(held)
        text, inner = self.rng.choice(
            [(f"{name}[1:]", "r"), (f"{name}[::-1]", "v"), (name, "v")]
            if kind == "v"
            else [(f"{name}[0]", "v"), (f"{name}[:, 1]", "r"), (f"{name}[:, ::-1]", "A")]
        )
        new = self.fresh("m")
        self.write(indent, f"{new} = {text}")
        scope.kinds[new] = inner
        return None

    def keep(self, scope: Scope, indent: int) -> None:
        """An array held in a list or a tuple, and taken out again."""
        held = self.held(scope)
        if not held:
            return self.buffer(scope, indent)
        name, kind = self.rng.choice(held)
        box, new = self.fresh("l"), self.fresh("m")
        self.write(
            indent, f"{box} = {self.pick('[{0}]', '({0}, 1.0)', '[{0} * 2, {0}]').format(name)}"
        )
        self.write(indent, f"{new} = {box}[0]")
        scope.kinds[new] = kind
        return None

    def fill_loop(self, scope: Scope, indent: int) -> None:
        """A loop that writes element by element, with what stands there already."""
        held = [n for n, k in self.held(scope) if k == "v"]
        name = self.rng.choice(held) if held and self.chance(0.6) else self.fresh("b")
        if scope.kinds.get(name) != "v":
            self.write(indent, f"{name} = {self.pick('np.zeros(3)', 'np.empty(3)', 'np.ones(3)')}")
            empty = self.lines[-1].endswith("empty(3)")
        else:
            empty = False
        k = self.fresh("k")
        self.write(indent, f"for {k} in range({self.pick('3', '3', '1, 3', '2, -1, -1')}):")
        if empty:
            self.lines[-1] = self.lines[-1].split(" in ")[0] + " in range(3):"
        value = bracketed(self.expr(scope, "s", 1))
        vector = self.array(scope, "v")
        form = self.pick(
            f"{name}[{k}] = {vector}[{k}] * {value}",
            f"{name}[{k}] = {vector}[{k}] + {value}",
            f"{name}[{k}] = np.sin({vector}[2 - {k}] * {value})",
        )
        if not empty:
            form = self.pick(
                form, f"{name}[{k}] += {vector}[{k}] * {name}[{k} - 1]",
                f"{name}[{k}] = 0.5 * ({name}[{k} - 1] + {name}[(2 * {k}) % 3]) * {value}",
                f"{name}[:{k} + 1] *= np.cos({name}[{k}])",
                f"{name}[{k}:] -= 0.3 * {name}[:{3} - {k}]",
            )  # fmt: skip
        self.write(indent + 1, form)
        if self.chance(0.3) and not empty:
            self.put(scope, indent + 1, f"{name}[{k}]", "s")
        scope.kinds[name] = "v"
