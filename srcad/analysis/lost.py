"""Find where a derivative would be lost without a word: in keys, text, exceptions, tests.

Beside them stands what is not the same program: what loops take of generators too early.
"""

from __future__ import annotations

from collections.abc import Iterator

from srcad.analysis.activity import Active
from srcad.analysis.early import met
from srcad.analysis.implicit import written_unseen
from srcad.analysis.infer import Inferred
from srcad.analysis.keys import active_keys
from srcad.analysis.layouts import relaid
from srcad.analysis.raised import handed_on
from srcad.analysis.texts import read_back
from srcad.errors import SrcadError
from srcad.ir import nodes as ir


def lost(
    inferred: Inferred, body: ir.Block, active: Active
) -> Iterator[tuple[ir.Loc | None, SrcadError]]:
    """The refusals of these."""
    yield from read_back(inferred, body, active)
    yield from active_keys(inferred, body, active)
    yield from handed_on(inferred, body, active)
    yield from written_unseen(inferred, body, active)
    yield from relaid(inferred, body, active)
    yield from met(inferred, body)
