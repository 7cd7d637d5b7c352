"""Tell which handlers of the user's might catch what srcad refuses while the program runs.

except ValueError: …        no
except Exception: …         yes:  `except SrcadError: raise` comes before it
"""

from __future__ import annotations

from typing import Any

from srcad import errors
from srcad.ir import nodes as ir

REFUSAL = ir.Ref(errors.SrcadError, "SrcadError")
PASSED_ON = ir.Handler(REFUSAL, None, (ir.Raise(None, None),))
REFUSALS = tuple(
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.SrcadError)
)


def catches_refusals(kinds: tuple[Any, ...]) -> bool:
    """Whether a handler of these may catch an error of ours; None is one that is not known."""
    return not all(isinstance(kind, type) for kind in kinds) or any(
        issubclass(refusal, kind) for refusal in REFUSALS for kind in kinds
    )
