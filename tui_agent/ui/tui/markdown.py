"""How an answer's Markdown is drawn: by blocks, so that only the last one is drawn again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tui_agent.ui.tui.highlight import highlighted, learn
from tui_agent.ui.tui.inline import inline_spans
from tui_agent.ui.tui.paper import (
    Row,
    Sheet,
    Span,
    blank_row,
    make_row,
    paragraph,
    width_of,
    wrap,
)
from tui_agent.ui.tui.table import table_rows

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*([^\s`]*)")
_LIST = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])\s")
_INDENT = 2
_CODE_PADDING = 1
ROOMY = 43
"""Columns from which prose keeps a margin of four: it reads better."""


class Blocks:
    """Splits a growing text into blocks at blank lines outside of fences."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.done: list[str] = []
        self._text = ""
        self._from = 0

    def feed(self, text: str) -> tuple[int, list[str], str]:
        """Take the whole text so far.

        Returns how many finished blocks stay as they were, the blocks finished since, and the rest.
        """
        kept = len(self.done)
        if not text.startswith(self._text):
            self.done, self._from, kept = [], 0, 0
        self._text = text
        new: list[str] = []
        for block, end in _finished(text, self._from):
            new.append(block)
            self._from = end
        self.done.extend(new)
        return kept, new, text[self._from :].strip("\n")


def _finished(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Give each block that a blank line has ended, and where the next one begins."""
    fence = ""
    begin, place = start, start
    while (end := text.find("\n", place)) >= 0:
        line = text[place:end]
        place = end + 1
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2]:
                fence = ""
                yield text[begin:place].strip("\n"), place
                begin = place
            continue
        if mark:
            if text[begin : place - len(line) - 1].strip():
                yield text[begin : place - len(line) - 1].strip("\n"), place - len(line) - 1
                begin = place - len(line) - 1
            fence = mark[1]
        elif not line.strip():
            block = text[begin:place].strip("\n")
            following = text[place : place + 2]
            if len(following) < _INDENT or (_LIST.match(block) and following.isspace()):
                continue
            if block:
                yield block, place
            begin = place


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def is_open_fence(source: str) -> bool:
    """Return whether a block is a fence whose end has not come yet."""
    mark = _FENCE.match(source)
    if mark is None:
        return False
    last = source.rstrip().rpartition("\n")[2].strip()
    return "\n" not in source.rstrip() or not last.startswith(mark[1])


def block_rows(source: str, sheet: Sheet, *, finished: bool, indent: int = 3) -> list[Row]:
    """Draw one block, its text beginning in column `indent`."""
    if not finished and is_open_fence(source):
        first, whole, code = source.partition("\n")
        if whole:
            learn(first.strip().lstrip("`~").partition(" ")[0])
        return code_rows(code, "", sheet, indent)
    tokens = _parser().parse(source)
    return _Writer(sheet, indent).rows(tokens)


def code_rows(code: str, language: str, sheet: Sheet, indent: int) -> list[Row]:
    """Draw code on a plane of its own, with one column of padding."""
    plane = "surface" if sheet.plane == "canvas" else "canvas"
    if not sheet.theme.tints:
        plane = sheet.plane
    margin, padding = 1, _CODE_PADDING
    room = sheet.width - indent - margin
    inner = Sheet(width=room, theme=sheet.theme, glyphs=sheet.glyphs, plane=plane)
    rows: list[Row] = []
    for line in highlighted(code.rstrip("\n"), language=language):
        spans = [inner.span(text, role) for text, role in line]
        for join, part in wrap(spans, room - 2 * padding, 2):
            lead = padding if join == "\n" else padding + 2
            body = make_row(inner, [(" " * lead, inner.ink()), *part])
            row = make_row(sheet, [(" " * indent, sheet.ink())], [])
            cells = [*row.strip.crop(0, indent), *body.strip, *row.strip.crop(0, margin)]
            text = "".join(text for text, _ in part)
            rows.append(Row(type(row.strip)(cells), text, start=indent + lead, join=join))
    return rows


class _Writer:
    """Turns the tokens of one block into rows."""

    def __init__(self, sheet: Sheet, indent: int) -> None:
        self.sheet = sheet
        self.indent = indent
        self.first: list[Span] = []
        """What stands before the next paragraph: a list's number or bullet."""
        self.ink = "text"
        self.numbers: list[int | None] = []
        self.tight = False

    def rows(self, tokens: Sequence[Token]) -> list[Row]:
        done: list[Row] = []
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.type == "table_open":
                end = next(i for i in range(index, len(tokens)) if tokens[i].type == "table_close")
                self._gap(done)
                done += table_rows(tokens[index : end + 1], self.sheet, self.indent)
                index = end
            else:
                done += self._token(token, done)
            index += 1
        return done

    def _gap(self, done: list[Row]) -> None:
        if done and not self.tight and not self.first:
            done.append(blank_row(self.sheet))

    def _token(self, token: Token, done: list[Row]) -> list[Row]:
        kind = token.type
        if kind in {"bullet_list_open", "ordered_list_open"}:
            start = int(token.attrGet("start") or 1) if kind == "ordered_list_open" else None
            self.numbers.append(start)
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            self.numbers.pop()
            self.tight = bool(self.numbers)
        elif kind == "list_item_open":
            self._begin_item()
        elif kind == "list_item_close":
            self.indent -= self._marker_width()
            self.first = []
        elif kind == "blockquote_open":
            self.indent += 2
            self.ink = "text-2 italic"
        elif kind == "blockquote_close":
            self.indent -= 2
            self.ink = "text"
        else:
            return self._content(token, done)
        return []

    def _content(self, token: Token, done: list[Row]) -> list[Row]:
        kind = token.type
        if kind in {"fence", "code_block"}:
            self._gap(done)
            first, self.first = self.first, []
            language = token.info.split(" ")[0] if token.info else ""
            lead = paragraph(self.sheet, first) if first else []
            return lead + code_rows(token.content, language, self.sheet, self.indent)
        if kind == "hr":
            self._gap(done)
            rule = self.sheet.glyphs.rule * 8
            return [make_row(self.sheet, [self._pad(), self.sheet.span(rule, "line")])]
        if kind == "heading_open":
            self._gap(done)
            self.ink = "text bold"
        elif kind == "heading_close":
            self.ink = "text"
        elif kind == "paragraph_open":
            self.tight = bool(token.hidden)
            self._gap(done)
        elif kind in {"inline", "html_block"}:
            return self._text(token)
        return []

    def _text(self, token: Token) -> list[Row]:
        first, self.first = self.first, []
        rows: list[Row] = []
        margin = 4 if self.sheet.width >= ROOMY else 1
        for spans in inline_spans(token, self.sheet, self.ink):
            rows += paragraph(self.sheet, spans, first=first, indent=self.indent, margin=margin)
            first = []
        return rows

    def _marker_width(self) -> int:
        number = self.numbers[-1]
        if number is None:
            return 2
        return max(3, len(str(number - 1)) + 2)

    def _begin_item(self) -> None:
        number = self.numbers[-1]
        mark = self.sheet.glyphs.bullet if number is None else str(number)
        lead = self.first or [self._pad()]
        self.first = [*lead, self.sheet.span(mark, "text-3")]
        if number is not None:
            self.numbers[-1] = number + 1
        self.indent += self._marker_width()
        gap = self.indent - width_of(self.first)
        self.first.append((" " * max(0, gap), self.sheet.ink()))
        self.tight = True

    def _pad(self) -> Span:
        return " " * self.indent, self.sheet.ink()
