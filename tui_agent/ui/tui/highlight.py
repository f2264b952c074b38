"""Which role of the theme each token of a programming language has."""

from __future__ import annotations

from functools import lru_cache
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LINE_LIMIT = 2000
"""Lines of one piece of code that are coloured; longer ones are plain."""

_LEARNT: set[str] = set()

Coloured = tuple[tuple[str, str], ...]
"""One line: texts and their roles."""

_ROLES = (
    ("Comment", "comment italic"),
    ("Keyword.Constant", "number"),
    ("Keyword.Type", "type"),
    ("Keyword", "keyword"),
    ("Operator.Word", "keyword"),
    ("Literal.String.Interpol", "text"),
    ("Literal.String", "string"),
    ("Literal.Number", "number"),
    ("Name.Function", "function"),
    ("Name.Class", "type"),
    ("Name.Decorator", "function"),
    ("Name.Exception", "type"),
    ("Name.Tag", "keyword"),
    ("Name.Attribute", "function"),
    ("Generic.Deleted", "removed"),
    ("Generic.Inserted", "added"),
    ("Generic.Heading", "text bold"),
)


def highlighted(code: str, *, language: str = "", filename: str = "") -> list[Coloured]:
    """Return the lines of `code` with a role for each part; unknown languages are plain text."""
    lexer = _by_language(language) if language else _by_filename(filename)
    lines = code.split("\n")
    if lexer is None or len(lines) > LINE_LIMIT:
        return [((line, "text"),) if line else () for line in lines]
    done: list[Coloured] = []
    line: list[tuple[str, str]] = []
    for kind, text in lexer.get_tokens(code):
        role = _role(str(kind))
        first, *others = text.split("\n")
        if first:
            line.append((first, role))
        for other in others:
            done.append(tuple(line))
            line = [(other, role)] if other else []
    done.append(tuple(line))
    # A lexer adds a line feed at the end.
    return done[: len(lines)] + [()] * (len(lines) - len(done))


def learn(language: str) -> None:
    """Have a language's lexer ready soon: a thread builds it, which may take a tenth of a second.

    Code that streams in gives that much time between its first line and its last.
    """
    if language and language not in _LEARNT:
        _LEARNT.add(language)
        Thread(target=highlighted, args=("",), kwargs={"language": language}, daemon=True).start()


@lru_cache(maxsize=256)
def _role(kind: str) -> str:
    name = kind.removeprefix("Token.")
    for prefix, role in _ROLES:
        if name == prefix or name.startswith(prefix + "."):
            return role
    return "text"


@lru_cache(maxsize=64)
def _by_language(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=True)
    except ClassNotFound:
        return None


@lru_cache(maxsize=64)
def _by_filename(filename: str) -> Lexer | None:
    from pygments.lexers import get_lexer_for_filename
    from pygments.util import ClassNotFound

    if not filename:
        return None
    try:
        return get_lexer_for_filename(filename, stripnl=False, ensurenl=True)
    except ClassNotFound:
        return None
