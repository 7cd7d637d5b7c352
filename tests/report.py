"""`python -m tests.report [part of a name ...]`: how every program of the corpus fares.

ok, refused (an error of srcad, with its first line), crashed (any other error), or WRONG.
"""

from __future__ import annotations

import collections
import sys
import time
import traceback
import warnings

from tests.corpus.registry import Program, load
from tests.protocol import Wrong, check


def verdict(program: Program) -> tuple[str, str]:
    """One word, and why."""
    from srcad.errors import InternalError, SrcadError

    try:
        check(program)
    except Wrong as error:
        return "WRONG", str(error)
    except InternalError as error:
        return "crashed", f"InternalError: {error}"
    except SrcadError as error:
        return "refused", f"{type(error).__name__}: {error}"
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
        return "crashed", f"{type(error).__name__} at {where}: {error}"
    return "ok", ""


def main(wanted: list[str]) -> int:
    """Print a line for each program whose name holds one of `wanted`; 1 if any is WRONG."""
    warnings.simplefilter("ignore")
    counts: collections.Counter[str] = collections.Counter()
    reasons: collections.Counter[str] = collections.Counter()
    start = time.perf_counter()
    for name, program in load().items():
        if wanted and not any(part in name for part in wanted):
            continue
        word, why = verdict(program)
        counts[word] += 1
        first = why.splitlines()[0][:160] if why else ""
        if first:
            reasons[f"{word}: {first[:90]}"] += 1
        print(f"{word:8} {name:45} {first}", flush=True)
    print(
        f"\n{sum(counts.values())} programs in {time.perf_counter() - start:.1f} s:", dict(counts)
    )
    for reason, times in reasons.most_common(15):
        if times > 1:
            print(f"{times:5} x {reason}")
    return 1 if counts["WRONG"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
