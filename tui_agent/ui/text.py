"""Plain text on its way out, cleaned and coloured in one place. The only module that prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, TextIO

from tui_agent.ui.clean import clean

Style = Literal["", "bold", "dim", "added", "removed", "pending", "warning", "danger", "accent"]
Span = tuple[Style, str]
"""A piece of a line and how it looks; its text may come from anywhere."""
Line = Sequence[Span]

_SGR: dict[Style, str] = {
    "": "",
    "bold": "1",
    "dim": "2",
    "added": "32",
    "removed": "31",
    "pending": "33",
    "warning": "33",
    "danger": "1;31",
    "accent": "34",
}
GLYPHS = {
    "›": ">", "·": ".", "●": "*", "✓": "v", "✗": "x", "◆": "?", "◇": "?", "∅": "-", "≠": "%",
    "▸": "+", "▾": "-", "○": "o", "▶": ">", "…": "...", "→": ">", "−": "-", "×": "x", "│": "|",
}  # fmt: skip
"""Signs of ours that a terminal without Unicode gets otherwise."""


class Paper:
    """Standard output and standard error, as text that no terminal obeys."""

    def __init__(
        self,
        environ: Mapping[str, str],
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        """Find out whether colours and Unicode are welcome."""
        self._out, self._err = out, err
        self.plain = environ.get("TERM", "") in ("", "dumb")
        self.spoken = False
        """Whether somebody hears it: words in place of signs, and no colour."""
        self.explained: set[str] = set()
        """The kinds of question whose keys were said already."""
        self._held: list[Line | str] | None = None
        self._prompt = ""
        self._colour = wants_colour(environ, self.out)
        encoding = (getattr(self.out, "encoding", "") or "ascii").lower().replace("-", "")
        self.ascii_only = not encoding.startswith("utf")

    @property
    def out(self) -> TextIO:
        """Where results go."""
        return self._out or sys.stdout

    @property
    def err(self) -> TextIO:
        """Where everything goes that is no result."""
        return self._err or sys.stderr

    def put(self, *lines: Line | str) -> None:
        """Write lines to standard output."""
        if self._held is not None:
            self._held += lines
        elif self._prompt:
            self.signal("\n")
            self._write(self.out, lines)
            self.signal(self.shaped(self._prompt))
        else:
            self._write(self.out, lines)

    def say(self, *lines: Line | str) -> None:
        """Write lines to standard error."""
        self._write(self.err, lines)

    @contextmanager
    def asking(self, prompt: str, *, hold: bool = True) -> Iterator[None]:
        """Write what stands before an answer, on the line of the answer.

        What is put meanwhile is held back until the answer is there; without `hold` it comes at
        once, and the prompt again after it.
        """
        before = self._held, self._prompt
        self._held, self._prompt = ([] if hold else None), prompt
        self.signal(self.shaped(prompt))
        try:
            yield
        finally:
            held, (self._held, self._prompt) = self._held, before
            if held:
                self.put(*held)

    def ask_again(self) -> None:
        """Write what stands before an open answer once more: the terminal was somebody else's."""
        if self._prompt:
            self.signal(self.shaped(self._prompt))

    def signal(self, sequence: str) -> None:
        """Write a sequence that the terminal is to obey: a bell, a copy."""
        print(sequence, end="", file=self.out, flush=True)

    def data(self, text: str) -> None:
        """Write a line that a program reads: not cleaned, not coloured, always UTF-8."""
        buffer = getattr(self.out, "buffer", None)
        if buffer is None:
            print(text, file=self.out, flush=True)
            return
        buffer.write(text.encode("utf-8", "surrogatepass") + b"\n")
        buffer.flush()

    def shaped(self, line: Line | str) -> str:
        """Return a line as it is to be written."""
        spans: Line = [("", line)] if isinstance(line, str) else line
        if self.spoken:
            from tui_agent.ui.spoken import in_words

            spans = [("", text) for _, text in in_words(spans)]
        return "".join(self._span(style, text) for style, text in spans)

    def _span(self, style: Style, text: str) -> str:
        if self.ascii_only:
            text = "".join(GLYPHS.get(char, char) for char in text)
        text = clean(text, ascii_only=self.ascii_only)
        code = _SGR[style]
        return f"\x1b[{code}m{text}\x1b[0m" if code and self._colour and text else text

    def _write(self, stream: TextIO, lines: Sequence[Line | str]) -> None:
        if not lines:
            return
        text = "\n".join(self.shaped(line) for line in lines)
        encoding = getattr(stream, "encoding", None) or "utf-8"
        safe = text.encode(encoding, "backslashreplace").decode(encoding)
        print(safe, file=stream, flush=True)


def wants_colour(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Return whether colours are welcome: NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM, a terminal."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    if environ.get("CLICOLOR") == "0" or environ.get("TERM", "") in ("", "dumb"):
        return False
    return stream.isatty()
