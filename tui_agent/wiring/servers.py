"""The servers of tools in this folder: which count, where they are written down, what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_agent.adapters.clock import SystemClock
from tui_agent.adapters.mcp import keeping
from tui_agent.adapters.mcp.answers import OddAnswerError, prompts_of, resources_of, tools_of
from tui_agent.adapters.mcp.definitions import PROJECT_SERVERS, Defined, defined, project_tables
from tui_agent.adapters.mcp.known import KnownServers
from tui_agent.adapters.settings.load import user_file
from tui_agent.core.served import ServerFaultError
from tui_agent.core.servers import DefinitionError, ServerDefinition, definition_of, plain_name
from tui_agent.ui.commands.mcp_contract import ListedServer, TestedServer

if TYPE_CHECKING:
    from tui_agent.wiring.world import Wiring

LONGEST_LINE = 100
UNTRUSTED = "does not count: this folder is not trusted (agent trust)"


def defined_of(wiring: Wiring) -> Defined:
    """Return the servers that count: the project's only where it is trusted."""
    return defined(wiring.settings.mcp.servers, wiring.folder.content(PROJECT_SERVERS))


class ServersAround:
    """Fills `ui.commands.mcp_contract.ServerWork`."""

    def __init__(self, wiring: Wiring) -> None:
        """Look at nothing yet."""
        self._wiring = wiring

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong with definitions."""
        unread = "" if self._wiring.trusted else self._looked()[1]
        found = (*self._wiring.loaded.warnings, *defined_of(self._wiring).problems)
        return (*found, *([unread] if unread else []))

    def listed(self) -> Sequence[ListedServer]:
        """List what counts, and what would if the folder were trusted."""
        found = [self._listed(one) for one in defined_of(self._wiring).servers.values()]
        found += [
            ListedServer(definition=one, state=UNTRUSTED, usable=False) for one in self._inert()
        ]
        return found

    def _listed(self, one: ServerDefinition) -> ListedServer:
        state = "switched off" if one.disabled else "starts with a session's first message"
        seen = self._known.seen(one.origin, plain_name(one.name))
        return ListedServer(
            definition=one,
            state=state,
            usable=not one.disabled,
            tools=seen.tools if seen is not None else None,
            seen=seen.at if seen is not None else "",
        )

    @property
    def _known(self) -> KnownServers:
        return KnownServers(self._wiring.state.path, self._wiring.root)

    def _inert(self) -> list[ServerDefinition]:
        """Return what an untrusted project's file would bring."""
        if self._wiring.trusted:
            return []
        tables, _ = self._looked()
        found = []
        for name, table in tables.items():
            try:
                found.append(definition_of(name, table, "project", PROJECT_SERVERS))
            except DefinitionError:
                continue
        return found

    def _looked(self) -> tuple[dict[str, dict[str, Any]], str]:
        """Return the tables of the project's file as it is now, and what is wrong with it."""
        try:
            return project_tables(self._project_file())
        except (OSError, ValueError) as error:
            return {}, f"{PROJECT_SERVERS} does not count: {error}."

    def add(self, name: str, table: Mapping[str, Any], *, project: bool) -> str:
        """Write a server down. Raises ValueError, OSError."""
        definition_of(name, table, "project" if project else "user", "")
        if project:
            data = self._project_file()
            self._write_project(keeping.in_project(data, name, table), data)
            return PROJECT_SERVERS
        path, text = self._users()
        keeping.write_settings(path, keeping.in_settings(text, name, table), text)
        return str(path)

    def remove(self, name: str, *, project: bool) -> str:
        """Take a server out. Raises ValueError, OSError."""
        if project:
            data = self._project_file()
            self._write_project(keeping.out_of_project(data, name), data)
            return PROJECT_SERVERS
        path, text = self._users()
        keeping.write_settings(path, keeping.out_of_settings(text, name), text)
        return str(path)

    async def test(self, name: str) -> TestedServer:
        """Start a server and ask what it offers. Raises ValueError, OSError."""
        from tui_agent.wiring.sandbox import runner_for
        from tui_agent.wiring.tool_servers import client_of

        definition = self._named(name)
        runner = runner_for(self._wiring, self._wiring.workspace)
        await runner.begin()
        client = client_of(self._wiring, definition, lambda: runner.tier)
        seconds = self._wiring.settings.mcp.start_seconds
        try:
            tools = await client.ask("tools", seconds)
            others = await client.ask("others", seconds)
            found, left_out = tools_of(definition.name, tools["result"])
            with suppress(OSError):  # What is not kept is only not listed.
                names = [one.spec.name for one in found]
                at = SystemClock().now()
                self._known.saw(definition.origin, plain_name(definition.name), names, at)
            return TestedServer(
                name=definition.name,
                title=client.title,
                start_ms=client.start_ms,
                sandbox=client.tier,
                tools=tuple((one.spec.name, _first_line(one.spec.description)) for one in found),
                resources=tuple(one.uri for one in resources_of(others["result"])),
                prompts=tuple(one.name for one in prompts_of(others["result"])),
                left_out=left_out,
            )
        except (ServerFaultError, OddAnswerError) as error:
            return TestedServer(name=definition.name, failed=str(error))
        finally:
            await client.close()
            await runner.close()

    def _named(self, name: str) -> ServerDefinition:
        for one in self.listed():
            if one.definition.name == name:
                if one.usable or one.definition.disabled:
                    return one.definition
                raise DefinitionError(f"{name} {one.state}")
        raise DefinitionError(f"there is no server {name}; agent mcp list names them")

    def _users(self) -> tuple[Path, str]:
        path = user_file(self._wiring.environ)
        if path is None:
            message = "there is no place for your settings"
            raise DefinitionError(message)
        path = path.resolve()
        return path, path.read_bytes().decode("utf-8") if path.exists() else ""

    def _project_file(self) -> bytes | None:
        """Return the project's file as it is now. Raises DefinitionError, OSError."""
        from tui_agent.adapters.git_workspace.paths import Confined, NotAFileError
        from tui_agent.core.edits import EditError

        files = Confined(self._wiring.root)
        try:
            return files.read(files.locate(PROJECT_SERVERS))
        except (EditError, NotAFileError) as error:
            raise DefinitionError(str(error).partition("\n")[0].rstrip(".")) from None

    def _write_project(self, data: bytes, old: bytes | None) -> None:
        """Write it as an edit of the workspace is written: as a whole, or not at all."""
        from tui_agent.adapters.git_workspace.paths import Confined
        from tui_agent.adapters.git_workspace.workspace import GitWorkspace
        from tui_agent.adapters.session_log import MemoryLog
        from tui_agent.core.events import PlannedWrite

        log = MemoryLog()
        workspace = GitWorkspace(self._wiring.root, blobs=log, environ=self._wiring.environ)
        before = log.put(old) if old is not None else None
        place = Confined(self._wiring.root).locate(PROJECT_SERVERS)
        write = PlannedWrite(path=place, before=before, after=log.put(data))
        workspace.commit([write], log.get)


def _first_line(text: str) -> str:
    line = " ".join(text.strip().partition("\n")[0].split())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
