"""Commands before the gate, in a real folder that holds secrets and links that lead out."""

from __future__ import annotations

from pathlib import Path

from tests.support.workspace import workspace_at
from tui_agent.adapters.bash_reader import BashReader
from tui_agent.core.policy import Circumstances, Outcome, decide
from tui_agent.core.ports import Workspace
from tui_agent.core.proposal import Command, Proposal
from tui_agent.core.shell.describe import described

READER = BashReader()


def secretive_folder(root: Path) -> Path:
    """Make the folder that `READS` and `READS_TOO_FAR` speak of."""
    files = {
        "README.md": "read me\n", "data.json": "{}\n", "src/app.py": "def main(): ...\n",
        "src/util.py": "import os\n", "tests/test_app.py": "", ".env": "KEY=1\n",
        "conf/id_rsa": "x\n", "secrets.json": "{}\n", ".ssh/id_ed25519": "x\n",
    }  # fmt: skip
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "link").symlink_to("/etc/passwd")
    (root / "link-to-etc").symlink_to("/etc")
    return root


def plain_folder(root: Path) -> Path:
    """Make the same without secrets and links."""
    for name in ("README.md", "data.json", "src/app.py", "src/util.py", "tests/test_app.py"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    return root


def command_in(root: Path | Workspace, text: str, cwd: str = ".") -> Proposal:
    """Return the proposal of a command, as the tool makes it."""
    workspace = workspace_at(root) if isinstance(root, Path) else root
    found = described(Command(text=text, cwd=cwd), READER, workspace)
    return Proposal(
        call_id="1",
        tool="shell",
        title=text,
        effects=found.effects,
        targets=found.targets,
        hosts=found.hosts,
        command=found.command,
    )


def gate(proposal: Proposal, **circumstances: object) -> Outcome:
    """Decide on it, in mode ask and inside a sandbox where nothing else is said."""
    given: dict[str, object] = {"mode": "ask", "tier": "A", **circumstances}
    return decide(proposal, Circumstances(**given))  # type: ignore[arg-type]


def said(proposal: Proposal, **circumstances: object) -> tuple[str, str]:
    """Return the answer and its rule."""
    outcome = gate(proposal, **circumstances)
    return outcome.action, outcome.reason.rule
