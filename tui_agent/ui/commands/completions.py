"""`agent completions`: what a shell needs to complete commands, options, ids, models and tools.

Each shell asks `agent completions words` with the words so far, NUL-terminated on standard input,
and gets a line for each word that may follow: the word, a tab, what it is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tui_agent.ui.commands.completing import FILES, follow
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE

EXAMPLES = """\
examples:
  agent completions bash >> ~/.bash_completion
  agent completions zsh > ~/.zfunc/_agent            a folder in $fpath, before compinit
  agent completions fish > ~/.config/fish/completions/agent.fish
"""
LONGEST = 100_000
"""Bytes of a command line that are read."""

BASH = f"""\
_agent() {{
  local word about
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    if [[ $word == {FILES} ]]; then
      compopt -o default
    else
      COMPREPLY+=("$word")
    fi
  done < <(printf '%s\\0' "${{COMP_WORDS[@]:1:COMP_CWORD}}" | agent completions words 2>/dev/null)
}}
complete -F _agent agent"""

ZSH = f"""\
#compdef agent
_agent() {{
  local -a found files
  local line word about
  while IFS= read -r line; do
    word=${{line%%$'\\t'*}} about=${{line#*$'\\t'}}
    if [[ $word == {FILES} ]]; then
      files=(1)
    else
      found+=("${{word//:/\\\\:}}:$about")
    fi
  done < <(printf '%s\\0' "${{(@)words[2,CURRENT]}}" | agent completions words 2>/dev/null)
  (( $#found )) && _describe -t words agent found
  (( $#files )) && _files
}}
if [[ $funcstack[1] == _agent ]]; then _agent "$@"; else compdef _agent agent; fi"""

FISH = f"""\
function __agent_words
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -e words[1]
    for line in (printf '%s\\0' $words "$current" | agent completions words 2>/dev/null)
        if test (string split \\t -- $line)[1] = {FILES}
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c agent -f -a '(__agent_words)'"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(
        prog="agent completions",
        description="What a shell needs to complete commands, options, ids, models and tools.",
        epilog=EXAMPLES,
    )
    made.add_argument(
        "shell", choices=(*SCRIPTS, "words"), metavar="bash|zsh|fish", help="which shell"
    )
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    shell = parser().parse_args(list(arguments)).shell
    if shell != "words":
        around.paper.data(SCRIPTS[shell])
        return DONE
    text = sys.stdin.buffer.read(LONGEST).decode("utf-8", "replace")
    for one in await follow(text.removesuffix("\0").split("\0"), around):
        around.paper.data(f"{one.word}\t{' '.join(one.about.split())}")
    return DONE
