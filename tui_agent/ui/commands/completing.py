"""What can follow what has been typed of a command line: words for the shells' completion."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from tui_agent.core.toolsets import TOOLSETS
from tui_agent.ui.commands import COMMANDS
from tui_agent.ui.commands.options import actions_of, main_parser
from tui_agent.ui.commands.options import common as add_common

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import Surroundings

FILES = ":files"
"""Tells the shell to offer files."""
MOST_SESSIONS = 40
TITLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One thing that may follow, and what it is."""

    word: str
    about: str = ""


async def follow(words: Sequence[str], around: Surroundings) -> list[Word]:
    """Return what may stand in the place of the last word, which is not finished."""
    *before, current = words or [""]
    place = _place(before)
    found = await _offered(place, current, around)
    return [one for one in found if one.word.startswith(current) or one.word == FILES]


@dataclass(slots=True)
class _Place:
    """Where in the command line the last word stands."""

    parser: argparse.ArgumentParser
    command: str = ""
    """The command's words: `sessions show`."""
    value_of: argparse.Action | None = None
    """The option that the last word is the value of."""
    positionals: int = 0
    """How many words of the command's own stand before it."""


def _place(before: Sequence[str]) -> _Place:
    place = _Place(parser=main_parser())
    for word in before:
        if place.value_of is not None:
            place.value_of = None
        elif word.startswith("-"):
            option = _option(place.parser, word)
            takes = option is not None and option.nargs != 0 and "=" not in word
            place.value_of = option if takes else None
        elif not place.command:
            if word not in COMMANDS:
                place.positionals += 1  # a message has begun
                continue
            place.command = word
            place.parser = import_module(f"tui_agent.ui.commands.{word}").parser()
            add_common(place.parser)
            place.positionals = 0
        else:
            _step(place, word)
    return place


def _step(place: _Place, word: str) -> None:
    verbs = _verbs(place.parser)
    if verbs is not None and word in verbs:
        place.parser = verbs[word]
        place.command += f" {word}"
    else:
        place.positionals += 1


def _verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser] | None:
    """Return the words that have a parser of their own."""
    for action in actions_of(parser):
        if isinstance(action.choices, dict):
            return action.choices
    return None


def _option(parser: argparse.ArgumentParser, word: str) -> argparse.Action | None:
    name = word.partition("=")[0]
    return next((one for one in actions_of(parser) if name in one.option_strings), None)


async def _offered(place: _Place, current: str, around: Surroundings) -> list[Word]:
    if place.value_of is not None:
        return await _values(place.value_of, place, current, around)
    if current.startswith("-"):
        return list(_options(place.parser))
    if not place.command:
        if place.positionals:
            return []
        return [Word(word=name, about=about) for name, about in COMMANDS.items()]
    positional = _positional(place)
    if positional is None:
        return []
    return await _values(positional, place, current, around)


def _options(parser: argparse.ArgumentParser) -> Iterator[Word]:
    seen: set[str] = set()
    for action in actions_of(parser):
        for word in action.option_strings:
            if word not in seen and action.help != argparse.SUPPRESS:
                seen.add(word)
                yield Word(word=word, about=action.help or "")


def _positional(place: _Place) -> argparse.Action | None:
    """Return what the next word of the command's own is; the last one may be repeated."""
    found = [one for one in actions_of(place.parser) if not one.option_strings]
    if place.positionals < len(found):
        return found[place.positionals]
    return found[-1] if found and found[-1].nargs in ("*", "+") else None


async def _values(
    action: argparse.Action, place: _Place, current: str, around: Surroundings
) -> list[Word]:
    if action.choices is not None:
        return [Word(word=str(choice)) for choice in action.choices]
    kind = _kind(action, place.command)
    if kind == "models":
        return [one async for one in _models(current, around)]
    known = _KNOWN.get(kind)
    return list(known(around)) if known is not None else []


def _kind(action: argparse.Action, command: str) -> str:
    by_place = {
        "config explain key": "settings",
        "tool name": "tools",
        "mcp add cwd": "files",
        "rules what-if rules": "files",
    }
    own = by_place.get(f"{command} {action.dest}", "")
    return own or {
        "id": "sessions",
        "resume": "sessions",
        "provider": "providers",
        "model": "models",
        "profile": "profiles",
        "toolset": "toolsets",
        "file": "files",
        "diff": "files",
        "output": "files",
        "junit": "files",
    }.get(action.dest, "")


def _sessions(around: Surroundings) -> Iterator[Word]:
    yield Word(word="last", about="the latest one")
    for one in around.summaries(all_repositories=False)[:MOST_SESSIONS]:
        yield Word(word=one.id, about=" ".join(one.title.split())[:TITLE])


def _providers(around: Surroundings) -> Iterator[Word]:
    for one in around.providers():
        if one.variable:
            yield Word(word=one.name, about="key found" if one.found else "no key")


def _tools(around: Surroundings) -> Iterator[Word]:
    for name, tool in around.tools.items():
        yield Word(word=name, about=tool.spec.description.partition(".")[0][:TITLE])


def _settings(around: Surroundings) -> Iterator[Word]:
    return (Word(word=key) for key in around.loaded.given)


def _toolsets(_: Surroundings) -> Iterator[Word]:
    return (Word(word=one.name) for one in TOOLSETS)


def _profiles(around: Surroundings) -> Iterator[Word]:
    return (Word(word=name) for name in around.loaded.profiles)


def _files(_: Surroundings) -> Iterator[Word]:
    yield Word(word=FILES)


_KNOWN: dict[str, Callable[[Surroundings], Iterator[Word]]] = {
    "sessions": _sessions,
    "providers": _providers,
    "tools": _tools,
    "settings": _settings,
    "toolsets": _toolsets,
    "profiles": _profiles,
    "files": _files,
}


async def _models(current: str, around: Surroundings) -> AsyncIterator[Word]:
    """Yield each provider's own model; all of a provider once its name is typed."""
    yield Word(word="script:", about="a scripted model's file")
    provider, slash, _ = current.partition("/")
    for one in around.providers():
        if one.default_model:
            yield Word(word=one.default_model, about=f"{one.name}'s usual model")
        if slash and one.name == provider:
            for facts in await around.models.of(provider):
                if facts.model != one.default_model:
                    yield Word(word=facts.model)
