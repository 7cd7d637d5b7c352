"""Variables that functions made during the call write."""

from __future__ import annotations

import sys
from typing import Any


class Variable:
    """A variable that inner functions write (`nonlocal`): its value is an attribute."""

    OF_THE_PROGRAM = True  # its value is one of the user's program: it has a type, and is copied

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, attribute: str) -> Any:
        """What Python raises where the variable has no value yet."""
        if attribute != "value":
            raise AttributeError(attribute)
        if self.name in sys._getframe(1).f_code.co_cellvars:
            raise UnboundLocalError(
                f"cannot access local variable '{self.name}' where it is not associated with a "
                "value",
                name=self.name,
            )
        raise NameError(
            f"cannot access free variable '{self.name}' where it is not associated with a value "
            "in enclosing scope",
            name=self.name,
        )
