"""What is refused before anything is placed: paths that lead out, and text that is no real text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tui_agent.core.edits.contract import EditError
from tui_agent.core.text import Text, TextError, decode

_COMMENT = re.compile(r"#+|//+|/\*+|<!--|--+|;+|%+|\{/\*|\*")
_ENDS = ("*/}", "*/", "-->")
_LONGEST = 400
"""Characters of a comment that may stand for lines left out."""
_DOTS = r"(?:\.{3,}|\u2026)"
_NOUN = (
    r"(?:\w+ )?(?:code|lines?|imports?|methods?|functions?|class(?:es)?|tests?|fields?|content|"
    r"implementation|definitions?|logic|body|cases?|entries|items|parts?)"
)
_DOTS_FIRST = re.compile(
    rf"[\[(]?\s*{_DOTS}.*\b"
    r"(?:rest|existing|remaining|remains|unchanged|omitted|same as|as before|no change)",
    re.IGNORECASE,
)
_DOTS_LAST = re.compile(
    r"[\[(]?(?:keep )?(?:the )?"
    rf"(?:(?:rest of|(?:existing|remaining|unchanged|previous|original) {_NOUN}|"
    rf"(?:code )?(?:unchanged|omitted)|same as (?:before|above))\b.*|"
    r"(?:existing|remaining)(?: \w+){0,2}\s*|"
    r"(?:all )?others?\b.*\b(?:unchanged|omitted|(?:the|as) (?:same|before))\W*)"
    rf"{_DOTS}\s*[\])]?$",
    re.IGNORECASE,
)


def check_path(path: str) -> str:
    """Strip the blanks round a path; raises EditError for what its letters alone give away."""
    path = path.strip()
    if not path or "\0" in path:
        raise EditError("malformed", "The path is empty or contains a NUL byte.")
    check_not_git(path)
    return path


def check_not_git(path: str) -> None:
    """Raise EditError for a path into a repository's own folder."""
    if any(part.lower() == ".git" for part in path.split("/")):
        raise EditError("outside-workspace", f"{path} is inside .git, which edits never touch.")


def check_new_text(path: str, old: Iterable[str], new: Iterable[str]) -> None:
    """Raise EditError if new lines hold a NUL or stand for lines that were left out."""
    known = {line.strip() for line in old}
    for line in new:
        if "\0" in line:
            raise EditError("malformed", f"The new text for {path} contains a NUL byte.")
        if is_placeholder(line) and line.strip() not in known:
            raise EditError(
                "malformed",
                f"The new text for {path} has a placeholder for omitted lines: {line.strip()!r}. "
                "Write out every line, or edit only the lines that change.",
            )


def is_placeholder(line: str) -> bool:
    """Whether a line is a comment that stands for lines left out; a bare ellipsis is code."""
    text = line.strip()
    comment = _COMMENT.match(text)
    if not comment or len(text) > _LONGEST:
        return False
    said = text[comment.end() :]
    said = next((said.removesuffix(end) for end in _ENDS if said.endswith(end)), said).strip()
    return any(pattern.match(said) for pattern in (_DOTS_FIRST, _DOTS_LAST))


def readable(path: str, data: bytes) -> Text:
    """Decode a file; raises EditError for a binary one."""
    try:
        return decode(data)
    except TextError as error:
        raise EditError("malformed", f"{path} cannot be edited as text: {error}.") from None


def encoded(path: str, text: Text, lines: Iterable[str]) -> bytes:
    """Encode lines as the file is; raises EditError if its encoding lacks a letter."""
    try:
        return text.codec.encode(lines)
    except TextError as error:
        raise EditError("malformed", f"{path} cannot hold the new text: {error}.") from None
