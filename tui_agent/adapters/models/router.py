"""The one model that the program sees: it chooses host and model, and ends what takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tui_agent.adapters.models import wire
from tui_agent.adapters.models.attempt import Seen, final_error, for_another, in_time
from tui_agent.adapters.models.breaker import FAILURES, Breakers
from tui_agent.adapters.models.care import Care
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
from tui_agent.adapters.models.pace import Pace
from tui_agent.adapters.models.script import ScriptError, load_script
from tui_agent.adapters.models.scripted import ScriptedModel
from tui_agent.adapters.models.start import HostHandle
from tui_agent.core.messages import (
    AttemptFailed,
    Held,
    ModelError,
    ModelFacts,
    ModelPiece,
    ModelRequest,
    Responded,
)
from tui_agent.core.prices import stand_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalServer:
    """A model server that answered on this machine."""

    name: str
    base_url: str
    models: tuple[str, ...]
    """As `--model` wants them: `name/model`."""


_PASSED_ON = frozenset({"rate", "server", "timeout", "broken", "unreachable", "host"})
"""What another model may mend. A refused key or request is the user's to mend."""


class RoutedModel:
    """Fills the port `Model` with everything that we can reach.

    Args:
        hosts: The started hosts, by name; without one, its models fail with the kind `host`.
        endpoints: What a model's name may mean.
        folder: Where the file of `script:FILE` is looked for.
        care: How calls are tried again, sent elsewhere and spaced.
    """

    def __init__(
        self,
        hosts: Mapping[str, HostHandle],
        endpoints: Endpoints,
        *,
        folder: Path,
        care: Care | None = None,
    ) -> None:
        self._hosts = {name: HostClient(handle) for name, handle in hosts.items()}
        self.learn: Callable[[tuple[HeldValue, ...]], None] = lambda _: None
        """Is told what is to be masked when a host has got one more key."""
        for client in self._hosts.values():
            client.learned = self._learned
        self._endpoints = endpoints
        self._folder = folder
        self._care = care or Care()
        self._breakers = Breakers(self._care.now)
        self._pace = Pace(self._care.rates, self._care.now)
        self._scripts: dict[Path, ScriptedModel] = {}

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPiece, None]:
        """Yield pieces up to `Responded`, through as many attempts as the rule allows.

        Where the model's provider cannot answer, the declared stand-ins are asked, one after the
        other. Closing the iterator ends the attempt and its connection.

        Raises:
            ModelError: when nothing further may help.
        """
        asked = request.model
        stand_ins = [one for one in self._care.stand_ins if one != asked]
        for model, following in pairwise([asked, *stand_ins, ""]):
            seen = Seen()
            own = request if model == asked else for_another(request, model)
            try:
                async with aclosing(self._of_one(own, seen, alone=not following)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except ModelError as error:
                if not following or seen.call or error.kind not in _PASSED_ON:
                    raise
                yield AttemptFailed(
                    kind=error.kind,
                    message=error.message,
                    attempt=max(1, seen.attempts),  # Of one that is left alone: the one not made.
                    wait_seconds=0.0,
                    next_model=following,
                    next_price=await self._price(following, asked),
                )

    async def _of_one(
        self, request: ModelRequest, seen: Seen, *, alone: bool
    ) -> AsyncGenerator[ModelPiece, None]:
        """Yield what one model gives. `alone` says that nothing stands in for it.

        Raises:
            ModelError: when no further attempt at this model may help.
        """
        route = self._route(request.model)
        left = 0.0 if alone else self._breakers.seconds_left(route.place)
        if left:
            said = f"{route.provider} failed {FAILURES} times in a row and is left alone"
            raise ModelError("server", f"{said} for {left:.0f} s")
        for attempt in count(1):
            seen.begin()
            trial = self._on_trial(route, alone=alone)
            try:
                async for held in self._spaced(route):
                    yield held
                async with aclosing(self._attempt(route, request)) as pieces:
                    async for piece in pieces:
                        seen.note(piece)
                        yield piece
                self._answered(route, seen)
                return
            except Fault as fault:
                self._failed(route, fault)
                given_up = not alone and self._breakers.tripped(route.place)
                enough = seen.call or trial or given_up
                wait = None if enough else self._wait(route, fault, attempt)
                if wait is None:
                    raise final_error(fault, seen, attempt, self._care.retries) from fault
                yield AttemptFailed(
                    kind=fault.kind, message=fault.message, attempt=attempt, wait_seconds=wait
                )
                await self._care.pause(wait)

    def _on_trial(self, route: Route, *, alone: bool) -> bool:
        """Return whether a provider gets one attempt and no more.

        One that nothing stands in for is asked all the same while its breaker is open, but only
        once a request: a person who waits is told at once.
        """
        if alone:
            return self._breakers.seconds_left(route.place) > 0
        return self._breakers.tripped(route.place)

    async def _spaced(self, route: Route) -> AsyncGenerator[Held, None]:
        """Wait until a call of this provider may begin; say so where it takes a while."""
        slot = self._pace.take(route.provider)
        if slot.seconds > 0:
            yield Held(provider=route.provider, why=slot.why, seconds=slot.seconds)
            await self._care.pause(slot.seconds)

    def _answered(self, route: Route, seen: Seen) -> None:
        self._breakers.answered(route.place)
        self._pace.spent(route.provider, seen.tokens)

    def _failed(self, route: Route, fault: Fault) -> None:
        self._breakers.failed(route.place, fault)
        if fault.kind == "rate" and fault.retry_after is not None:
            wait = min(fault.retry_after, self._care.retries.longest_wait)
            self._pace.hold(route.provider, wait)

    async def _price(self, model: str, instead_of: str) -> str:
        return stand_in_words(await self.facts(model), await self.facts(instead_of))

    async def wake(self, model: str) -> None:
        """Have the hosts import what the first request of `model` needs; wait for neither."""
        try:
            needed = self._endpoints.route(model).host
        except UnknownModelError:
            needed = "direct"
        for name in {"direct", needed} & set(self._hosts):
            await self._hosts[name].wake()

    async def facts(self, model: str) -> ModelFacts:
        """Return what is known of `model`; an unknown one has a name and no facts."""
        try:
            route = self._endpoints.route(model)
        except UnknownModelError:
            return ModelFacts(model=model)
        client = self._hosts.get("direct") or self._hosts.get("litellm")
        if route.host == "scripted":
            return self._scripted_facts(route, model)
        if client is None:
            return ModelFacts(model=model)
        try:
            return self._endpoints.completed(await client.facts(route, model), route)
        except Fault:
            return ModelFacts(model=model)

    async def key_names(self) -> frozenset[str]:
        """Return the variables that have a key, or may get one, as the hosts know."""
        client = await self._first_ready()
        return client.keys if client else frozenset()

    async def health(self, model: str) -> dict[str, Any]:
        """Return whether a model's provider answers and takes the key: `state`, `ms`, `said`."""
        client = self._hosts.get("direct")
        if client is None:
            return {"state": "unknown", "ms": 0, "said": ""}
        try:
            return await client.health(self._endpoints.route(model))
        except UnknownModelError as error:
            return {"state": "unreachable", "ms": 0, "said": str(error)}
        except Fault as fault:
            state = "not_got" if fault.kind == "key" else "unreachable"
            return {"state": state, "ms": 0, "said": fault.message}

    async def catalog(self, provider: str) -> list[ModelFacts]:
        """Return what is known of every model of a provider."""
        client = self._hosts.get("direct")
        try:
            return await client.catalog(provider) if client is not None else []
        except Fault:
            return []

    def _scripted_facts(self, route: Route, model: str) -> ModelFacts:
        try:
            return self._script(route.model).facts(model)
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

    def _learned(self, held: tuple[HeldValue, ...]) -> None:
        self.learn(held)

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
        async with aclosing(in_time(source, request)) as pieces:
            async for piece in pieces:
                yield piece

    def _script(self, name: str) -> ScriptedModel:
        try:
            path = (self._folder / Path(name).expanduser()).resolve()
        except RuntimeError as error:
            raise Fault("not_found", f"no script at {name}: {error}") from error
        if path not in self._scripts:
            try:
                self._scripts[path] = ScriptedModel(load_script(path))
            except ScriptError as error:
                raise Fault("not_found", str(error)) from error
        return self._scripts[path]

    def _wait(self, route: Route, fault: Fault, attempt: int) -> float | None:
        if fault.kind == "unreachable" and attempt > 1 and _is_near(route.base_url):
            return None  # nobody listens there, and waiting won't start the server
        return self._care.retries.wait(fault, attempt, self._care.chance())


def _is_near(url: str) -> bool:
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
