"""How a program's words are read: its known flags, what each takes, and what the operands are.

The tables say what is known. A flag that is not in them may do anything, so that the program then
counts as one that may do anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tui_agent.core.shell.values import Looked

Operands = Literal["paths", "texts", "revisions", "none", "format"]
NUMBER_END = "bkKMGTP"
DIGITS = 9
"""How long a number may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The harmless words of one program, or of one of its sub-commands."""

    flags: str = ""
    """Letters that take nothing."""
    numbers: str = ""
    """Letters that take a number, in the same word or as the next one."""
    texts: str = ""
    """Letters that take any text, in the same word or as the next one."""
    rest: str = ""
    """Letters that take the rest of their word, if there is any."""
    long: frozenset[str] = frozenset()
    """Long flags, `--` included, that take nothing."""
    valued: frozenset[str] = frozenset()
    """Long flags with a value, after `=` or as the next word, which then begins with no dash."""
    perhaps: frozenset[str] = frozenset()
    """Long flags that may have a value, after `=` only."""
    counted: bool = False
    """Whether a number may be a flag by itself: `head -5`."""
    operands: Operands = "paths"
    leading: int = 0
    """How many operands are no paths but text: the pattern of grep."""
    leading_by: frozenset[str] = frozenset()
    """Flags that say the leading text themselves, so that every operand is a path."""
    most: int | None = None
    """How many operands there may be: the second of `uniq` is written."""
    least: int = 0
    ordered: bool = False
    """Whether no flag may follow an operand: `xxd A -p` writes a file `-p`."""
    shown_by: frozenset[str] = frozenset()
    """Flags whose value may name hidden files, which are then not passed over."""
    below_by: frozenset[str] = frozenset()
    """Flags that make it read all that lies in a folder."""
    below: bool = False
    """Whether it does so anyway."""
    hidden_by: frozenset[str] = frozenset()
    """Flags without which it passes over hidden files; empty: it never does."""
    needs: frozenset[str] = frozenset()
    """Flags of which one must be there."""
    operands_by: frozenset[str] = frozenset()
    """Flags of which one must be there where there are operands: else git makes a branch."""
    shows: bool = False
    """Whether it shows what git has recorded of files, without being told to."""
    shows_by: frozenset[str] = frozenset()
    """Flags that make it do so."""
    hides_by: frozenset[str] = frozenset()
    """Flags with which it does not, unless another makes it."""
    unless_text: tuple[str, ...] = ()
    """What no flag's value and no leading text may hold: `%G` lets git run gpg."""


@dataclass(slots=True)
class _Read:
    """What has been found so far."""

    program: Program
    operands: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    flag: str = ""
    """The last flag that has a value."""
    shown: bool = False
    """Whether a value of `shown_by` may name hidden files."""
    awaited: str = ""
    """`number`, `text` or `word` where the next word is a flag's value."""
    ended: bool = False
    before: int | None = None
    """How many operands stand before `--`."""

    def word(self, word: str) -> bool:
        """Take the next word; tell whether it is known."""
        if self.awaited:
            awaited, self.awaited = self.awaited, ""
            if awaited == "word" and word.startswith("-"):
                return False  # Some versions of a program take it for the next flag.
            return self._value(word, number=awaited == "number")
        if self.ended or not word.startswith("-"):
            self.operands.append(word)
            self.ended |= self.program.ordered
            return True
        if word == "--":
            self.ended, self.before = True, len(self.operands)
            return True
        return self._long(word) if word.startswith("--") else self._short(word)

    def _value(self, text: str, *, number: bool) -> bool:
        if any(part in text for part in self.program.unless_text):
            return False
        self.shown |= self.flag in self.program.shown_by and not _PLAIN_KIND.fullmatch(text)
        return is_number(text) if number else True

    def _long(self, word: str) -> bool:
        name, equals, value = word.partition("=")
        self.seen.add(name)
        self.flag = name
        if not equals:
            if name in self.program.valued:
                self.awaited = "word"
                return True
            return name in self.program.long or name in self.program.perhaps
        known = name in self.program.valued or name in self.program.perhaps
        return known and self._value(value, number=False)

    def _short(self, word: str) -> bool:
        if word == "-":
            return False
        if self.program.counted and word[1:].isdecimal():
            return True
        for place, letter in enumerate(word[1:], 2):
            self.flag = f"-{letter}"
            self.seen.add(self.flag)
            number = letter in self.program.numbers
            if number or letter in self.program.texts:
                if word[place:]:
                    return self._value(word[place:], number=number)
                self.awaited = "number" if number else "text"
                return True
            if letter in self.program.rest:
                return self._value(word[place:], number=False)
            if letter not in self.program.flags:
                return False
        return True


