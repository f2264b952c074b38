"""Has the methods of a dataclass compiled at their first call, as no import needs them.

The standard library compiles six methods a dataclass one by one while a module is imported: of what
a headless run loads, that was nearly a third of the program's own processor time, and most of those
methods are never called. Python 3.13 compiles a class's methods together and has no such function
any more: there, nothing is done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import cast

Method = Callable[..., object]

MAKER = "_create_fn"
"""What compiles one method in the standard library up to Python 3.12."""
PACKAGES = frozenset({"tui_agent", "textual", "rich", "markdown_it"})
"""Those whose dataclasses nobody asks for the parameters of a method."""


def compile_methods_late() -> None:
    """Do so for every dataclass of these packages that is defined from now on."""
    maker = vars(dataclasses).get(MAKER)
    if maker is not None and not isinstance(maker, Late):
        setattr(dataclasses, MAKER, Late(maker))


class Late:
    """Stands where the standard library's own maker of methods stood."""

    def __init__(self, at_once: Method) -> None:
        """Compile by `at_once` what is called."""
        self.at_once = at_once
        self.compiled = 0
        """How many methods were."""

    def __call__(self, name: str, *source: object, **place: object) -> Method:
        """Return the method, or for our packages what compiles it when it is called."""
        space = cast("dict[str, object]", place.get("globals") or {})
        if str(space.get("__name__", "")).partition(".")[0] not in PACKAGES:
            return cast("Method", self.at_once(name, *source, **place))
        return self._waiting(name, lambda: self.at_once(name, *source, **place))

    def _waiting(self, name: str, compiled: Method) -> Method:
        made: list[Method] = []

        def method(this: object, *given: object, **named: object) -> object:
            if not made:
                self.compiled += 1
                whole = cast("Method", compiled())
                whole.__qualname__ = method.__qualname__
                made.append(whole)
                _put(type(this), name, method, whole)
            return made[0](this, *given, **named)

        method.__name__ = name
        return method


def _put(kind: type, name: str, instead_of: Method, method: Method) -> None:
    """Let the class that has the one method have the other: it is then called directly."""
    for one in kind.__mro__:
        if vars(one).get(name) is instead_of:
            setattr(one, name, method)
