"""try, except, else, finally: exceptions that happen and that do not."""

from __future__ import annotations

from tests.fuzz.generator.core import Scope
from tests.fuzz.generator.functions import Functions
from tests.fuzz.generator.statements import Writer


class Attempts(Functions):
    """Writes try statements."""

    def compound(self) -> list[Writer]:
        """With try."""
        return super().compound() + [self.attempt, self.attempt]

    def attempt(self, scope: Scope, indent: int) -> None:
        """A try with a body that may raise, one or two handlers, perhaps else and finally."""
        self.write(indent, "try:")
        body = scope.inside()
        body.kept |= set(scope.kinds)
        body.guarded = True
        stays = body.stays
        arms: list[Scope | None] = []
        self.block(body, indent + 1, 2)
        self.danger(body, indent + 1)
        left = False
        if self.chance(0.6):
            self.block(body, indent + 1, 1)
        elif self.chance(0.2) and not stays:
            self.leave(body, indent + 1)
            left = True
        error = self.fresh("error")
        handler = self.pick(
            f"(ValueError, ArithmeticError, LookupError) as {error}",
            "Exception",
            f"Exception as {error}",
        )
        finally_only = self.chance(0.08) and not body.guarded
        if not finally_only:
            if self.chance(0.3):
                self.write(indent, "except TypeError:")
                arms.append(self.arm(self.handler(scope), indent + 1))
            self.write(indent, f"except {handler}:")
            inner = self.handler(scope)
            arms.append(self.arm(inner, indent + 1))
        if self.chance(0.35):
            self.write(indent, "else:")
            body.guarded = scope.guarded
            ends = self.arm(body, indent + 1)
            arms.append(None if left else ends)
        else:
            arms.append(None if left else body)
        if self.chance(0.35):
            self.write(indent, "finally:")
            last = scope.inside()
            last.kept |= set(scope.kinds)
            last.stays, last.in_loop = True, False
            self.block(last, indent + 1, 2)
        scope.merge([arm for arm in arms if arm is not None])

    def handler(self, scope: Scope) -> Scope:
        """The scope of an except block: the body may have stopped anywhere."""
        inner = scope.inside()
        inner.kept |= set(scope.kinds)
        return inner

    def danger(self, scope: Scope, indent: int) -> None:
        """Statements that raise, or would under other circumstances."""
        roll = self.rng.randrange(7)
        name = self.target(scope, "s")
        x, c = self.leaf(scope, "s"), self.constant()
        if roll == 0:
            self.write(indent, f"{name} = check({x})")
        elif roll == 1:
            self.write(indent, f"{name} = check({x}, limit={c}) + check(0.3 * {x})")
        elif roll == 2:
            self.write(
                indent, f"{name} = {{'a': {x}, 'b': {c}}}[{self.pick(repr('a'), repr('z'))}]"
            )
        elif roll == 3:
            self.write(indent, f"{name} = [{x}, {c}][{self.rng.randrange(4)}]")
        elif roll == 4:
            self.write(indent, f"{name} = {self.array(scope, 'v')}[{self.rng.randrange(5)}] * {x}")
        elif roll == 5:
            self.write(indent, f"if {self.condition(scope)}:")
            self.write(
                indent + 1,
                f"raise {self.pick('ValueError', 'ZeroDivisionError', 'KeyError')}({self.pick(repr('no'), 'f' + repr('{' + x + '}'))})",
            )
            self.write(indent, f"{name} = {self.expr(scope, 's', 1)}")
        else:
            self.write(indent, f"{name} = float({x}) / {self.pick('0', '2', 'len([])')}")
        scope.kinds[name] = "s"
