"""The commands that begin with a slash: one table for prompt, completion and palette."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """A word after the slash, and what it does."""

    name: str
    description: str
    argument: str = ""
    """What may follow: `MODEL`, `DOLLARS`; empty: nothing."""
    title: str = ""
    """What the palette calls it."""
    group: str = "session"


SLASH_COMMANDS: tuple[SlashCommand, ...] = (
    SlashCommand(name="help", description="Show every key and command.", title="Show every key",
                 group="view"),
    SlashCommand(name="mode", argument="plan|ask|edit|auto", title="Change the mode",
                 description="Say what may happen without asking.", group="safety"),
    SlashCommand(name="model", argument="MODEL", title="Change the model",
                 description="Use another model from the next request on.", group="model"),
    SlashCommand(name="budget", argument="[turn|day] DOLLARS", title="Change the cap",
                 description="Set what the session, the turn or the day may cost; `off` lifts it.",
                 group="model"),
    SlashCommand(name="cost", title="Show what was spent",
                 description="Show what the turn, the session and the day have cost, by agent and "
                 "model.", group="model"),
    SlashCommand(name="plan", description="Go to the plan.", title="Go to the plan", group="view"),
    SlashCommand(name="checks", description="Run the project's checks now.",
                 title="Run the checks", group="checks"),
    SlashCommand(name="undo", argument="[TURN][#HUNK]", title="Take edits back",
                 description="Take back a turn or one hunk of it, the last one's if none is named; "
                 "what you wrote since stays.", group="checks"),
    SlashCommand(name="rewind", argument="[TURN[.STEP]] [files|conversation]",
                 title="Go back to an earlier place",
                 description="Take the conversation, the files or both back to an earlier place; "
                 "the diff is shown first.", group="checks"),
    SlashCommand(name="fork", argument="[STEP]", title="Fork this session",
                 description="Go on in a copy of this session, or of its beginning."),
    SlashCommand(name="blame", argument="FILE", title="Say who made each line", group="view",
                 description="Show which session, step and model made each line of a file."),
    SlashCommand(name="compact", argument="[KEEP IN MIND]", title="Compact the conversation",
                 description="Replace the conversation so far by a summary, for the model.",
                 group="model"),
    SlashCommand(name="remember", argument="TEXT", title="Remember something",
                 description="Keep something for this project; every new session is told of it.",
                 group="model"),
    SlashCommand(name="forget", argument="NUMBER|WORDS", title="Forget what was remembered",
                 description="Take back what was remembered for this project.", group="model"),
    SlashCommand(name="memory", argument="[WORDS]", title="What is remembered",
                 description="Show or search what was remembered for this project.", group="model"),
    SlashCommand(name="approvals", title="Approvals of this session",
                 description="See what is allowed for the session, and take it back.",
                 group="session"),
    SlashCommand(name="mcp", argument="[restart NAME]", title="Servers of tools",
                 description="Say how the servers of tools stand, or start one again."),
    SlashCommand(name="label", argument="NAME", title="Name this place",
                 description="Give this place of the session a name."),
    SlashCommand(name="sessions", description="Search earlier sessions and take one up again.",
                 title="Resume a session"),
    SlashCommand(name="export", argument="[html|md|patch|cast|svg|json|bundle]",
                 title="Export this session",
                 description="Write this session as a file for others; secrets are masked."),
    SlashCommand(name="replay", title="Replay this session",
                 description="Open the timeline of this session. Nothing runs, nothing is sent."),
    SlashCommand(name="context", description="Show what the model is told before your words.",
                 title="Show the context", group="model"),
    SlashCommand(name="attach", argument="IMAGE", title="Attach an image", group="message",
                 description="Send an image from anywhere with the message."),
    SlashCommand(name="theme", argument="[NAME]", title="Choose a theme",
                 description="Draw with other colours; alone: see each before you take it.",
                 group="view"),
    SlashCommand(name="clear", description="Begin a new session.", title="Begin a new session"),
    SlashCommand(name="copy", description="Copy the last answer.", title="Copy the last answer",
                 group="view"),
    SlashCommand(name="quit", description="Leave; an open turn is suspended.", title="Leave"),
)  # fmt: skip

ALIASES = {"exit": "quit", "new": "clear", "resume": "sessions", "keys": "help"}


def parse(text: str) -> tuple[SlashCommand | None, str]:
    """Split `/word rest` into its command, None where there is no such one, and the rest."""
    word, _, rest = text.removeprefix("/").partition(" ")
    name = ALIASES.get(word, word)
    return next((one for one in SLASH_COMMANDS if one.name == name), None), rest.strip()


def matching(typed: str) -> list[SlashCommand]:
    """Return the commands that begin with what was typed, then those that contain it."""
    word = typed.removeprefix("/")
    first = [one for one in SLASH_COMMANDS if one.name.startswith(word)]
    return first + [one for one in SLASH_COMMANDS if word in one.name and one not in first]
