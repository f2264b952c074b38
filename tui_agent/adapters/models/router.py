"""The one model that the program sees: it chooses the host, retries, ends what takes too long."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tui_agent.adapters.models import wire
from tui_agent.adapters.models.endpoints import (
    Endpoints,
    KeyFound,
    Route,
    UnknownModelError,
    keys_found,
)
from tui_agent.adapters.models.faults import Fault
from tui_agent.adapters.models.host_client import HostClient
from tui_agent.adapters.models.masking import HeldValue
from tui_agent.adapters.models.script import ScriptError, load_script
from tui_agent.adapters.models.scripted import ScriptedModel
from tui_agent.adapters.models.start import HostHandle
from tui_agent.core.messages import (
    AttemptFailed,
    CallPiece,
    FailureKind,
    ModelError,
    ModelFacts,
    ModelPiece,
    ModelRequest,
    Responded,
    TextPiece,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """When a failed attempt is followed by another, and how long after."""

    attempts: Mapping[FailureKind, int]
    """At most so many, by what went wrong; a kind that is missing gets one."""
    first_wait: float = 0.5
    """Seconds before the second attempt, half of it at random; doubled for each further one."""
    longest_wait: float = 30.0
    """Seconds; also the longest that a server's Retry-After is obeyed for."""

    def wait(self, fault: Fault, attempt: int, chance: float) -> float | None:
        """Return the seconds until the next attempt, or None if there is none.

        `attempt` counts from 1; `chance` is from 0 to 1. Full waits of many clients would fall
        together, hence the chance: half of the wait is drawn.
        """
        if not fault.retry or attempt >= self.attempts.get(fault.kind, 1):
            return None
        asked = fault.retry_after
        if asked is not None:
            return None if asked > self.longest_wait else asked
        whole = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return whole * (0.5 + 0.5 * chance)


