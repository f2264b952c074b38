"""From argv to the chosen front end; nothing heavy is imported before it is known to be needed."""

from __future__ import annotations

import os
import sys
from io import FileIO, TextIOWrapper

from tui_agent import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import NoReturn

    from tui_agent.adapters.models.start import HostHandle
    from tui_agent.ui.commands.typed import Chosen, Options
    from tui_agent.ui.text import Paper
    from tui_agent.wiring.around import Around

RUN_COMMANDS = ("demo", "mcp", "tool", "undo")
"""Commands of ours that may run the project's own: they need no model, so they get no key."""
CONTEXT_LIMIT = 200_000
"""Characters of standard input that become context."""
PATIENCE_SECONDS = 2.0
"""After which it is said that standard input is waited for."""


def run() -> NoReturn:
    """Run the program and end its process.

    Everything has been closed by then, and what asked to be called at the end is. The interpreter
    would go on to take five hundred modules apart, for a tenth of a short run's time.
    """
    import atexit

    try:
        status = main()
    except KeyboardInterrupt:  # one more, while the first was being answered
        status = 130
    signals = sys.modules.get("signal")
    if signals is not None:  # else nothing has run that takes any time
        signals.signal(signals.SIGINT, signals.SIG_IGN)
    vars(atexit)["_run_exitfuncs"]()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        if not status:
            sys.exit()  # the interpreter says what is to be said of it, and ends with 120
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status. Nothing that goes wrong leaves as a traceback."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    _open_closed_streams()
    if argv in (["--version"], ["version"]):
        return _version()
    from tui_agent.ui.crash import guarded

    return guarded(lambda: _run(argv), _report_folder, _masked)


def _version() -> int:
    """Print the version and return the status; nobody may listen, or the disk be full."""
    try:
        sys.stdout.write(f"agent {__version__}\n")
        sys.stdout.flush()
    except OSError as error:
        from tui_agent.ui.crash import BROKEN_PIPE, forget_output

        forget_output()
        if isinstance(error, BrokenPipeError):
            return BROKEN_PIPE
        sys.stderr.write(f"{error.strerror}\n")
        return 1
    return 0


def _open_closed_streams() -> None:
    """Give a program that was started without standard streams ones that lead nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = TextIOWrapper(FileIO(os.devnull, mode), encoding="utf-8")
            setattr(sys, name, nowhere)


def _report_folder() -> Path:
    from tui_agent.adapters.places import usable_state

    return usable_state(os.environ).path / "faults"


def _masked(text: str) -> str:
    """Take our own keys, and what looks like one, out of a fault's report."""
    from tui_agent.adapters.models.keys import held_keys
    from tui_agent.adapters.models.masking import Mask
    from tui_agent.adapters.redaction import redact

    return redact(Mask(held_keys(os.environ)).text(text))[0]


def _run(argv: list[str]) -> int:
    from tui_agent.wiring.hosts import start_first

    hosts = start_first(argv)  # and starts the program again, if there were keys
    import gc

    gc.disable()  # until the session is there: what is imported has no cycles to give back
    from tui_agent.wiring.late_methods import compile_methods_late

    compile_methods_late()
    from tui_agent.wiring.lean_loading import load_event_loop

    load_event_loop()
    from tui_agent.ui.commands.typed import UsageError, parse
    from tui_agent.ui.exit_status import DONE, USAGE
    from tui_agent.ui.text import Paper

    paper = Paper(os.environ)
    try:
        chosen = parse(argv)
        if chosen.command:
            return _command(chosen, argv, paper)
        if "--version" in argv:
            paper.put(f"agent {__version__}")
            return DONE
        return _session(chosen.options, hosts, paper)
    except UsageError as error:
        for host in hosts.values():
            host.end()
        paper.say(str(error))
        return USAGE
    except SystemExit as left:  # argparse has printed its help, if it could
        return 1 if left.code else DONE


def _command(chosen: Chosen, argv: list[str], paper: Paper) -> int:
    import asyncio
    import gc
    from importlib import import_module

    from tui_agent.ui.commands.options import common_of
    from tui_agent.wiring.around import Around

    options, rest = common_of(chosen.arguments)
    if chosen.command != "review":
        gc.enable()
    if chosen.command in RUN_COMMANDS:
        from tui_agent.wiring.hosts import without_keys

        without_keys(argv)
    _harden()
    if chosen.command == "demo":
        _here()  # which has to be there, though the demo plays elsewhere
        return _demo(rest, paper)
    if chosen.command == "review":
        return _review(rest, options, argv, paper)
    hosts: Mapping[str, HostHandle] = {}
    asked = _model_asked(chosen, options)
    if asked is not None:
        from tui_agent.wiring.hosts import model_hosts

        hosts = model_hosts(asked, argv, ask=chosen.command != "models")
    module = import_module(f"tui_agent.ui.commands.{chosen.command}")
    around = Around(options, os.environ, paper, cwd=_here(), hosts=hosts)

    async def carried_out() -> int:
        try:
            return int(await module.run(rest, around))
        finally:
            await around.close()

    return _explained(lambda: asyncio.run(carried_out()), paper)


