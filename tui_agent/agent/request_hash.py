"""The hash that says what exactly a model was sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import is_

from tui_agent.core.codec import encode
from tui_agent.core.messages import Message, ModelRequest

Spell = Callable[[object], str]
PLAIN: Spell = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
ESCAPED: Spell = json.JSONEncoder(separators=(",", ":")).encode


class RequestHashes:
    """Takes the SHA-256 of canonical requests, one after the other: all that the model gets.

    It is that of one JSON object, but taken piece by piece: written in one it would be as large as
    the conversation, three times, with each request. What the request before had is not spelled
    again.
    """

    def __init__(self) -> None:
        """Begin with no request before."""
        self._head = ""
        self._sent: Sequence[Message] = ()
        self._begun = hashlib.sha256()
        """Has taken the head and what was sent before."""

    def of(self, request: ModelRequest, sent: Sequence[Message]) -> str:
        """Return the hash (hex) of a request.

        `sent`: its messages as they are recorded, which stay the same objects.
        """
        try:
            return self._of(request, sent)
        except UnicodeEncodeError:  # A lone surrogate: all of it is written with escapes.
            self._head, self._sent = "", ()
            digest = hashlib.sha256(_head(request, ESCAPED).encode())
            for piece in _messages(request.messages, ESCAPED):
                digest.update(piece.encode())
            digest.update(_tail(request, ESCAPED).encode())
            return digest.hexdigest()

    def _of(self, request: ModelRequest, sent: Sequence[Message]) -> str:
        head, known = _head(request, PLAIN), len(self._sent)
        if head != self._head or known > len(sent) or not all(map(is_, self._sent, sent)):
            self._begun, known = hashlib.sha256(head.encode()), 0
        for piece in _messages(request.messages[known:], PLAIN, first=not known):
            self._begun.update(piece.encode())
        self._head, self._sent = head, sent
        whole = self._begun.copy()
        whole.update(_tail(request, PLAIN).encode())
        return whole.hexdigest()


def _head(request: ModelRequest, spell: Spell) -> str:
    return f'{{"model":{spell(request.model)},"system":{spell(request.system)},"messages":['


def _messages(messages: Iterable[Message], spell: Spell, *, first: bool = True) -> Iterator[str]:
    for message in messages:
        yield ("" if first else ",") + spell(encode(message))
        first = False


def _tail(request: ModelRequest, spell: Spell) -> str:
    tools = spell([encode(one) for one in request.tools])
    return (
        f'],"tools":{tools},"temperature":{spell(request.temperature)},'
        f'"max_output_tokens":{spell(request.max_output_tokens)}}}'
    )
