"""A fault of ours leaves a terminal in order, one sentence and a report; never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tui_agent.ui.crash import guarded

ROOT = Path(__file__).resolve().parents[2]


def test_a_fault_becomes_a_sentence_and_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault() -> int:
        message = "the wheels came off\nand more"
        raise RuntimeError(message)

    assert guarded(fault, lambda: tmp_path / "faults") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "RuntimeError: the wheels came off." in told.err
    assert "Traceback" not in told.err
    [report] = (tmp_path / "faults").iterdir()
    assert str(report) in told.err
    assert "Traceback" in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600


def test_the_first_of_several_faults_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def faults() -> int:
        raise ExceptionGroup("both", [ValueError("one"), ExceptionGroup("x", [OSError("two")])])

    assert guarded(faults, lambda: tmp_path) == 1
    assert "ValueError: one." in capsys.readouterr().err


def test_a_report_that_cannot_be_written_hides_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()

    def fault() -> int:
        raise KeyError("lost")

    assert guarded(fault, lambda: tmp_path / "file" / "below") == 1
    assert "KeyError" in capsys.readouterr().err


def test_ctrl_c_is_no_fault(tmp_path: Path) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert guarded(interrupted, lambda: tmp_path) == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.case(89)
def test_the_terminal_is_as_it_was_before(tmp_path: Path) -> None:
    program = (
        "import sys, termios, tty\n"
        "from pathlib import Path\n"
        "from tui_agent.ui.crash import guarded\n"
        "def fault():\n"
        "    sys.stdout.write('\\x1b[?1049h\\x1b[?25l')\n"
        "    tty.setraw(0)\n"
        "    raise RuntimeError('in raw mode')\n"
        "before = termios.tcgetattr(0)\n"
        f"status = guarded(fault, lambda: Path({str(tmp_path)!r}))\n"
        "print('same' if termios.tcgetattr(0) == before else 'broken', status)\n"
    )
    child = pexpect.spawn(
        sys.executable,
        ["-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        encoding="utf-8",
        timeout=10,
    )
    child.expect_exact("\x1b[?1049l")
    child.expect_exact("\x1b[?25h")
    child.expect_exact("same 1")
    child.expect(pexpect.EOF)
    child.close()


def test_a_reader_that_has_gone_is_not_complained_about(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tui_agent.ui.crash import guarded\n"
        "def talk():\n"
        "    for _ in range(100000):\n"
        "        print('line', flush=True)\n"
        "    return 0\n"
        f"sys.exit(guarded(talk, lambda: Path({str(tmp_path)!r})))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        errors = run.stderr.read()
        status = run.wait(timeout=10)
    assert (status, errors) == (141, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("words", [["--version"], ["--help"], ["keys", "--help"]])
def test_what_nobody_can_be_told_is_no_traceback_and_no_success(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(
            [sys.executable, "-m", "tui_agent", *words],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (told.returncode, told.stderr) == (1, "No space left on device\n")
