"""Functions of the program's own that write into what they are given, and hand it back or not.

def g3(a4, a5):                     for k6 in range(2):
    a4[1:] += np.sin(a5)                u1 = g3(u1, x0)
    return a4
"""

from __future__ import annotations

from tests.fuzz.generator.core import Function, Kind, Parameter, Scope, bracketed
from tests.fuzz.generator.statements import Writer
from tests.fuzz.generator.writes import PLACES, Writes


class Handing(Writes):
    """Statements with such functions, where `handing` is on."""

    handing = False

    def simple(self) -> list[Writer]:
        """These among the others."""
        return super().simple() + [self.given_away] * 8 if self.handing else super().simple()

    def given_away(self, scope: Scope, indent: int) -> None:
        """A function that writes, and a call of it whose result has a name of its own or not."""
        function, gives = self.writing_function(scope, indent)
        array, other = function.parameters
        held = [n for n, k in self.held(scope) if k == array.kind and n not in scope.kept]
        if held and self.chance(0.4):
            given = self.rng.choice(held)
        else:
            given = self.fresh("b")
            source = bracketed(self.expr(scope, array.kind, 1))
            self.write(
                indent, f"{given} = {self.pick('np.array({0})', '{0} * 1.0').format(source)}"
            )
            scope.kinds[given] = array.kind
        outer = indent
        if self.chance(0.5):
            self.write(indent, f"for {self.fresh('k')} in range({self.pick('2', '2', '3', '0')}):")
            indent += 1
        value = given if self.chance(0.1) else self.expr(scope, other.kind, 1)
        if array.kind != other.kind and value == given:
            value = self.constant()
        call = f"{function.name}({given}, {value})"
        if gives and self.chance(0.75):
            self.write(indent, f"{given} = {call}")
        elif gives and self.lines[-1].lstrip()[:4] != "for ":
            new = self.fresh("m")
            self.write(indent, f"{new} = {call}")
            scope.kinds[new] = array.kind
        else:
            self.write(indent, call)
        if self.chance(0.6):
            total = self.fresh("u")
            self.write(
                outer, f"{total} = {self.pick('np.sum({0} ** 2)', 'np.mean({0})').format(given)}"
            )
            scope.kinds[total] = "s"

    def writing_function(self, scope: Scope, indent: int) -> tuple[Function, bool]:
        """A function that sees its parameters alone, and whether it returns an array like them."""
        name, array = self.fresh("g"), self.fresh("a")
        kind: Kind = self.rng.choice(list("vvvA"))
        other = Parameter(self.fresh("a"), self.pick("s", str(kind)))
        self.write(indent, f"def {name}({array}, {other.name}):")
        inner = Scope({array: kind, other.name: other.kind}, result=kind, depth=scope.depth + 1)
        for _ in range(self.rng.randint(1, 2)):
            index, part = self.rng.choice(PLACES[str(kind)])
            where = f"[{index.format(name=array)}]" if self.chance(0.6) else ""
            self.put(inner, indent + 1, f"{array}{where or '[:]'}", part if where else kind)
        last = self.pick(array, array, array, f"{array} * 0.5", f"{array}[::-1]", "", "")
        if last and self.chance(0.25):
            self.write(indent + 1, f"if {self.condition(inner)}:")
            self.write(indent + 2, f"return {self.expr(inner, kind, 1)}")
        if last:
            self.write(indent + 1, f"return {last}")
        return Function(name, (Parameter(array, kind), other), kind), bool(last)
