"""`agent completions`: what a shell needs to complete commands and options."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.ui.commands import COMMANDS
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser, known_flags
from tui_agent.ui.exit_status import DONE

EXAMPLES = """\
examples:
  agent completions bash >> ~/.bash_completion
  agent completions zsh > ~/.zfunc/_agent
  agent completions fish > ~/.config/fish/completions/agent.fish
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent completions", description=__doc__, epilog=EXAMPLES)
    made.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    shell = parser().parse_args(list(arguments)).shell
    writers = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    around.paper.data(writers[shell]())
    return DONE


def _bash() -> str:
    words = " ".join([*COMMANDS, *known_flags()])
    return f'complete -o default -W "{words}" agent'


def _zsh() -> str:
    commands = "\n".join(
        f"    '{name}:{text.replace(chr(39), '')}'" for name, text in COMMANDS.items()
    )
    flags = " ".join(f"'{flag}'" for flag in known_flags())
    return (
        "#compdef agent\n_agent() {\n  local -a commands=(\n"
        f"{commands}\n  )\n  if (( CURRENT == 2 )); then _describe command commands; fi\n"
        f"  compadd -- {flags}\n  _files\n}}\n_agent"
    )


def _fish() -> str:
    lines = [
        f"complete -c agent -n __fish_use_subcommand -a {name} -d '{text.replace(chr(39), '')}'"
        for name, text in COMMANDS.items()
    ]
    lines += [f"complete -c agent -l {flag[2:]}" for flag in known_flags() if flag[:2] == "--"]
    return "\n".join(lines)
