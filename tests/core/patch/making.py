"""Patches and texts for the tests: made by the real functions, from generated texts."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256

from hypothesis import strategies as st

from tui_agent.core.blob import Blob
from tui_agent.core.patch import FileChange, FileView, HunkDecision, Verdict, describe

AWKWARD_LINES = (
    "",
    "a",
    "b",
    "  indented",
    "\ttabbed",
    "trailing ",
    "form\x0cfeed",
    "lone\rreturn",
    "para\u2028graph",
    "next\x85line",
    "\u201cquoted\u201d",
    "x" * 3000,
)


def fastest(work: Callable[[], object], rounds: int = 3) -> float:
    """Give the least processor seconds of a few rounds; other processes do not count."""
    seconds: list[float] = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def put(data: bytes) -> Blob:
    return Blob(sha=sha256(data).hexdigest(), size=len(data), mime="text/plain", preview="")


def view_of(before: bytes | None, after: bytes | None, path: str = "a.txt") -> FileView:
    return view_of_change(FileChange(path=path, before=before, after=after))


def view_of_change(change: FileChange) -> FileView:
    return FileView.of(describe(change, put), change.before, change.after)


def decision(view: FileView, runs: tuple[str, ...], verdict: Verdict) -> HunkDecision:
    return HunkDecision(path=view.path, runs=runs, verdict=verdict)


def every(view: FileView, verdict: Verdict) -> tuple[HunkDecision, ...]:
    return (decision(view, view.patch.run_ids, verdict),)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    lines = draw(
        st.lists(st.tuples(st.sampled_from(AWKWARD_LINES), st.sampled_from(("\n", "\r\n"))))
    )
    text = "".join(content + end for content, end in lines)
    if draw(st.booleans()):
        text = text.removesuffix("\n").removesuffix("\r")
    return text.encode()


@st.composite
def edited(draw: st.DrawFn, source: bytes) -> bytes:
    """Give a relative of the source: some lines replaced, dropped, doubled, or with another end."""
    lines = source.split(b"\n")
    result: list[bytes] = []
    for line in lines:
        change = draw(st.sampled_from("kkkkkkkrdiec"))
        fresh = draw(st.sampled_from(AWKWARD_LINES)).encode() if change in "ri" else b""
        result += {
            "k": [line],
            "r": [fresh],
            "d": [],
            "i": [fresh, line],
            "e": [line.removesuffix(b"\r") + b"\r"],
            "c": [line, line],
        }[change]
    return b"\n".join(result)


@st.composite
def changes(draw: st.DrawFn) -> tuple[bytes, bytes]:
    before = draw(texts())
    return before, draw(st.one_of(edited(before), texts()))
