"""Write out the statements of a `try` with their notes, and the loop that goes back over these.

    ran = []                               for step in reversed(ran):
    try:                                       if step[0] == 1:
        y_before = y                               y = step[1]
        y = f(y)                     …             y_bar = …
        ran.append((1, y_before))

A note is made when the statement has run to its end; it holds the values that were overwritten.
One that may be left half done by an exception makes a note when it begins, which is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from srcad.adjoint.sweep import Entry, Frame, Record, Step, written_by
from srcad.ir import nodes as ir
from srcad.runtime.unfinished import left_unfinished

UNFINISHED = ir.Ref(left_unfinished, "left_unfinished")
REVERSED = ir.Ref(reversed, "reversed")
MANY = 16  # cases that are tested one after the other
Names = frozenset[str]
Pairs = tuple[tuple[str, str], ...]  # a variable, and where its older value waits


def written_by_entry(entry: Entry) -> Names:
    """The variables that the statements of an entry bind."""
    return frozenset().union(*(written_by(s.forward) for s in entry.steps))


@dataclass(frozen=True)
class _Note:
    """The note of one entry, or of a part of it: its number, and the older values in it."""

    number: int
    saved: Pairs


@dataclass
class Notes:
    """The notes of one `try`; `saved` are the variables whose older values each entry keeps."""

    node: Record
    saved: list[Names]
    kept_before: Callable[[str], str]

    def __post_init__(self) -> None:
        self.cases: list[tuple[int, ir.Block]] = []  # what is done backwards for each number
        self.waiting = iter(self.saved)
        self.count = 0
        self.plain = not any(self.saved)  # notes are numbers alone
        self.block = self.frame(self.node.body)

    def forward(self) -> ir.Block:
        """The `try`."""
        return (self.block,)

    def backward(self) -> ir.Block:
        """The loop over the notes."""
        rest = self.chosen(sorted(self.cases, key=lambda case: case[0]))
        if not rest:
            return ()
        back = ir.Call(REVERSED, (ir.Name(self.node.path),))
        return (ir.For(self.node.step, back, rest, self.node.body.stmt.at),)

    def chosen(self, cases: list[tuple[int, ir.Block]]) -> ir.Block:
        """The case of the number: one test after the other, of halves where there are many."""
        if len(cases) > MANY:
            half = len(cases) // 2
            low = ir.Compare(self.number(), ("<",), (ir.Const(cases[half][0]),))
            return (ir.If(low, self.chosen(cases[:half]), self.chosen(cases[half:])),)
        rest: ir.Block = ()
        for number, block in reversed(cases):
            test = ir.Compare(self.number(), ("==",), (ir.Const(number),))
            rest = (ir.If(test, block, rest),)
        return rest

    def number(self) -> ir.Expr:
        step = ir.Name(self.node.step)
        return step if self.plain else ir.Item(step, ir.Const(0))

    # -- forward -----------------------------------------------------------------------

    def frame(self, frame: Frame) -> ir.Stmt:
        blocks = []
        for items in frame.blocks:
            out: list[ir.Stmt] = []
            for item in items:
                out += self.entry(item) if isinstance(item, Entry) else (self.frame(item),)
            blocks.append(tuple(out))
        return ir.with_blocks(frame.stmt, tuple(blocks))

    def entry(self, entry: Entry) -> ir.Block:
        """The statements of an entry with the notes before and behind."""
        saved = next(self.waiting)
        out: list[ir.Stmt] = []
        every: list[tuple[str, str]] = []
        begun = None
        if entry.unfinished is not None:
            begun = self.next_number()
            self.cases.append((begun, (_refusal(entry.unfinished),)))
        for k, step in enumerate(entry.steps):
            own = self.pairs(written_by(step.forward) & saved)
            out += [ir.Assign(before, ir.Name(name)) for name, before in own]
            every += own
            last = k == len(entry.steps) - 1
            if last and begun is not None:
                out.append(self.added(_Note(begun, ())))
            out += step.forward
            if own and not last:  # what follows may raise an exception
                note = _Note(self.next_number(), own)
                out.append(self.added(note))
                self.cases.append((note.number, self.restored(note.saved, note)))
        reverses = any(s.backward for s in entry.steps) or bool(entry.zeros)
        if not reverses and not every and begun is None:
            return tuple(out)
        note = _Note(self.next_number(), tuple(every))
        out.append(self.added(note) if begun is None else self.replaced(note))
        self.cases.append((note.number, self.reversal(entry, note)))
        return tuple(out)

    def next_number(self) -> int:
        self.count += 1
        return self.count

    def pairs(self, names: Names) -> Pairs:
        return tuple((name, self.kept_before(name)) for name in sorted(names))

    def value(self, note: _Note) -> ir.Expr:
        if self.plain:
            return ir.Const(note.number)
        values = (ir.Name(before) for _, before in note.saved)
        return ir.Sequence("tuple", (ir.Const(note.number), *values))

    def added(self, note: _Note) -> ir.Stmt:
        append = ir.Attr(ir.Name(self.node.path), "append")
        return ir.Effect(ir.Call(append, (self.value(note),)))

    def replaced(self, note: _Note) -> ir.Stmt:
        return ir.Store(ir.Item(ir.Name(self.node.path), ir.Const(-1)), self.value(note))

    # -- backward ----------------------------------------------------------------------

    def reversal(self, entry: Entry, note: _Note) -> ir.Block:
        """The steps from the last to the first, each with its older values."""
        out: list[ir.Stmt] = []
        for step in reversed(entry.steps):
            written = written_by(step.forward)
            own = tuple(pair for pair in note.saved if pair[0] in written)
            out += self.step(step, self.restored(own, note))
        return (*out, *entry.zeros)

    def step(self, step: Step, restores: ir.Block) -> ir.Block:
        return (*restores, *step.backward) if step.before else (*step.backward, *restores)

    def restored(self, pairs: Pairs, note: _Note) -> ir.Block:
        places = {pair: k for k, pair in enumerate(note.saved, 1)}
        step = ir.Name(self.node.step)
        return tuple(ir.Assign(p[0], ir.Item(step, ir.Const(places[p]))) for p in pairs)


def _refusal(message: str) -> ir.Stmt:
    return ir.Effect(ir.Call(UNFINISHED, (ir.Const(message),)))
