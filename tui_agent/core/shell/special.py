"""Programs whose words are a language of their own: find and sed, as far as they only read."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.shell.options import is_number
from tui_agent.core.shell.values import Looked

_ALONE = frozenset({
    "-print", "-print0", "-ls", "-empty", "-prune", "-not", "!", "(", ")", "-o", "-or", "-a",
    "-and", "-true", "-false", "-readable", "-writable", "-executable", "-depth", "-mount", "-xdev",
    "-daystart", "-quit", "-nogroup", "-nouser", "-noleaf",
})  # fmt: skip
_WITH_TEXT = frozenset({
    "-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename", "-regex", "-iregex", "-type",
    "-xtype", "-size", "-perm", "-user", "-group", "-mtime", "-atime", "-ctime", "-mmin", "-amin",
    "-cmin", "-newermt", "-maxdepth", "-mindepth", "-links", "-inum", "-uid", "-gid", "-lname",
    "-ilname", "-fstype", "-printf", "-regextype", "-used",
})  # fmt: skip
_WITH_PATH = frozenset({"-newer", "-anewer", "-cnewer", "-samefile"})


def read_by_find(words: Sequence[str]) -> Looked | None:
    """Return what find looks at, given the words after its name: names, never what files hold.

    What is not known here may run, write or delete, or follow links: `-exec`, `-fprint`,
    `-delete`, `-L`.
    """
    rest = list(words)
    paths: list[str] = []
    while rest and not rest[0].startswith("-") and rest[0] not in ("(", "!"):
        paths.append(rest.pop(0))
    while rest:
        word = rest.pop(0)
        if word in _ALONE:
            continue
        if word not in _WITH_TEXT | _WITH_PATH or not rest:
            return None
        value = rest.pop(0)
        if word in _WITH_PATH:
            paths.append(value)
    return None if "" in paths else Looked(paths=tuple(paths) or (".",))


_CONVERSIONS = frozenset("sbqdiouxXeEfgGc%")
_BEFORE_CONVERSION = frozenset("-+ 0123456789.")


def read_by_printf(words: Sequence[str]) -> Looked | None:
    """Return what printf looks at, nothing: where its format only prints. `%n` sets a variable."""
    if not words or words[0].startswith("-"):
        return None
    _, *rest = words[0].split("%")
    while rest:
        part = rest.pop(0).lstrip("".join(_BEFORE_CONVERSION))
        if not part and rest:
            rest.pop(0)  # `%%` is a sign of its own.
        elif part[:1] not in _CONVERSIONS or not part:
            return None
    return Looked()


_SED_FLAGS = frozenset({"-n", "-E", "-r", "-u", "--quiet", "--silent", "--regexp-extended"})
_SED_SCRIPT = frozenset({"-e", "--expression"})
_SLASHES = 3


def read_by_sed(words: Sequence[str]) -> Looked | None:
    """Return what sed looks at, given the words after its name, where its script only prints.

    Known are lines by number or pattern with `p`, `q`, `d` and `=`, and `s/A/B/` with the flags
    g, i, p and a number. `w`, `r`, `e` and `-i` are not.
    """
    rest = list(words)
    scripts: list[str] = []
    paths: list[str] = []
    while rest:
        word = rest.pop(0)
        if word in _SED_SCRIPT:
            if not rest:
                return None
            scripts.append(rest.pop(0))
        elif word.startswith("-"):
            if word not in _SED_FLAGS and set(word[1:]) - set("nEru"):
                return None
        else:
            paths.append(word)
    if not scripts and paths:
        scripts.append(paths.pop(0))
    if not scripts or "" in paths or not all(_only_prints(one) for one in scripts):
        return None
    return Looked(paths=tuple(paths))


def _only_prints(script: str) -> bool:
    return not _has_odd_set(script) and all(
        _is_print(part.strip(" ")) for part in script.split(";")
    )


def _has_odd_set(script: str) -> bool:
    """Return whether a set in brackets holds what might end the pattern, by any reading."""
    for part in script.split("[")[1:]:
        inside, closed, _ = part.partition("]")
        if not closed or inside in ("", "^") or "/" in inside or ";" in inside:
            return True
    return False


def _is_print(command: str) -> bool:
    rest = _after_address(command)
    if rest is not None and rest.startswith(","):
        rest = _after_address(rest[1:], needed=True)
    if rest is None:
        return False
    if rest.startswith("s/"):
        parts = rest.split("/")
        return len(parts) == _SLASHES + 1 and not set(parts[-1]) - set("gip0123456789")
    return rest.removeprefix("!") in ("p", "q", "d", "=")


def _after_address(text: str, *, needed: bool = False) -> str | None:
    """Return what stands after a line's address; None where it is none that is known."""
    if text.startswith("/"):
        end = text.find("/", 1)
        return None if end < 0 else text[end + 1 :]
    if text.startswith("$"):
        return text[1:]
    rest = text.lstrip("+0123456789")
    number = text[: len(text) - len(rest)]
    if needed and not number:
        return None
    return rest if not number or is_number(number) else None
