"""Lay out lines: indentation, comments beside the code, and breaks in lines that are too long.

q_bar = z                                       # 6: return q * z
long_name = function(first_argument,            the rest at the next comma, four columns in
"""

from __future__ import annotations

from collections.abc import Iterator

WIDTH = 100
COMMENT_COLUMN = 52
INDENT = "    "


class Lines:
    """The lines printed so far."""

    def __init__(self, width: int | None = WIDTH) -> None:
        self.width = width
        self.done: list[str] = []
        self.no_blank = True  # at the start of a block

    def text(self) -> str:
        while self.done and not self.done[-1]:
            self.done.pop()
        return "".join(f"{line}\n" for line in self.done)

    def blank(self, count: int = 1) -> None:
        """At least so many empty lines here, unless a block has just begun."""
        have = 0
        while have < len(self.done) and not self.done[-1 - have]:
            have += 1
        if not self.no_blank:
            self.done += [""] * (count - have)

    def blank_before_comments(self, count: int) -> None:
        """Empty lines above the comments that belong to what follows."""
        own: list[str] = []
        while self.done and self.done[-1].lstrip().startswith("#"):
            own.insert(0, self.done.pop())
        self.blank(count)
        self.done += own

    def comment(self, text: str, depth: int) -> None:
        for line in text.split("\n"):
            self.done.append(_shortened(f"{INDENT * depth}# {line}".rstrip()))
        self.no_blank = False

    def code(self, text: str, depth: int, comment: str) -> None:
        """A statement, or the head of a block."""
        indent = INDENT * depth
        lines = [indent + line for line in text.split("\n")]
        if len(lines) == 1:
            lines = _wrapped(lines[0], len(indent) + 4, self.width)
        if comment:
            column = max(COMMENT_COLUMN if depth else 0, len(lines[0]) + 2)
            beside = f"{lines[0]:{column}}# {comment}"
            if len(beside) <= WIDTH and len(lines) == 1 and "\n" not in comment:
                lines = [beside]
            else:
                self.comment(comment, depth)
        self.done += lines
        self.no_blank = text.endswith(":")

    def verbatim(self, text: str, depth: int) -> None:
        """A docstring: the first line is indented, the others hold their own indentation."""
        self.done.append(INDENT * depth + text)
        self.no_blank = False


def _shortened(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 4].rstrip() + " ..."


def _wrapped(line: str, hang: int, width: int | None) -> list[str]:
    """Break at the outermost commas within brackets; a line without any stays long."""
    if width is None or len(line) <= width:
        return [line]
    points = list(_commas(line))
    lines: list[str] = []
    start, indent = 0, 0
    while len(line) - start + indent > width:
        room = [(d, i) for d, i in points if start + hang < i <= start + width - indent]
        if not room:
            break
        depth = min(d for d, _ in room)
        end = max(i for d, i in room if d == depth)
        lines.append(" " * indent + line[start:end].rstrip())
        start, indent = end, hang
    return [*lines, " " * indent + line[start:]]


def _commas(line: str) -> Iterator[tuple[int, int]]:
    """Depth of brackets and position after each comma that stands in brackets."""
    depth, quote, escaped = 0, "", False
    for index, char in enumerate(line):
        if quote:
            if escaped or char == "\\":
                escaped = not escaped
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif depth and line[index : index + 2] == ", ":
            yield depth, index + 2
