"""Values to JSON and back: one codec for events, settings and commands.

Encoders and decoders are derived from the dataclasses' type hints and compiled once a type. Fields
that hold their empty default are left out; fields that are not known are passed over in reading, so
that an older program reads a newer log's lines as far as it can.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from tui_agent.core.blob import Blob

T = TypeVar("T")
Json = Any
"""What `json.loads` gives."""


class CodecError(ValueError):
    """A JSON value is not what its type says; the message names the place."""


def encode(value: Any) -> Json:
    """Return `value`, a dataclass of ours, as JSON values."""
    kind: Any = type(value)
    return _encoder(kind)(value)


def decode(kind: type[T], data: Json) -> T:
    """Return the `kind` that `data` spells.

    Raises:
        CodecError: if it spells none.
    """
    hint: Any = kind
    result: T = _decoder(hint)(data)
    return result


def dumps(data: Json) -> str:
    """Return compact JSON in UTF-8 text; lone surrogates stay escaped."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data, separators=(",", ":"))
    return text


_Convert = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _blob_out(blob: Blob) -> Json:
    return {"$blob": blob.sha, "size": blob.size, "mime": blob.mime, "preview": blob.preview}


def _blob_in(data: Json) -> Blob:
    try:
        return Blob(
            sha=data["$blob"],
            size=data["size"],
            mime=data.get("mime", "text/plain"),
            preview=data.get("preview", ""),
        )
    except (KeyError, TypeError) as error:
        message = f"not a blob: {data!r:.80}"
        raise CodecError(message) from error


@cache
def _encoder(hint: Any) -> _Convert:
    if hint is Blob:
        return _blob_out
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_encoder(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _tuple_encoder(args)
    if origin is frozenset:
        item = _encoder(args[0])
        return lambda value: sorted(item(one) for one in value)
    if origin in (Union, types.UnionType):
        return _union_encoder(args)
    return _same


def _tuple_encoder(args: tuple[Any, ...]) -> _Convert:
    if len(args) == 2 and args[1] is Ellipsis:  # noqa: PLR2004 -- tuple[X, ...]
        item = _encoder(args[0])
        return list if item is _same else lambda value: [item(one) for one in value]
    items = tuple(_encoder(arg) for arg in args)
    return lambda value: [convert(one) for convert, one in zip(items, value, strict=True)]


def _union_encoder(args: tuple[Any, ...]) -> _Convert:
    if all(_encoder(arg) is _same for arg in args):
        return _same
    known: tuple[Any, ...] = tuple(
        arg for arg in args if isinstance(arg, type) and is_dataclass(arg)
    )
    rest = [arg for arg in args if arg not in known and _encoder(arg) is not _same]

    def convert(value: Any) -> Json:
        kind: Any = type(value)
        if kind in known:
            return _encoder(kind)(value)
        return _encoder(rest[0])(value) if rest and value is not None else value

    return convert


def _dataclass_encoder(kind: type[Any]) -> _Convert:
    hints = get_type_hints(kind)
    plan: list[tuple[str, _Convert, Any]] = [
        (field.name, _LazyConvert(_encoder, hints[field.name]), _empty_default(field.default))
        for field in fields(kind)
    ]

    def convert(value: Any) -> Json:
        data = {}
        for name, encode_field, empty in plan:
            item = getattr(value, name)
            if empty is MISSING or item != empty:
                data[name] = encode_field(item)
        return data

    return convert


def _empty_default(default: Any) -> Any:
    return default if default is None or default in ("", (), False) else MISSING


class _LazyConvert:
    """Looks its converter up at first use, so that types may refer to themselves."""

    __slots__ = ("_convert", "_hint", "_look_up")

    def __init__(self, look_up: Callable[[Any], _Convert], hint: Any) -> None:
        self._look_up, self._hint = look_up, hint
        self._convert: _Convert | None = None

    def __call__(self, value: Any) -> Any:
        if self._convert is None:
            self._convert = self._look_up(self._hint)
        return self._convert(value)


@cache
def _decoder(hint: Any) -> _Convert:
    if hint is Blob:
        return _blob_in
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_decoder(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _tuple_decoder(args)
    if origin is frozenset:
        item = _decoder(args[0])
        return lambda value: frozenset(item(one) for one in value)
    if origin in (Union, types.UnionType):
        return _union_decoder(args)
    if origin is Literal:
        return _literal_decoder(args)
    if hint in (str, int, float, bool):
        return _scalar_decoder(hint)
    if origin is dict or hint is dict:
        return _scalar_decoder(dict)
    return _same


def _scalar_decoder(kind: type[Any]) -> _Convert:
    accepted = (int, float) if kind is float else kind

    def convert(value: Any) -> Any:
        if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
            message = f"expected {kind.__name__}, found {value!r:.80}"
            raise CodecError(message)
        return value

    return convert


def _literal_decoder(allowed: tuple[Any, ...]) -> _Convert:
    def convert(value: Any) -> Any:
        if value not in allowed:
            message = f"expected one of {', '.join(map(str, allowed))}, found {value!r:.80}"
            raise CodecError(message)
        return value

    return convert


def _tuple_decoder(args: tuple[Any, ...]) -> _Convert:
    if len(args) == 2 and args[1] is Ellipsis:  # noqa: PLR2004 -- tuple[X, ...]
        item = _decoder(args[0])

        def many(value: Any) -> Any:
            if not isinstance(value, list | tuple):
                message = f"expected a list, found {value!r:.80}"
                raise CodecError(message)
            return tuple(item(one) for one in value)

        return many
    items = tuple(_decoder(arg) for arg in args)

    def fixed(value: Any) -> Any:
        if not isinstance(value, list | tuple) or len(value) != len(items):
            message = f"expected {len(items)} values, found {value!r:.80}"
            raise CodecError(message)
        return tuple(convert(one) for convert, one in zip(items, value, strict=True))

    return fixed


def _union_decoder(args: tuple[Any, ...]) -> _Convert:
    members = [arg for arg in args if arg is not type(None)]
    optional = len(members) < len(args)
    structured = [_decoder(arg) for arg in members if arg not in (str, int, float, bool)]
    plain = tuple(arg for arg in members if arg in (str, int, float, bool))

    def convert(value: Any) -> Any:
        if value is None and optional:
            return None
        if plain and isinstance(value, plain):
            return value
        if not structured:
            message = (
                f"expected {' or '.join(kind.__name__ for kind in plain)}, found {value!r:.80}"
            )
            raise CodecError(message)
        return structured[0](value)

    return convert


def _dataclass_decoder(kind: type[Any]) -> _Convert:
    hints = get_type_hints(kind)
    plan = {field.name: _LazyConvert(_decoder, hints[field.name]) for field in fields(kind)}
    needed = [
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    ]

    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            message = f"{kind.__name__}: expected a table, found {value!r:.80}"
            raise CodecError(message)
        known = {}
        for name, item in value.items():
            field_decoder = plan.get(name)
            if field_decoder is not None:
                try:
                    known[name] = field_decoder(item)
                except CodecError as error:
                    message = f"{kind.__name__}.{name}: {error}"
                    raise CodecError(message) from None
        try:
            return kind(**known)
        except TypeError as error:
            missing = [name for name in needed if name not in known]
            said = f"{', '.join(missing)} is missing" if missing else str(error)
            message = f"{kind.__name__}: {said}"
            raise CodecError(message) from None

    return convert
