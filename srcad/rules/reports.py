"""Messages that leave the program, by `logging` and `warnings`: no derivative passes.

Like `print` they act when they run, and what they are given is only read.
"""

from __future__ import annotations

import logging
import warnings

from srcad.rules.table import no_derivative

_LEVELS = ("debug", "info", "warning", "error", "critical", "exception", "log")
_QUESTIONS = ("isEnabledFor", "getEffectiveLevel", "hasHandlers", "setLevel")
REPORTS = frozenset(
    {
        *(getattr(logging, name) for name in (*_LEVELS, "warn", "getLogger", "basicConfig")),
        *(getattr(logging.Logger, name) for name in (*_LEVELS, "warn", *_QUESTIONS)),
        *(warnings.warn, warnings.warn_explicit, warnings.simplefilter, warnings.filterwarnings),
    }
)

no_derivative(*REPORTS)