def is_number(text: str) -> bool:
    """Return whether a text is a number as head, tail and their kin take one."""
    digits = text.lstrip("+-") if text[:1] in ("+", "-") else text
    digits = digits[:-1] if digits[-1:] in NUMBER_END and digits[-1:] else digits
    return digits.isdecimal() and digits.isascii() and len(digits) <= DIGITS


def looked_at(program: Program, words: Sequence[str]) -> Looked | None:
    """Return what a program looks at, given the words after its name; None where it may do more."""
    read = _Read(program)
    if not all(read.word(word) for word in words) or read.awaited:
        return None
    count = len(read.operands)
    if count < program.least or (program.most is not None and count > program.most):
        return None
    if program.needs and not program.needs & read.seen:
        return None
    if count and program.operands_by and not program.operands_by & read.seen:
        return None
    return _of_operands(program, read)


def _of_operands(program: Program, read: _Read) -> Looked | None:
    operands = tuple(read.operands)
    below = program.below or bool(program.below_by & read.seen)
    match program.operands:
        case "none":
            return Looked() if not operands else None
        case "texts":
            return Looked()
        case "format":
            return Looked() if all(one.startswith("+") for one in operands) else None
        case "revisions":
            return _of_recorded(program, read, operands)
        case _:
            leading = 0 if program.leading_by & read.seen else program.leading
            paths = operands[leading:]
            if len(operands) < leading or any(one in ("", "-") or one[0] == "@" for one in paths):
                return None  # Some programs read more words from `@FILE`.
            if any(part in text for text in operands[:leading] for part in program.unless_text):
                return None
            if program.shows or program.shows_by & read.seen:
                return _of_recorded(program, read, paths)
            hidden = not program.hidden_by or bool(program.hidden_by & read.seen) or read.shown
            return Looked(paths=paths or ((".",) if below else ()), below=below, hidden=hidden)


_PLAIN_KIND = re.compile(
    r"!.*|([\w-]+/)*(\*\*/)*(\*\.)?"
    r"(py|pyi|js|jsx|mjs|cjs|ts|tsx|go|rs|c|h|cc|cpp|hpp|java|kt|rb|php|cs|swift|scala|css|scss|html"
    r"|md|rst|rust|ruby|cpp|kotlin|csharp|markdown)",
    re.ASCII,
)
"""Globs and types of files that rarely are a hidden secret; `!` leaves files out."""
_ABOUT_PATH = re.compile(r"^([0-3]:|\([^)]*\)|[/!^]+:?)")


_IN_REVISION = re.compile(r"[\w./@~^-]+:[^:*?[]+", re.ASCII)
_OBJECT = re.compile(r"[0-9a-f]{4,64}", re.ASCII)
_PATTERN = frozenset("*?[")
_ABOUT_COMMIT = re.compile(r"^:/|\^\{/")
"""A commit that is looked for by what its message says."""


def _of_recorded(program: Program, read: _Read, words: Sequence[str]) -> Looked:
    """Return what git looks at: every file, unless the words name which, as far as they do."""
    before = len(words)
    if read.before is not None:
        before = max(0, read.before - (len(read.operands) - len(words)))
    revisions, behind = words[:before], words[before:]
    shows = bool(program.shows_by & read.seen) or (
        program.shows and not program.hides_by & read.seen
    )
    unless: tuple[str, ...] = ()
    if any(_OBJECT.fullmatch(one) for one in revisions):
        named = False  # It may be a file itself, whatever its name is.
    elif behind:
        named = all(map(_is_plain, behind))
    else:
        named = bool(words) and all(map(_IN_REVISION.fullmatch, words))
        unless = tuple(filter(_is_plain, words))
    return Looked(
        paths=named_by_revisions(words) or ((".",) if program.below else ()),
        below=program.below,
        whole=shows and not named,
        secrets=any(map(_is_wide, words))
        or (program.below and not all(map(_PLAIN_KIND.fullmatch, behind or words or ("",)))),
        unless=unless,
    )


def _is_wide(word: str) -> bool:
    """Return whether a pattern may mean the files that hold secrets."""
    if word.startswith((":!", ":^", ":(exclude)")) or _PLAIN_KIND.fullmatch(word):
        return False
    return bool(_PATTERN & set(word)) and not _ABOUT_COMMIT.search(word)


def _is_plain(word: str) -> bool:
    return bool(word) and not word.startswith(":") and not _PATTERN & set(word)


def named_by_revisions(words: Sequence[str]) -> tuple[str, ...]:
    """Return the paths that words of git may name: each may be a path, or end in one after `:`.

    `:0:PATH` names a stage of the index, and `:(top)PATH` has words about the path before it.
    """
    found: list[str] = []
    for word in words:
        head, colon, tail = word.partition(":")
        if colon and not head:
            tail = _ABOUT_PATH.sub("", tail)
        if colon and tail:
            found.append(tail)
        if not colon or "/" in head:
            found.append(word)
    return tuple(found)
