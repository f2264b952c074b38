"""What a theme file may say: read, checked, and what is wrong with it told by line and key."""

from __future__ import annotations

import errno
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROLES = (
    "canvas", "surface", "raised", "selected", "line", "bar", "text", "text-2", "text-3", "accent",
    "added", "removed", "pending", "warning", "danger", "replay", "on-badge", "keyword", "string",
    "function", "type", "number", "comment", "added-line", "added-word", "added-number",
    "removed-line", "removed-word", "removed-number", "absent",
)  # fmt: skip
"""What has a colour; a theme without a base names all of it."""
SIXTEEN = tuple(
    f"{light}{name}"
    for light in ("", "bright_")
    for name in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
)
NATIVE = frozenset({"default", "dim", "reverse", *SIXTEEN})
"""What stands in place of `#rrggbb` where the terminal's own colours are used."""

_KINDS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "base": str,
    "dark": bool,
    "tints": bool,
    "fade": (int, float),
    "underline": bool,
    "colors": dict,
    "colors-256": dict,
}
_NEEDED = ("dark", "tints", "colors")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_AT_LINE = re.compile(r"(.*) \(at line (\d+), column \d+\)")
LARGEST = 1 << 16
"""Bytes of a theme file."""


class ThemeError(ValueError):
    """A theme file cannot be used; the message names it, the line, the key and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeTable:
    """What a theme file says, complete and checked."""

    name: str
    dark: bool
    tints: bool
    fade: float
    underline: bool
    """Whether changed words are underlined besides their tint."""
    colours: Mapping[str, str]
    colours_256: Mapping[str, str]


def read_table(path: Path, bases: Path) -> ThemeTable:
    """Read a theme file; what it leaves out comes from its `base`, a theme in the folder `bases`.

    Raises ThemeError.
    """
    try:
        data = _bytes(path)
        text = data.decode("utf-8-sig")
        given = tomllib.loads(text)
    except OSError as error:
        raise ThemeError(f"{path.name}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ThemeError(f"{path.name}: it is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.fullmatch(str(error))
        where, what = (f", line {found[2]}", found[1]) if found else ("", str(error))
        raise ThemeError(f"{path.name}{where}: {what}") from error
    except ValueError as error:  # a number of thousands of digits
        raise ThemeError(f"{path.name}: {error}") from error
    except RecursionError as error:
        raise ThemeError(f"{path.name}: it is nested too deeply") from error
    if len(data) > LARGEST:
        raise ThemeError(f"{path.name}: it is larger than {LARGEST // 1024} KiB")
    base = _base(path, given, text, bases)
    for key, what in _faults(given, needs_all=base is None):
        raise ThemeError(f"{path.name}{_line_of(key, text)}: {what}")
    return _table(path, given, base)


def _bytes(path: Path) -> bytes:
    """Return what a file holds, up to more than a theme may. Raises OSError, for a pipe, too."""
    if path.is_fifo():
        raise OSError(errno.EINVAL, "it is no regular file")
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _base(path: Path, given: Mapping[str, Any], text: str, bases: Path) -> ThemeTable | None:
    name = given.get("base", "")
    if not name:
        return None
    known = {one.stem: one for one in bases.glob("*.toml") if one != path}
    if not isinstance(name, str) or name not in known:
        there = ", ".join(sorted(known))
        raise ThemeError(f"{path.name}{_line_of('base', text)}: base is one of {there}")
    return read_table(known[name], bases)


def _table(path: Path, given: Mapping[str, Any], base: ThemeTable | None) -> ThemeTable:
    own, own_256 = given.get("colors", {}), given.get("colors-256", {})
    # A colour that was changed is not shown as the base's in 256 colours.
    below = {} if base is None else {k: v for k, v in base.colours_256.items() if k not in own}
    return ThemeTable(
        name=str(given.get("name", path.stem)),
        dark=bool(given.get("dark", base is not None and base.dark)),
        tints=bool(given.get("tints", base is not None and base.tints)),
        fade=float(given.get("fade", 0.28 if base is None else base.fade)),
        underline=bool(given.get("underline", base is not None and base.underline)),
        colours={**(base.colours if base is not None else {}), **own},
        colours_256={**below, **own_256},
    )


def _faults(given: Mapping[str, Any], *, needs_all: bool) -> Iterator[tuple[str, str]]:
    """Yield the keys that are wrong, and what is wrong with each."""
    yield from _key_faults(given)
    fade = given.get("fade", 0)
    if not 0 <= fade <= 1:
        yield "fade", f"fade is {fade!r}, and no share from 0 to 1"
    for key in _NEEDED if needs_all else ():
        if key not in given:
            yield "", f"{key} is missing, and there is no base"
    canvas = given.get("colors", {}).get("canvas", "#")
    native = isinstance(canvas, str) and not canvas.startswith("#")
    for table in ("colors", "colors-256"):
        for role, value in given.get(table, {}).items():
            fault = _colour_fault(role, value, native=native)
            if fault:
                yield f"{table}.{role}", f"{table}.{role}: {fault}"
    for role in ROLES if needs_all else ():
        if role not in given["colors"]:
            yield "colors", f"colors.{role} is missing, and there is no base"


def _key_faults(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in given.items():
        if key not in _KINDS:
            yield key, f"there is no key {key}; there are {', '.join(_KINDS)}"
        elif not isinstance(value, _KINDS[key]):
            yield key, f"{key} is {value!r:.80}, which it cannot be"


def _colour_fault(role: str, value: object, *, native: bool) -> str:
    if role not in ROLES:
        from rapidfuzz import process

        near = process.extractOne(role, ROLES, score_cutoff=70)
        return f"there is no such role{f'; did you mean {near[0]}' if near else ''}"
    if not isinstance(value, str):
        return f"{value!r} is no colour"
    if native:
        known = value in NATIVE
        return "" if known else f"{value!r} is none of the terminal's own colours, as canvas is"
    return "" if _HEX.fullmatch(value) else f"{value!r} is no colour of the form #rrggbb"


def _line_of(key: str, text: str) -> str:
    """Return `, line N` for a key such as `colors.accent`, or nothing where it stands nowhere."""
    table, _, last = key.rpartition(".")
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.partition("#")[0].strip() if not line.count('"') else line.strip()
        if bare.startswith("["):
            inside = bare.strip("[] \"'")
            if not table and inside == last:
                return f", line {number}"
        elif inside == table and bare.partition("=")[0].strip(" \"'") == last and last:
            return f", line {number}"
    return ""
