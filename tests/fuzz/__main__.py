"""`python -m tests.fuzz --count 5000 --start 0 [--jobs 4] [--save DIR] [--shrink]`"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import sys
import time
from pathlib import Path

from tests.fuzz.generator import generate
from tests.fuzz.judge import Verdict, judge, run
from tests.fuzz.shrink import shrink

BAD = ("WRONG", "crashed")


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="how many programs")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--save", type=Path, help="a folder for the sources that fail")
    parser.add_argument("--shrink", action="store_true", help="make saved programs smaller")
    parser.add_argument(
        "--show", type=int, metavar="SEED", help="print one program and its verdict"
    )
    parser.add_argument("--refused", action="store_true", help="save refused programs as well")
    return parser.parse_args()


def numbered(seed: int) -> tuple[int, Verdict]:
    """A seed with its verdict."""
    return seed, run(seed)


def save(folder: Path, seed: int, verdict: Verdict, smaller: bool) -> None:
    """Write a failing program, and what is wrong with it, to a file."""
    folder.mkdir(parents=True, exist_ok=True)
    source = generate(seed)
    if smaller:
        source = shrink(source, lambda text: judge(text, seed).kind)
        verdict = judge(source, seed)
    comment = "".join(f"# {line}\n" for line in verdict.why.splitlines())
    head = f"# seed {seed}: {verdict.word}\n{comment}"
    (folder / f"{verdict.word.lower()}_{seed}.py").write_text(head + source)


def main() -> int:
    """Judge many programs; 1 if any is WRONG or crashed."""
    given = options()
    if given.show is not None:
        print(generate(given.show))
        verdict = run(given.show)
        print(f"# {verdict.word}: {verdict.why}")
        return int(verdict.word in BAD)
    seeds = range(given.start, given.start + given.count)
    counts: collections.Counter[str] = collections.Counter()
    reasons: collections.Counter[str] = collections.Counter()
    start = time.perf_counter()
    bad = [*BAD, "invalid", *(["refused"] if given.refused else [])]
    with multiprocessing.Pool(given.jobs) as pool:
        for seed, verdict in pool.imap_unordered(numbered, seeds, chunksize=4):
            counts[verdict.word] += 1
            if verdict.word not in ("ok", "skipped") or verdict.why.startswith("forward"):
                reasons[verdict.kind] += 1
            if verdict.word in BAD:
                print(f"{verdict.word} {seed}: {verdict.why.splitlines()[0][:150]}", flush=True)
            if given.save and verdict.word in bad:
                save(given.save, seed, verdict, given.shrink)
    print(f"\n{given.count} programs in {time.perf_counter() - start:.0f} s:", dict(counts))
    for reason, times in reasons.most_common(30):
        print(f"{times:6} x {reason}")
    return int(any(counts[word] for word in BAD))


if __name__ == "__main__":
    sys.exit(main())
