"""One compiled version of a derivative: what runs, its text, and what it relies on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from srcad.emit.places import LineTable
from srcad.guards import Guards
from srcad.ir.types import Symbols
from srcad.runtime.cotangents import finish


def _as_generated(entry: Entry) -> None:
    """What is called is the function that was generated."""


@dataclass
class Entry:
    """`functions` are those of the text, by name; what is called is made of them by `dress`."""

    name: str  # of the function that `run` calls
    functions: dict[str, Any]
    text: str
    guards: Guards
    table: LineTable
    dress: Callable[[Entry], None] = _as_generated
    mask: tuple[bool, ...] = ()
    run: Callable[..., Any] = field(init=False)
    main: Any = field(init=False)  # the function that `run` calls, as it was generated
    forward: Callable[..., Any] = field(default=lambda: None, init=False)
    backward: Callable[..., Any] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.run = self.main = self.functions[self.name]
        self.dress(self)

    def usable(self, symbols: Symbols | None = None) -> bool:
        """Whether it is right for a call now, perhaps after noting new values of outside names."""
        fits = symbols is None or not self.guards.sizes or self.guards.fit(symbols)
        return fits and (self.guards.hold() or self.guards.renew())

    def bars(self, saved: Any, cotangent: Any) -> list[Any]:
        """The raw cotangents of all parameters, None where there is none."""
        assert self.backward is not None
        found = self.backward(saved, cotangent)
        parts = iter([found] if sum(self.mask) == 1 else found)
        return [next(parts) if m else None for m in self.mask]

    def pull(self, saved: Any, cotangent: Any, args: tuple[Any, ...]) -> list[Any]:
        """The cotangents of all parameters."""
        assert self.backward is not None
        found = iter(self.backward(saved, cotangent))
        return [next(found) if m else finish(None, a) for m, a in zip(self.mask, args, strict=True)]


def find(entries: list[Entry], symbols: Symbols | None = None) -> Entry | None:
    """The version that is right for a call now; versions whose program is gone are dropped."""
    for entry in entries:
        if entry.guards.hold() and (
            not entry.guards.sizes or symbols is None or entry.guards.fit(symbols)
        ):
            return entry
    return next((e for e in entries if e.usable(symbols)), None)
