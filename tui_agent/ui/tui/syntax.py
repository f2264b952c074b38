"""Which part of a line of code is what: whole files, read as far as somebody looks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from tui_agent.core.text import content
from tui_agent.ui.clean import clean

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Piece = tuple[str, str]
"""Clean text and its role in the theme, with attributes: `("# why", "comment italic")`."""

TOO_LONG = 2000
"""Characters: a longer line (minified, data) is not worth colours, nor is its file."""

SLICE = 400
"""Tokens between two looks at the clock."""

ROLES: dict[str, str] = {
    "Comment": "comment italic",
    "Keyword": "keyword",
    "Keyword.Constant": "number",
    "Keyword.Type": "type",
    "Literal.Number": "number",
    "Literal.String": "string",
    "Literal.String.Doc": "comment italic",
    "Name.Builtin": "type",
    "Name.Builtin.Pseudo": "text",
    "Name.Class": "type",
    "Name.Constant": "number",
    "Name.Decorator": "function",
    "Name.Exception": "type",
    "Name.Function": "function",
    "Name.Tag": "keyword",
    "Operator.Word": "keyword",
    "Generic.Heading": "function bold",
    "Generic.Subheading": "function bold",
    "Generic.Strong": "text bold",
    "Generic.Emph": "text italic",
}
"""Names of token types -> roles; a type that is missing takes its parent's."""


class Highlighter:
    """One side of a file: its clean lines, and their pieces once they have been read."""

    def __init__(self, path: str, lines: Sequence[str], *, ascii_only: bool = False) -> None:
        """Take lines with their terminators; nothing is read yet."""
        text = "\n".join(content(line) for line in lines)
        self.lines = clean(text, ascii_only=ascii_only).split("\n")
        self._path = path
        self._ready: list[tuple[Piece, ...]] = []
        self._pieces: Iterator[Piece] | None = None
        self._row: list[Piece] = []
        self._given_up = any(len(line) > TOO_LONG for line in self.lines)

    def plain(self, index: int) -> str:
        """Return a clean line, counted from 0; empty beyond the end."""
        return self.lines[index] if 0 <= index < len(self.lines) else ""

    def is_ready(self, index: int) -> bool:
        """Return whether the pieces of this line are known."""
        return self._given_up or index < len(self._ready)

    def line(self, index: int) -> tuple[Piece, ...]:
        """Return the pieces of a line; one plain piece as long as they are not known."""
        if not self._given_up and 0 <= index < len(self._ready):
            return self._ready[index]
        return ((self.plain(index), "text"),)

    def read_to(self, index: int, seconds: float) -> bool:
        """Read on up to a line, but for no longer than this; return whether it is ready."""
        if self.is_ready(index):
            return True
        deadline = time.monotonic() + seconds
        if self._pieces is None:
            self._pieces = _pieces(self._path, self.lines)
        while not self.is_ready(index):
            pieces = list(islice(self._pieces, SLICE))
            for piece in pieces:
                self._take(piece)
            if not pieces:
                self._finish()
                return True
            if time.monotonic() > deadline:
                break
        return self.is_ready(index)

    def _take(self, piece: Piece) -> None:
        text, role = piece
        first, *rest = text.split("\n")
        if first:
            self._row.append((first, role))
        for line in rest:
            self._ready.append(tuple(self._row))
            self._row = [(line, role)] if line else []

    def _finish(self) -> None:
        """Close the last line; a lexer that lost or added a line would colour the wrong ones."""
        self._ready.append(tuple(self._row))
        del self._ready[len(self.lines) :]
        texts = ("".join(text for text, _ in row) for row in self._ready)
        if len(self._ready) < len(self.lines) or any(
            one != other for one, other in zip(texts, self.lines, strict=True)
        ):
            self._given_up = True


def _pieces(path: str, lines: Sequence[str]) -> Iterator[Piece]:
    """Give the tokens of the whole text with their roles."""
    lexer = _lexer(path.rsplit("/", 1)[-1])
    known: dict[object, str] = {}
    for _, token, text in lexer.get_tokens_unprocessed("\n".join(lines)):
        role = known.get(token)
        if role is None:
            role = known[token] = _role(str(token).removeprefix("Token").lstrip("."))
        yield text, role


def _lexer(name: str) -> Lexer:
    """Return the lexer for a file's name.

    Pygments compiles a pattern for each of its thousand kinds of name to find it, 60 ms; most names
    have an ending that one lexer alone claims.
    """
    from pygments.lexers import (
        LEXERS,
        find_lexer_class,
        find_lexer_class_for_filename,
        get_lexer_by_name,
    )

    ending = "*." + name.rpartition(".")[2]
    claims = [one[1] for one in LEXERS.values() if name in one[3] or ending in one[3]]
    only = len(claims) == 1
    kind = find_lexer_class(claims[0]) if only else find_lexer_class_for_filename(name)
    return kind() if kind is not None else get_lexer_by_name("text")


def _role(token: str) -> str:
    while token:
        if token in ROLES:
            return ROLES[token]
        token = token.rpartition(".")[0]
    return "text"
