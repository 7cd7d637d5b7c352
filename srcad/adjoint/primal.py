"""What the passes know about the user's function itself: its types, its names, its place."""

from __future__ import annotations

import os
from dataclasses import replace

from srcad.analysis.infer import Inferred
from srcad.analysis.program import Unit
from srcad.analysis.session import Session
from srcad.frontend.scope import scope_of
from srcad.ir.types import Type


def fresh_facts(
    session: Session,
    unit: Unit,
    types: tuple[Type, ...],
    joined: frozenset[frozenset[str]] = frozenset(),
) -> Inferred:
    """Inference results of our own: passes add the names they make.

    joined: parameters for which the caller gives what may share memory.
    """
    found = session.infer(unit, types)
    own = replace(found, types=dict(found.types), operations=dict(found.operations))
    if joined:
        own = replace(own, joined=joined, memory={})
    session.own.append(own)
    return own


def user_names(unit: Unit) -> frozenset[str]:
    """Names that the user wrote: never optimised away by renaming or nesting."""
    node = unit.inner if unit.inner is not None else unit.source.node
    own = scope_of(node).own | unit.code.users
    suffixed = {
        n for n in unit.code.taken if n.rsplit("_", 1)[0] in own and n.rsplit("_", 1)[-1].isdigit()
    }
    return frozenset(own | suffixed | {p.name for p in unit.code.params})


def describe(unit: Unit) -> str:
    """The function and its place, for docstrings: `f (model.py:12)`."""
    file = os.path.basename(unit.source.file)
    return f"{unit.name} ({file}:{unit.source.node.lineno})"
