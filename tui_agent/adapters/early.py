"""Values for what runs before anything is drawn: like frozen dataclasses, without their import.

The standard library's dataclasses bring `inspect`, `ast`, `dis` and `re`: more than all the rest of
the program's first start. What is here is for the modules of that start alone.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import dataclass_transform

    @dataclass_transform(frozen_default=True, kw_only_default=True)
    class _Kind(type):
        """What makes a class of values."""
else:

    class _Kind(type):
        """Makes the annotated names of a class its slots, and keeps their defaults."""

        def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, object]) -> type:
            """Make a class of values."""
            names = tuple(space.get("__annotations__", ()))
            defaults = {one: space.pop(one) for one in names if one in space}
            made = super().__new__(cls, name, bases, {**space, "__slots__": names})
            made._defaults = defaults
            return made


class Value(metaclass=_Kind):
    """A value: given by keyword, never changed, equal by what it holds."""

    if TYPE_CHECKING:
        __slots__: tuple[str, ...] = ()
    else:

        def __init__(self, **given: object) -> None:
            """Take every field by its name."""
            whole = {**self._defaults, **given}
            if len(whole) != len(self.__slots__):
                wrong = sorted(set(whole) ^ set(self.__slots__))
                message = f"{type(self).__name__}: missing or unknown: {', '.join(wrong)}"
                raise TypeError(message)
            for name in self.__slots__:
                object.__setattr__(self, name, whole[name])

        def __setattr__(self, name: str, value: object) -> None:
            """Refuse: a value never changes."""
            message = f"{type(self).__name__}.{name} cannot be changed"
            raise AttributeError(message)

    def __eq__(self, other: object) -> bool:
        """Compare what both hold."""
        return isinstance(other, Value) and type(other) is type(self) and other.held == self.held

    def __hash__(self) -> int:
        """Hash what it holds."""
        return hash(self.held)

    def __repr__(self) -> str:
        """Spell what it holds."""
        return f"{type(self).__name__}{self.held!r}"

    def as_dict(self) -> dict[str, object]:
        """Give what it holds by the names of its fields."""
        return dict(zip(self.__slots__, self.held, strict=True))

    @property
    def held(self) -> tuple[object, ...]:
        """Everything that it holds, in the order of its fields."""
        return tuple(getattr(self, name) for name in self.__slots__)
