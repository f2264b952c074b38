"""The settings: every key, its type, its default and what it means.

A docstring stands below each field; `.agentrc.example` and the reference are generated from them.
Files are read in `tui_agent.adapters.settings_file`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["plan", "ask", "edit", "auto"]
MODES: tuple[Mode, ...] = ("plan", "ask", "edit", "auto")
"""From the strictest to the loosest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """A server that answers for models. Only user settings may name one."""

    name: str
    """The word before the slash in `--model NAME/MODEL`."""
    base_url: str = ""
    """Where it listens, `http://localhost:8000/v1` say."""
    dialect: Literal["openai", "litellm"] = "openai"
    """`openai`: spoken directly; `litellm`: through litellm, under the provider's name."""
    key_variable: str = ""
    """The environment variable that holds its key."""
    context_tokens: int = 0
    """How many tokens fit into its models' window, for the meter and compaction. 0: as the table
    of well-known models says, or unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSettings:
    """What a provider lets you do in a minute; calls are spaced so that it is kept."""

    provider: str
    """The word before the slash in a model's name."""
    requests: float = 0.0
    """Requests a minute: 2 spaces calls 30 s apart. 0 is no limit."""
    tokens: float = 0.0
    """Tokens a minute, in and out together. 0 is no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """A command that says whether the project is sound."""

    name: str
    """Shown in reports."""
    command: str
    """Run from the root of the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """A rule of the gate. A deny rule always wins; the first other rule that matches decides."""

    action: Literal["", "allow", "ask", "deny"] = ""
    """What the rule says. Empty, with `pattern`: its two `approval` keys say it."""
    tool: str = ""
    """A tool's name; empty is every tool."""
    prefix: tuple[str, ...] = ()
    """The leading words of a command: `["git", "push"]`."""
    argv: tuple[str, ...] = ()
    """All words of a command."""
    pattern: str = ""
    """The leading words of a command in one text: `git push`."""
    approval_required: bool = False
    """With `pattern` and no action: ask, rather than allow."""
    approval_required_if_args: tuple[str, ...] = ()
    """With `pattern` and no action: allow, but ask where one of these flags or words follows."""
    path: str = ""
    """A glob that the paths match. A rule that denies reading them denies commands the same."""
    host: str = ""
    """A glob that the hosts match."""
    digest: str = ""
    """For a server's tool: what it was when it was allowed; changed, it asks again."""
    uses: int = 0
    """How often the rule may allow in one run; 0 is no limit."""
    until: str = ""
    """The moment at which the rule ends, in UTC: `2026-12-31T18:00Z`. Empty: never."""
    name: str = ""
    """How an explanation names the rule."""
    place: str = ""
    """Where it stands; filled in when it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """Limits of a turn and its calls."""

    loops: int = 3
    """How many times a turn may act and verify."""
    steps: int = 200
    """Model responses a turn."""
    calls_per_step: int = 12
    """Tool calls that one response may ask for; more are refused."""
    calls: int = 500
    """Tool calls a turn."""
    patch_bytes: int = 200_000
    """The largest patch, in bytes of changed lines."""
    tool_seconds: float = 600.0
    """The longest a command may run."""
    tokens: int = 0
    """Tokens a session, in and out together; 0 is no limit."""
    output_bytes: int = 50_000
    """What the model is told of a command's output, at most; head and tail are kept."""
    first_token_seconds: float = 120.0
    """How long the first token of an answer may take."""
    silence_seconds: float = 60.0
    """How long an answer may then be silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetSettings:
    """Money. 0 is no limit."""

    session: float = 0.0
    """Dollars a session."""
    turn: float = 0.0
    """Dollars a turn, with the children that it sends out."""
    day: float = 0.0
    """Dollars a day, over all sessions of yours on this machine."""
    cheaper: tuple[str, ...] = ()
    """Models to offer where a cap would be passed, the best first: `anthropic/claude-haiku-4-5`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextSettings:
    """What the model is told of the repository, and when its conversation is cut."""

    instruction_bytes: int = 32_768
    """Bytes of AGENTS.md and its kin, the nearest first."""
    map_tokens: int = 1_600
    """Tokens that the map of the repository may take."""
    compact_at: float = 0.85
    """Share of the context window at which the conversation is compacted; 0: only where a request
    no longer fits, or on request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceSettings:
    """The screen."""

    theme: str = "dark"
    """dark, light, high-contrast, ansi16, mono, the name of a file in `themes/` beside the user's
    settings, or a path."""
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    """Which signs are drawn."""
    keymap: Literal["default", "vim", "emacs"] = "default"
    """The preset that `keys` changes."""
    keys: dict[str, str] = field(default_factory=dict)
    """Keys by action id: `review.accept = "y"`."""
    editor: str = ""
    """The external editor; empty is $VISUAL, then $EDITOR."""
    screen_reader: bool = False
    """Whether `agent` begins in line mode, in words for a screen reader: no cursor is moved."""
    title: bool = True
    """Whether the terminal's title says what is done."""
    notify: Literal["auto", "off", "bell", "osc9", "osc99", "osc777"] = "auto"
    """How a turn's end and a question are told while the terminal has not the focus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSettings:
    """How edits are taken."""

    stale: Literal["merge", "refuse"] = "merge"
    """What happens to an edit of a file that changed since the model read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """Child agents, which the tool `task` sends out."""

    model: str = ""
    """The model of children whose definition names none; empty: that of the session."""
    at_once: int = 3
    """How many children of one agent work at the same time."""
    depth: int = 5
    """How deep children may send out children."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """What is reviewed beside edits."""

    commands: Literal["ask", "always", "never"] = "ask"
    """Whether what a command would change is reviewed first: `ask` offers it with a key, `always`
    does it with each command that asks in mode ask, `never` leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """Where events go besides the session's own log. Only user settings may say so."""

    file: str = ""
    """A file that every session's events are appended to, a line of JSON each."""
    bytes: int = 5 * 1024 * 1024
    """Its size at which it is renamed to `FILE.1`; three older files are kept."""
    sinks: tuple[str, ...] = ()
    """Names of installed plugins (entry points `tui_agent.sinks`) that get every event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfinementSettings:
    """The sandbox of commands. Only user settings may say so."""

    require: Literal["", "A", "B", "seatbelt", "container"] = ""
    """The weakest tier to work in; where it cannot be had, no session is opened."""
    reads: tuple[str, ...] = ()
    """Further folders that commands may read; `~/` is your home."""
    writes: tuple[str, ...] = ()
    """Further folders that commands may write."""
    image: str = "docker.io/library/python:3.11-slim"
    """The image of the container tier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class McpSettings:
    """Servers of tools, over the Model Context Protocol."""

    servers: dict[str, Any] = field(default_factory=dict)
    """A table for each, `[mcp.servers.NAME]`, with `command`, `args`, `env` and `cwd` or with `url`
    and `headers`; `network` and `writes` say what a program may do besides; see `agent mcp`."""
    start_seconds: float = 30.0
    """How long a server may take to say what it offers."""
    call_seconds: float = 300.0
    """The longest that one call of a server's tool may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySettings:
    """Replay as a test."""

    ignore: tuple[str, ...] = ()
    """Regular expressions: what they match in a command's output is no difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one run, merged."""

    model: str = ""
    """The model, as `PROVIDER/NAME`, `NAME` or `script:FILE`."""
    need: tuple[str, ...] = ()
    """What a model must be able to do where none is named: `["tools", "context>=100k"]`; also
    `vision`, `reasoning`, `output>=N`, `in<=DOLLARS`, `out<=DOLLARS` (a million tokens)."""
    fallback: tuple[str, ...] = ()
    """Models that take over, in order, where the model's provider cannot answer; no other ever
    does. Only your own settings may name them."""
    rates: tuple[RateSettings, ...] = ()
    """Limits of providers. Only your own settings may say so."""
    api_key_cmd: dict[str, str] = field(default_factory=dict)
    """By provider, the command that prints its key: `anthropic = "pass show anthropic"`. Only
    your own settings may name one."""
    mode: Mode = "ask"
    """plan, ask, edit or auto."""
    sandbox: Literal["auto", "A", "B", "seatbelt", "container", "none"] = "auto"
    """How commands are confined: the best tier that holds, or this one or not at all; `none` is
    `--no-sandbox`."""
    confinement: ConfinementSettings = ConfinementSettings()
    profile: str = ""
    """dev, stage, prod, strict, or your own. Beside `[profile.NAME]` write `profile.use`."""
    record: bool = True
    """Whether the session is kept."""
    verify: bool = True
    """Whether a turn that changed files ends with the project's checks."""
    budget: BudgetSettings = BudgetSettings()
    limits: LimitSettings = LimitSettings()
    context: ContextSettings = ContextSettings()
    edits: EditSettings = EditSettings()
    review: ReviewSettings = ReviewSettings()
    interface: InterfaceSettings = InterfaceSettings()
    agents: AgentSettings = AgentSettings()
    log: LogSettings = LogSettings()
    mcp: McpSettings = McpSettings()
    replay: ReplaySettings = ReplaySettings()
    checks: tuple[CheckSettings, ...] = ()
    """The project's checks; empty: they are detected."""
    rules: tuple[RuleSettings, ...] = ()
    """Rules of the gate, in order."""
    endpoints: tuple[EndpointSettings, ...] = ()
    """Servers that answer for models."""
    environment: tuple[str, ...] = ()
    """Names of further variables that commands may see."""
    toolsets: tuple[str, ...] = ()
    """The sets of tools to use, as `agent tools list` names them. Empty: every tool."""
    write_paths: tuple[str, ...] = ("**",)
    """Globs of the paths that may be written; a profile narrows them."""
    read_paths: tuple[str, ...] = ("**",)
    """Globs of the paths that may be read; a profile narrows them."""
    programs: tuple[str, ...] = ()
    """The programs that a command may start; any other is refused. Empty: any may be asked for."""
