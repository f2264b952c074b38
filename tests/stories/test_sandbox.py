"""The tier that a session works in: reported everywhere, required where wished, never assumed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.stories.line_terminal import at_terminal
from tests.stories.program import ROOT, Program, call, script, with_sample
from tests.support.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


@pytest.fixture
def sample(repository: Repository) -> Repository:
    return with_sample(repository)


@pytest.fixture
def printing(tmp_path: Path) -> str:
    text = "echo $HOME; ls -A ~; touch ../outside; echo made > made.txt"
    return script(tmp_path, [{"text": "x", "call": [call("shell", command=text)]}, {"text": "y"}])


def without(folder: Path, *means: str) -> Program:
    """Return the program on a machine that lacks these means."""
    if sys.platform != "linux":
        pytest.skip("only Linux can take them away")
    program = Program(folder)
    taking = str(ROOT / "tests" / "support" / "without_sandbox.py")
    program.before = [sys.executable, taking, *means, "--"]
    return program


def best_tier(folder: Path) -> str:
    told = Program(folder).run("doctor").out
    return told.partition("tier ")[2].partition(":")[0]


@pytest.mark.capability("S0.18")
def test_a_command_runs_in_the_best_tier_and_every_record_names_it(
    sample: Repository, printing: str
) -> None:
    tier = best_tier(sample.root)
    if tier not in {"A", "B"}:
        pytest.skip(f"the best tier here is {tier}")
    done = Program(sample.root).run(
        "-p", "go", "--model", printing, "--approve-all", "--json", "--sandbox", tier
    )
    assert done.status == 0
    assert done.events("SessionStarted")[0]["sandbox"] == tier
    assert [one["sandbox"] for one in done.events("ToolStarted")] == [tier] * len(
        done.events("ToolStarted")
    )
    assert sample.read("made.txt") == b"made\n"
    assert not (sample.root.parent / "outside").exists()


@pytest.mark.case(27)
@pytest.mark.capability("S0.18")
def test_a_bubblewrap_that_fails_gives_the_next_tier_with_the_reason(
    sample: Repository, home: Path
) -> None:
    if not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed")
    denied = '[[rules]]\naction = "deny"\npath = "**/*.key"\n'
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text(denied)
    told = without(sample.root, "namespaces").run("doctor")
    if "tier none" in told.out:
        pytest.skip("tier B cannot be had here")
    assert "tier B: Landlock and seccomp" in told.out
    assert "Not better, because tier A: " in told.out
    assert "namespace" in told.out.partition("Not better")[2]
    assert "**/*.key is denied, but tier B cannot hide it from a command" in told.out
    assert "1,024 processes a sandbox" in told.out.partition("limits")[2]


@pytest.mark.case(28)
@pytest.mark.capability("S0.18")
def test_without_any_means_commands_are_refused_unless_one_says_so(
    sample: Repository, printing: str
) -> None:
    bare = without(sample.root, "namespaces", "landlock")
    asked = ("-p", "go", "--model", printing, "--approve-all")
    refused = bare.run(*asked)
    assert refused.status == 6
    assert "No sandbox: commands would run as you, so commands are refused" in refused.err
    assert "Git, which records and reviews this folder, runs as you." in refused.err
    found = bare.run("doctor").out
    assert "tier none: commands, and git of our own, run as you" in found
    assert not (sample.root / "made.txt").exists()
    told = bare.run(*asked, "--json")
    assert told.events("SessionStarted")[0]["sandbox"] == "none"
    allowed = bare.run(*asked, "--no-sandbox")
    assert allowed.status == 0
    assert sample.read("made.txt") == b"made\n"


@pytest.mark.case(28)
def test_without_any_means_the_line_mode_says_so_and_asks(
    sample: Repository, tmp_path: Path
) -> None:
    looking = script(
        tmp_path, [{"text": "x", "call": [call("shell", command="ls")]}, {"text": "y"}]
    )
    with at_terminal(sample.root, "--model", looking, "--sandbox", "none", "go") as person:
        person.sees("sandbox none")
        person.sees("no sandbox holds it")
        person.sees("sandbox: none")
        person.presses("n", first=True)


@pytest.mark.capability("S0.18")
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--sandbox", "none"), "Tier A is required (confinement.require), which none is not"),
        (("--no-sandbox",), "Tier A is required (confinement.require), which none is not"),
        (("--sandbox", "B"), "Tier A is required (confinement.require), which B is not"),
    ],
)
def test_a_tier_that_is_required_and_missing_opens_no_session(
    sample: Repository, printing: str, home: Path, flags: tuple[str, ...], said: str
) -> None:
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text('[confinement]\nrequire = "A"\n')
    done = Program(sample.root).run("-p", "go", "--model", printing, *flags)
    assert done.status == 2
    assert said in done.err
    assert not (sample.root / "made.txt").exists()
    left = [one for one in (home / "agent" / "sessions").glob("*/*") if one.is_dir()]
    assert left == [], "nothing stays of what never began"


@pytest.mark.capability("S0.18")
def test_a_required_tier_that_the_machine_lacks_opens_no_session(
    sample: Repository, printing: str, home: Path
) -> None:
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text('[confinement]\nrequire = "A"\n')
    done = without(sample.root, "namespaces").run("-p", "go", "--model", printing)
    assert done.status == 2
    why = done.err.partition("Tier A, which confinement.require names, cannot be had here: ")[2]
    assert "namespace" in why
    assert "tier A: " not in why


def test_a_project_cannot_say_how_it_is_confined(sample: Repository, printing: str) -> None:
    sample.write(".agentrc", 'sandbox = "none"\n[confinement]\nwrites = ["/"]\n')
    told = Program(sample.root).run("-p", "go", "--model", printing, "--trust", "--approve-all")
    assert "only your own settings may say this" in told.err
    assert not (sample.root.parent / "outside").exists() or best_tier(sample.root) == "none"


@pytest.mark.capability("S3.22", part="reported where no engine answers")
def test_the_container_tier_is_taken_on_request_or_reported_missing(
    sample: Repository, printing: str
) -> None:
    asked = ("-p", "go", "--model", printing, "--approve-all", "--sandbox", "container")
    done = Program(sample.root, PATH="/nowhere").run(*asked)
    assert done.status == 2
    assert "docker is not installed; podman is not installed" in done.err
    assert not (sample.root / "made.txt").exists()


@pytest.mark.capability("S0.18")
def test_the_doctor_names_the_tier_and_what_each_layer_closes(sample: Repository) -> None:
    told = Program(sample.root).run("doctor").out
    tier = best_tier(sample.root)
    assert f"tier {tier}: " in told
    if tier == "A":
        assert "A: bubblewrap closes " in told
        assert "make a user namespace" in told
        last = told.partition("A: + seccomp")[2].partition("\n")[0]
        assert "leaves open" not in last
