"""Functions that write: `out=`, `where=`, `np.add.at`, `np.copyto`, `fill`, `sort` and the like.

`generate(seed)` writes them, among the other writes, from seed CALLING on.
"""

from __future__ import annotations

from tests.fuzz.generator.core import Scope, bracketed
from tests.fuzz.generator.statements import Writer
from tests.fuzz.generator.writes import Writes

CALLING = 15_000_000
VIEWS = {  # parts of an array, and their kinds
    "v": [("", "v"), ("", "v"), ("[::-1]", "v"), ("[1:]", "r"), ("[:2]", "r")],
    "r": [("", "r"), ("[::-1]", "r")],
    "A": [("", "A"), ("", "A"), ("[0]", "v"), ("[:, 1]", "r"), ("[:, ::-1]", "A")],
    "q": [("", "q"), ("[1]", "v"), ("[:, 2]", "v"), (".T", "q")],
    "c": [("", "c"), ("[:, 0]", "v")],
}
REPEATED = {"v": "[0, 2, 0]", "r": "[1, 1]", "A": "([0, 1, 1], [2, 0, 0])", "q": "([0, 2, 0], 1)"}
MASKS = {"v": "[True, False, True]", "r": "[False, True]", "A": "[True, False, True]"}


class Calling(Writes):
    """Statements that call functions which write, where `calling` is on."""

    calling = False

    def simple(self) -> list[Writer]:
        """These calls among the others."""
        if not self.calling:
            return super().simple()
        return super().simple() + [self.into_out, self.into_out, self.scattered, self.by_method] * 2 + [
            self.swapped, self.by_mask,
        ]  # fmt: skip

    def written_part(self, scope: Scope, indent: int) -> tuple[str, str]:
        """A part of an array that may be written, and its kind."""
        held = self.held(scope)
        if not held:
            self.buffer(scope, indent)
            held = self.held(scope)
        name, kind = self.rng.choice(held)
        part, inner = self.rng.choice(VIEWS[kind])
        return f"{name}{part}", inner

    def into_out(self, scope: Scope, indent: int) -> None:
        """The result of a function goes into an array."""
        out, kind = self.written_part(scope, indent)
        a = self.expr(scope, kind if self.chance(0.7) else "s", 1)
        b = self.expr(scope, kind, 1)
        text = self.pick(
            f"np.multiply({a}, {b}, out={out})", f"np.add({b}, {a}, {out})",
            f"np.subtract({b}, {out}, out=({out},))", f"np.maximum({b}, {a}, out={out})",
            f"np.divide({b}, 1.5 + np.square({a}), out={out})", f"np.sin({b}, out={out})",
            f"np.tanh({b}, {out})", f"np.clip({b}, -0.4, 0.8, out={out})",
            f"np.negative({out}, out={out})", f"np.cumsum({out}, axis=0, out={out})",
        )  # fmt: skip
        if kind in "vr" and self.chance(0.3):
            rows = self.expr(scope, "A", 1)
            axis = "0" if kind == "v" else "1"
            text = self.pick(
                f"np.sum({rows}, axis={axis}, out={out})",
                f"np.mean({rows}, {axis}, None, {out})",
                f"np.max({rows}, axis={axis}, out={out})",
            )
        if self.chance(0.35):
            new = self.fresh("m")
            text = f"{new} = {text}"
            scope.kinds[new] = kind
        self.write(indent, text)

    def by_mask(self, scope: Scope, indent: int) -> None:
        """Only some elements are computed, or copied."""
        out, kind = self.written_part(scope, indent)
        a, b = self.expr(scope, kind, 1), self.expr(scope, kind if self.chance(0.6) else "s", 1)
        mask = self.pick(f"{bracketed(a)} > 0.1", f"{out} < 0.5", MASKS.get(kind, "True"))
        text = self.pick(
            f"np.divide({b}, 1.2 + np.square({a}), out={out}, where={mask})",
            f"np.log(np.abs({a}) + 0.3, out={out}, where={mask})",
            f"np.add({out}, {b}, out={out}, where={mask})", f"np.copyto({out}, {b}, where={mask})",
            f"np.putmask({out}, {mask}, {b})" if mask[0] != "[" else f"np.copyto({out}, {b})",
        )  # fmt: skip
        self.write(indent, text)

    def scattered(self, scope: Scope, indent: int) -> None:
        """A ufunc comes to every place as often as it is named."""
        out, kind = self.written_part(scope, indent)
        index = REPEATED.get(kind, "0")
        if kind == "c":
            return self.write(indent, f"{out} *= 0.9")
        inner = {"v": "v", "r": "r", "A": "v", "q": "v"}[kind]
        value = self.expr(scope, inner if self.chance(0.7) else "s", 1)
        name = self.pick("add", "add", "subtract", "multiply", "maximum", "minimum", "hypot")
        self.write(indent, f"np.{name}.at({out}, {index}, {value})")
        return None

    def by_method(self, scope: Scope, indent: int) -> None:
        """`fill`, `sort`, `partition`, `put`."""
        out, kind = self.written_part(scope, indent)
        number, vector = self.expr(scope, "s", 1), self.expr(scope, "v", 1)
        forms = [
            f"{out}.fill({number})", f"{out}.sort()", f"{out}.sort(axis=0)",
            f"{out}.put([1, 0], {vector})", f"np.put({out}, [0], {number})",
            f"np.place({out}, {out} > 0.2, {vector})", f"{out}[...] = np.sort({out})",
        ]  # fmt: skip
        if kind in "Aq":
            forms += [f"np.fill_diagonal({out}, {number})", f"np.fill_diagonal({out}, {vector})"]
            forms += [
                f"np.put_along_axis({out}, np.argmax({out}, axis=1)[:, None], {number}, axis=1)"
            ]
        self.write(indent, self.rng.choice(forms))

    def swapped(self, scope: Scope, indent: int) -> None:
        """Two buffers that change roles in a loop."""
        a, b, k = self.fresh("b"), self.fresh("b"), self.fresh("k")
        self.write(indent, f"{a}, {b} = {bracketed(self.expr(scope, 'v', 1))} * 1.0, np.zeros(3)")
        scope.kinds |= {a: "v", b: "v"}
        self.write(indent, f"for {k} in range({self.pick('2', '3')}):")
        value = self.expr(scope, "s", 1)
        self.write(indent + 1, self.pick(
            f"np.multiply({a}, {value}, out={b})", f"np.add({a}[::-1], {value}, out={b})",
            f"np.tanh({a}, out={b})",
        ))  # fmt: skip
        self.write(indent + 1, f"{a}, {b} = {b}, {a}")
