"""A keyring of a test's own, by the package's own configuration: keys in a file of the home."""

from __future__ import annotations

import textwrap
from pathlib import Path

BACKEND = """
import json
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

FILE = Path({file!r})


class Ring(KeyringBackend):
    priority = 5
    name = "a test's ring"

    def _read(self):
        return json.loads(FILE.read_text()) if FILE.exists() else {{}}

    def get_password(self, service, username):
        return self._read().get(f"{{service}}/{{username}}")

    def set_password(self, service, username, password):
        FILE.write_text(json.dumps({{**self._read(), f"{{service}}/{{username}}": password}}))

    def delete_password(self, service, username):
        kept = self._read()
        if kept.pop(f"{{service}}/{{username}}", None) is None:
            raise PasswordDeleteError("nothing there")
        FILE.write_text(json.dumps(kept))
"""


def make_ring(home: Path) -> Path:
    """Configure the ring for this home; return the file that it keeps keys in."""
    folder = home / "config" / "python_keyring"
    folder.mkdir(parents=True)
    file = home / "ring.json"
    (folder / "own_ring_backend.py").write_text(
        textwrap.dedent(BACKEND.format(file=str(file))), encoding="utf-8"
    )
    (folder / "keyringrc.cfg").write_text(
        f"[backend]\ndefault-keyring=own_ring_backend.Ring\nkeyring-path={folder}\n",
        encoding="utf-8",
    )
    return file


def make_no_ring(home: Path) -> None:
    """Configure that there is no keyring."""
    folder = home / "config" / "python_keyring"
    folder.mkdir(parents=True)
    (folder / "keyringrc.cfg").write_text(
        "[backend]\ndefault-keyring=keyring.backends.null.Keyring\n", encoding="utf-8"
    )
