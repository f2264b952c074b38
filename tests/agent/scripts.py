"""Words for the scripts that the model follows."""

from __future__ import annotations

DONE = '[[turn]]\ntext = "Done."\n'


def call(name: str, arguments: str) -> str:
    """Spell a scripted turn that makes one call."""
    return f'[[turn]]\n[[turn.call]]\nname = "{name}"\narguments = {arguments}\n\n'


def shell(command: str) -> str:
    """Spell a scripted turn that runs a command."""
    return call("shell", f'{{ command = "{command}" }}')
