"""Make a list of the values of a dict that is written: its view would show others later.

values = d.values()          view = d.values()
s += sum(values)       →     values = list(view)
                             s += sum(values)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.operations import Apply, Copy, Operation
from srcad.analysis.views_of_dicts import taken_by
from srcad.errors import UnsupportedMutation
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Type
from srcad.runtime.containers import values

LIST = ir.Ref(list, "list")


@dataclass
class Views:
    """What the pass does with views."""

    facts: Inferred
    cells: set[str] = field(default_factory=set, kw_only=True)  # names that the pass made

    def block(self, block: ir.Block) -> ir.Block:
        out: list[ir.Stmt] = []
        for k, stmt in enumerate(block):
            if self.is_view(stmt):
                out += self.listed(stmt, block[k + 1 :])
            else:
                out += self.statement(stmt)
        return tuple(out)

    def statement(self, stmt: ir.Stmt) -> list[ir.Stmt]:
        raise NotImplementedError

    def kept(self, owner: ir.Expr) -> bool:
        raise NotImplementedError

    def new(self, hint: str, kind: Type) -> str:
        raise NotImplementedError

    def know(self, value: ir.Expr, operation: Operation) -> None:
        raise NotImplementedError

    def is_view(self, stmt: ir.Stmt) -> bool:
        """`vs = d.values()`, which shows what d holds later."""
        value = stmt.value if isinstance(stmt, ir.Assign) else None
        operation = self.facts.operations.get(id(value))
        return (
            isinstance(operation, Apply)
            and operation.function is values
            and self.kept(operation.args[0])
        )

    def listed(self, stmt: ir.Stmt, behind: ir.Block) -> list[ir.Stmt]:
        """The values as a list, where they are taken at once."""
        assert isinstance(stmt, ir.Assign)
        if not taken_by(behind, stmt.target, Inference(self.facts.session, self.facts)):
            raise UnsupportedMutation(
                f"`{stmt.target}` shows the values of a dict that is written, also those that come "
                "later. Make a list of them, list(d.values()).",
                self.facts.unit.place(stmt.at),
            )
        view = self.new(stmt.target, self.facts.types.get(stmt.target, ANY))
        self.cells.add(view)
        copied = ir.Call(LIST, (ir.Name(view),))
        self.know(copied, Copy(ir.Name(view)))
        return [ir.Assign(view, stmt.value, stmt.at), ir.Assign(stmt.target, copied, stmt.at)]
