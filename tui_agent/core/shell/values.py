"""What a shell command says, as far as it says nothing but plain words: the values of a reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Joint = Literal["", "&&", "||", ";", "|"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """One program with its arguments, each word literally what the program gets."""

    words: tuple[str, ...]
    text: str
    """As it is written, without its redirections."""
    joint: Joint = ""
    """What stands between it and the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A whole command: its simple commands, or why it cannot be read as such."""

    commands: tuple[Simple, ...] = ()
    problem: str = ""
    """Empty where every byte of the command is accounted for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a program that only reads looks at."""

    paths: tuple[str, ...] = ()
    """As they are written; they still have to be followed."""
    below: bool = False
    """Whether it reads whatever lies in the folders among them."""
    hidden: bool = True
    """Whether that includes what has a name with a leading dot."""
    whole: bool = False
    """Whether it shows what git has recorded of any file, named or not."""
    secrets: bool = False
    """Whether, where it is the whole, a secret file among it is no surprise."""
    unless: tuple[str, ...] = ()
    """Words of which one that is a file or a folder keeps it to those."""
