"""Where the tests run as root, paths, trust and hostile repositories meet a plain user, too.

Root may read and write everywhere, so that a door that only seems shut is not seen by it. The
sandbox's own escapes are tried as both beside this (`adapters/runner`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.confined import NOBODY, python_for
from tests.support.sources import ROOT

TRIED = (
    "tests/safety/test_paths.py",
    "tests/safety/test_races.py",
    "tests/adapters/test_trust.py",
    "tests/adapters/git_workspace/test_confinement.py",
    "tests/adapters/foreign_diff/test_git_diff.py",
)
BUT = "not exploding and not anything_outside and not no_list"
"""Those take long, and the same door is tried by others."""


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder that the plain user owns and reaches."""
    folder = Path(tempfile.mkdtemp(prefix="agent-plain-"))
    os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(90)
@pytest.mark.skipif(os.geteuid() != 0, reason="all tests run as a plain user here")
def test_paths_trust_and_hostile_repositories_hold_for_a_plain_user(place: Path) -> None:
    done = subprocess.run(
        [python_for(NOBODY), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", BUT, *TRIED],
        cwd=ROOT,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(place),
            "TMPDIR": str(place),
            "PYTHONPATH": os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(place / "examples"),
        },
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named pytest" in done.stderr:
        pytest.skip("the libraries are not where a plain user may read them")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    count = re.search(r"(\d+) passed(?:, \d+ deselected)? in ", done.stdout)
    assert count is not None
    assert int(count[1]) > 50