PATIENT = RetryRule(
    attempts={"rate": 5, "server": 4, "broken": 3, "unreachable": 3, "timeout": 2, "host": 2}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalServer:
    """A model server that answered on this machine."""

    name: str
    base_url: str
    models: tuple[str, ...]
    """As `--model` wants them: `name/model`."""


class RoutedModel:
    """Fills the port `Model` with everything that we can reach.

    Args:
        hosts: The started hosts, by name; without one, its models fail with the kind `host`.
        endpoints: What a model's name may mean.
        folder: Where the file of `script:FILE` is looked for.
        retries: The rule for further attempts.
        chance: From 0 to 1, drawn anew for each wait.
    """

    def __init__(
        self,
        hosts: Mapping[str, HostHandle],
        endpoints: Endpoints,
        *,
        folder: Path,
        retries: RetryRule = PATIENT,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._hosts = {name: HostClient(handle) for name, handle in hosts.items()}
        self._endpoints = endpoints
        self._folder = folder
        self._retries = retries
        self._chance = chance
        self._scripts: dict[Path, ScriptedModel] = {}

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPiece, None]:
        """Yield pieces up to `Responded`, through as many attempts as the rule allows.

        Closing the iterator ends the attempt and its connection.

        Raises:
            ModelError: when no further attempt may help.
        """
        route = self._route(request.model)
        attempt = 1
        while True:
            seen = _Seen()
            try:
                async with aclosing(self._attempt(route, request)) as pieces:
                    async for piece in pieces:
                        seen.note(piece)
                        yield piece
                return
            except Fault as fault:
                wait = None if seen.call else self._wait(route, fault, attempt)
                if wait is None:
                    raise _final(fault, seen, attempt, self._retries) from fault
                yield AttemptFailed(
                    kind=fault.kind, message=fault.message, attempt=attempt, wait_seconds=wait
                )
                await asyncio.sleep(wait)
            attempt += 1

    async def facts(self, model: str) -> ModelFacts:
        """Return what is known of `model`; an unknown one has a name and no facts."""
        try:
            route = self._endpoints.route(model)
        except UnknownModelError:
            return ModelFacts(model=model)
        client = self._hosts.get("direct") or self._hosts.get("litellm")
        if route.host == "scripted" or client is None:
            return ModelFacts(model=model)
        try:
            return await client.facts(route, model)
        except Fault:
            return ModelFacts(model=model)

    async def keys_found(self) -> tuple[KeyFound, ...]:
        """Return the providers whose key the hosts hold, in the order to offer them."""
        client = await self._first_ready()
        return keys_found(client.keys, self._endpoints) if client else ()

    async def held_values(self) -> tuple[HeldValue, ...]:
        """Return digests of the keys that the hosts hold, for redaction."""
        client = await self._first_ready()
        return client.held if client else ()

    async def local_servers(self) -> tuple[LocalServer, ...]:
        """Return the model servers found on this machine's usual ports; takes a quarter second."""
        client = self._hosts.get("direct")
        if client is None:
            return ()
        try:
            found = await client.local()
        except Fault:
            return ()
        return tuple(
            LocalServer(
                name=server["name"],
                base_url=server["base_url"],
                models=tuple(f"{server['name']}/{model}" for model in server["models"]),
            )
            for server in found
        )

    async def close(self) -> None:
        """End every host; none is left when this returns."""
        await asyncio.gather(*(client.close() for client in self._hosts.values()))

    async def _first_ready(self) -> HostClient | None:
        for name in ("direct", "litellm"):
            client = self._hosts.get(name)
            if client is not None:
                try:
                    await client.ready()
                except Fault:
                    continue
                return client
        return None

    def _route(self, model: str) -> Route:
        try:
            return self._endpoints.route(model)
        except UnknownModelError as error:
            raise ModelError(
                "not_found", str(error), remedy="agent --model provider/model"
            ) from error

    async def _attempt(
        self, route: Route, request: ModelRequest
    ) -> AsyncGenerator[wire.Delta | Responded, None]:
        if route.host == "scripted":
            source = self._script(route.model).stream(request)
        else:
            client = self._hosts.get(route.host)
            if client is None:
                raise Fault("host", f"the model host {route.host!r} was not started")
            await client.ready()
            source = client.stream(route, request)
        async with aclosing(_in_time(source, request)) as pieces:
            async for piece in pieces:
                yield piece

    def _script(self, name: str) -> ScriptedModel:
        path = (self._folder / Path(name).expanduser()).resolve()
        if path not in self._scripts:
            try:
                self._scripts[path] = ScriptedModel(load_script(path))
            except ScriptError as error:
                raise Fault("not_found", str(error)) from error
        return self._scripts[path]

    def _wait(self, route: Route, fault: Fault, attempt: int) -> float | None:
        if fault.kind == "unreachable" and _is_near(route.base_url) and attempt > 1:
            return None  # nobody listens there, and waiting won't start the server
        return self._retries.wait(fault, attempt, self._chance())


class _Seen:
    """What an attempt has streamed."""

    def __init__(self) -> None:
        self.call = False
        self._text: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._text)

    def note(self, piece: ModelPiece) -> None:
        if isinstance(piece, TextPiece):
            self._text.append(piece.text)
        elif isinstance(piece, CallPiece):
            self.call = True


async def _in_time(
    source: AsyncGenerator[wire.Delta | Responded, None], request: ModelRequest
) -> AsyncGenerator[wire.Delta | Responded, None]:
    """Yield what `source` yields, as long as it keeps the request's time limits."""
    limit, told = request.first_token_seconds, "no first token"
    try:
        while True:
            try:
                async with asyncio.timeout(limit):
                    piece = await anext(source)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise Fault("timeout", f"{told} within {limit:g} s", retry=True) from None
            yield piece
            if isinstance(piece, Responded):
                return
            limit, told = request.silence_seconds, "the stream fell silent: nothing"
    finally:
        await source.aclose()


def _final(fault: Fault, seen: _Seen, attempt: int, rule: RetryRule) -> ModelError:
    message = fault.message
    if seen.call:
        message += " (after a tool call had begun, so it is not tried again)"
    elif fault.retry_after is not None and fault.retry_after > rule.longest_wait:
        message += f" (it asks to wait {fault.retry_after:.0f} s)"
    elif attempt > 1:
        message += f" ({attempt} attempts)"
    return ModelError(fault.kind, message, remedy=fault.remedy, partial=seen.text)


def _is_near(url: str) -> bool:
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