def _model_asked(chosen: Chosen, options: Options) -> str | None:
    """Return the model for which a command starts the hosts; None where it starts none."""
    words = [word for word in chosen.arguments if not word.startswith("-")]
    if chosen.command == "keys" and words[:1] == ["test"]:
        return f"{words[1]}/any" if len(words) > 1 else ""
    live = chosen.command == "fork" and _goes_on_live(chosen.arguments)
    return str(options.setting("model") or "") if live or chosen.command == "models" else None


def _goes_on_live(arguments: Sequence[str]) -> bool:
    """Return whether a fork goes on at once, so that it needs a model."""
    flags = ("--decide", "--say", "--model", "--times", "--grade")
    return any(word.startswith(flags) for word in arguments)


def _demo(arguments: list[str], paper: Paper) -> int:
    from tui_agent.ui.commands.demo import by_itself
    from tui_agent.wiring.demo import demo

    alone = by_itself(arguments) or not _terminal()
    return _explained(lambda: demo(paper, by_itself=alone), paper)


def _review(arguments: list[str], options: Options, argv: list[str], paper: Paper) -> int:
    from tui_agent.ui.commands.review import wanted
    from tui_agent.wiring.around import Around
    from tui_agent.wiring.hosts import model_hosts, without_keys
    from tui_agent.wiring.review import command_for

    asked = wanted(arguments, options, argv, piped=not sys.stdin.isatty())

    def begun() -> int:
        alone = asked.options.headless or not sys.stdout.isatty()
        if alone:
            without_keys(argv)
        hosts = {} if alone else model_hosts(str(options.setting("model") or ""), argv)
        around = Around(asked.options, os.environ, paper, cwd=_here(), hosts=hosts)
        around.first = command_for(around, asked)
        return _front_end(asked.options, around)

    return _explained(begun, paper)


def _explained(begin: Callable[[], int], paper: Paper) -> int:
    """Run, and turn an expected failure into sentences on standard error and its status."""
    try:
        return begin()
    except BrokenPipeError:
        raise
    except Exception as error:  # any - what is not expected is raised again
        from tui_agent.wiring.mistakes import told

        known = told(error)
        if known is None:
            raise
        status, sentences = known
        paper.say(*sentences)
        return status


def _terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _session(options: Options, hosts: Mapping[str, HostHandle], paper: Paper) -> int:
    from tui_agent.ui.exit_status import USAGE

    if options.prompt and not options.prompt.strip():
        paper.say("The message is empty: there is nothing to do.")
        return USAGE
    from tui_agent.wiring.around import Around

    def begun() -> int:
        around = Around(options, os.environ, paper, cwd=_here(), hosts=hosts)
        return _front_end(options, around)

    return _explained(begun, paper)


def _harden() -> None:
    """Let no other process of the user read this one's memory, and leave no core."""
    from tui_agent.adapters.processes.model_hosts import harden

    harden()


def _front_end(options: Options, around: Around) -> int:
    if options.headless or not _terminal():
        from tui_agent.wiring.headless import headless

        _harden()
        return headless(around, "" if around.first else _standard_input(around.paper))
    if options.plain or os.environ.get("TERM", "dumb") == "dumb" or _heard(around):
        from tui_agent.wiring.line import line_mode

        _harden()
        return line_mode(around)
    from tui_agent.wiring.lean_loading import load_screen

    load_screen()
    from tui_agent.wiring.screen import screen

    return screen(around)


def _heard(around: Around) -> bool:
    from tui_agent.wiring.appearance import appearance_of

    return appearance_of(around).screen_reader


def _standard_input(paper: Paper) -> str:
    """Return what was piped in; nothing from a terminal, or where there is no standard input.

    Who started us may have left it open for ever: that is said, once it has taken a while.
    """
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    from threading import Timer

    said = "Waiting for standard input to end: `< /dev/null` where nothing is to come."
    waiting = Timer(PATIENCE_SECONDS, paper.say, [said])
    waiting.daemon = True
    waiting.start()
    try:
        return sys.stdin.buffer.read(CONTEXT_LIMIT * 4).decode("utf-8", "replace")[:CONTEXT_LIMIT]
    except (OSError, ValueError):
        return ""
    finally:
        waiting.cancel()


def _here() -> Path:
    from pathlib import Path

    try:
        return Path.cwd()
    except FileNotFoundError:
        from tui_agent.ui.commands.typed import UsageError

        message = "the folder we stand in no longer exists; cd to another one"
        raise UsageError(message) from None
