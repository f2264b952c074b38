"""Rules: what each is about, when it ends, which speaks first, and which make no sense."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.gate import command_in, gate, plain_folder, said
from tui_agent.core.grants import Grant
from tui_agent.core.rules import denies, hidden_from_commands, text_of
from tui_agent.core.settings import RuleSettings
from tui_agent.core.sound_rules import only_tightens, problem_of
from tui_agent.core.toolsets import EVERY_TOOL

ALLOW_PUSH = RuleSettings(action="allow", tool="shell", prefix=("git", "push"), name="push")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return plain_folder(tmp_path)


@pytest.mark.capability("S1.15", part="patterns with flags that ask")
@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("sort -o x y", "ask"),
        ("sort -ox y", "ask"),
        ("sort -no x y", "ask"),
        ("sort --output=x y", "ask"),
        ("sort --outp x y", "ask"),
        ("sort -n --parallel=2 y", "allow"),
        ("sort y", "allow"),
        ("sort y > x", "ask"),
        ("sort y; rm x", "ask"),
        ("make test", "ask"),
        ("make -s test", "ask"),
        ("unknown", "ask"),
    ],
)
def test_a_pattern_allows_unless_a_flag_follows_that_asks(
    folder: Path, text: str, action: str
) -> None:
    rules = (
        RuleSettings(pattern="sort", approval_required_if_args=("-o", "--output")),
        RuleSettings(pattern="make", approval_required=True),
    )
    assert gate(command_in(folder, text), tier="none", rules=rules).action == action


def test_the_first_rule_that_matches_speaks_and_a_deny_rule_before_all(folder: Path) -> None:
    ask = RuleSettings(action="ask", prefix=("make",), name="asks")
    allow = RuleSettings(action="allow", prefix=("make", "test"), name="allows")
    deny = RuleSettings(action="deny", prefix=("make", "test", "evil"), name="denies")
    test = command_in(folder, "make test")
    assert said(test, rules=(ask, allow)) == ("ask", "asks")
    assert said(test, rules=(allow, ask)) == ("allow", "allows")
    evil = command_in(folder, "make test evil")
    assert said(evil, rules=(allow, ask, deny)) == ("deny", "denies")


def test_exact_words_match_those_words_alone(folder: Path) -> None:
    rules = (RuleSettings(action="allow", argv=("make", "test"), name="exact"),)
    assert said(command_in(folder, "make 'test'"), rules=rules) == ("allow", "exact")
    assert gate(command_in(folder, "make test -j"), rules=rules).action == "ask"
    assert gate(command_in(folder, "make"), rules=rules).action == "ask"


def test_each_part_of_a_list_must_be_allowed_by_itself(folder: Path) -> None:
    rules = (RuleSettings(action="allow", prefix=("pytest",), name="tests"),)
    assert gate(command_in(folder, "pytest -q 2>&1 | tail -n 5"), rules=rules).action == "allow"
    assert gate(command_in(folder, "cd src && pytest -q"), rules=rules).action == "allow"
    outcome = gate(command_in(folder, "pytest -q && rm x"), rules=rules)
    assert outcome.action == "ask"
    assert [part.verdict for part in outcome.parts] == ["allow", "ask"]
    assert [part.reason for part in outcome.parts] == [
        "allowed, your rule",
        "may write in the workspace",
    ]


def test_a_rule_ends_after_its_uses_or_at_its_moment(folder: Path) -> None:
    twice = (RuleSettings(action="allow", prefix=("make",), uses=2, name="twice"),)
    made = command_in(folder, "make")
    assert gate(made, rules=twice).reason.used == ("twice",)
    assert gate(made, rules=twice, used={"twice": 1}).action == "allow"
    assert gate(made, rules=twice, used={"twice": 2}).action == "ask"
    until = (RuleSettings(action="allow", prefix=("make",), until="2026-01-02T03:04Z"),)
    assert gate(made, rules=until, now="2026-01-02T03:03:59.999Z").action == "allow"
    assert gate(made, rules=until, now="2026-01-02T03:04:00.000Z").action == "ask"
    once = RuleSettings(action="allow", prefix=("make",), uses=1)
    grants = (Grant(id="ask-7", agent_id="main", tool="shell", text="", ts="", rule=once),)
    assert gate(made, grants=grants).reason.used == ("ask-7",)
    assert gate(made, grants=grants, used={"ask-7": 1}).action == "ask"


def test_the_network_is_named_and_freed_by_the_command_or_the_host_alone(folder: Path) -> None:
    push, curl = command_in(folder, "git push"), command_in(folder, "curl https://a.example.org/x")
    assert curl.hosts == ("a.example.org",)
    assert push.command is not None
    assert push.command.reach == "network"
    everything = RuleSettings(action="allow", tool="shell")
    host = RuleSettings(action="allow", tool="shell", host="*.example.org", name="host")
    for mode in ("ask", "edit", "auto"):
        for proposal in (push, curl):
            assert said(proposal, mode=mode) == ("ask", "protect.network")
            assert said(proposal, mode=mode, rules=(everything,))[1] == "protect.network"
        assert said(push, mode=mode, rules=(ALLOW_PUSH,)) == ("allow", "push")
        assert said(curl, mode=mode, rules=(host,)) == ("allow", "host")
        assert said(push, mode=mode, rules=(host,))[0] == "ask"
    other = command_in(folder, "curl https://a.example.org/x https://evil.example.net")
    assert said(other, rules=(host,))[0] == "ask"
    for named in ("*.example.net", "*.example.net:443"):
        ported = RuleSettings(action="deny", host=named, name="no")
        assert said(other, rules=(host, ported)) == ("deny", "no")
    deny = RuleSettings(action="deny", host="EVIL.example.net", name="no")
    dotted = command_in(folder, "curl https://evil.example.net./")
    assert said(dotted, rules=(deny,)) == ("deny", "no")
    assert denies(deny, replace(other, hosts=("evil.example.net:8443",)))
    assert not denies(deny, replace(other, hosts=("evil.example.net.org:8443",)))


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("curl -s https://user:pw@Example.org:8443/x?y", ("example.org",)),
        ("git clone git@example.org:a/b.git", ("example.org",)),
        ("ssh ada@example.org ls", ("example.org",)),
        ("sudo curl http://[::1]:80/", ("::1",)),
        ("python3 -m pip install x", ()),
        ("timeout 5 git -C x fetch origin", ()),
        ("npm install", ()),
        ("uv run pip install x", ()),
        ("echo $(curl https://example.org)", ("example.org",)),
    ],
)
def test_what_reaches_the_network_is_known_with_the_hosts_that_it_names(
    folder: Path, text: str, hosts: tuple[str, ...]
) -> None:
    proposal = command_in(folder, text)
    assert "network" in proposal.effects
    assert proposal.hosts == hosts


def test_what_stays_here_is_not_said_to_reach_the_network(folder: Path) -> None:
    for text in ("git status", "git commit -m x", "npm run build", "cargo test", "rsync -a a b"):
        assert "network" not in command_in(folder, text).effects


@pytest.mark.capability("S0.16", part="a hard list of programs")
def test_in_the_profile_strict_only_listed_programs_run_and_nobody_is_asked(folder: Path) -> None:
    listed = ("python3", "pytest", "git", "ls", "head")
    assert said(command_in(folder, "curl x"), programs=listed) == ("deny", "profile.programs")
    for text in (
        "ls; curl x",
        "git status && make",
        "ls | sh",
        "$(ls)",
        "ls $X",
        "./pytest",
        "x=1 ls",
    ):
        assert said(command_in(folder, text), programs=listed)[0] == "deny"
    assert said(command_in(folder, "ls | head -3"), programs=listed)[0] == "allow"
    assert said(command_in(folder, "pytest -q"), programs=listed)[0] == "ask"


def test_set_user_id_bits_ask_in_every_mode(folder: Path) -> None:
    for text in (
        "chmod u+s x",
        "chmod 4755 x",
        "chmod ug=rws x",
        "install -m 2755 a b",
        "chmod 06755 x",
        "chmod 3755 x",
        "chmod +4000 x",
        "chmod =6755 x",
        "chmod u-x+x+s x",
        "/bin/chmod 4755 x",
        "install -Dm4755 a b",
        "install --mode=u+s a b",
        "find . -exec chmod 4755 x +",
        "if true; then chmod 4755 x; fi",
        "(chmod u+s x)",
        "X=1 chmod 4755 $Y > z",
        "bash -c 'chmod u+s x'",
    ):
        assert said(command_in(folder, text), mode="auto") == ("ask", "protect.suid")
    for text in (
        *("chmod 755 x", "chmod +x x", "chmod 0644 x", "chmod u=rw x", "chmod 1755 x"),
        *("chmod u-s x", "chmod -4000 x", "install --suffix=s a b"),
    ):
        assert said(command_in(folder, text), mode="auto") == ("allow", "mode.auto")


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        (RuleSettings(tool="shell"), "it says nothing"),
        (RuleSettings(action="deny"), "it is about nothing"),
        (RuleSettings(action="allow", prefix=("git push",)), 'prefix = ["git", "push"]'),
        (RuleSettings(action="allow", prefix=("ls", "&&", "rm")), "the shell would replace &&"),
        (RuleSettings(action="allow", pattern="ls *"), "the shell would replace *"),
        (RuleSettings(action="allow", prefix=("a",), pattern="a"), "say the same"),
        (RuleSettings(action="allow", tool="bash"), "there is no tool bash"),
        (RuleSettings(action="allow", tool="read", prefix=("cat",)), "only the tool shell"),
        (RuleSettings(action="deny", path="/etc/passwd"), 'path = "secrets/**"'),
        (RuleSettings(action="deny", path="../x"), 'path = "secrets/**"'),
        (RuleSettings(action="deny", path="./private/**"), "no path is spelled like that"),
        (RuleSettings(action="deny", path="~/x"), "no path is spelled like that"),
        (RuleSettings(action="deny", path="**/*.{pem,key}"), "a rule for each of {a,b}"),
        (RuleSettings(action="deny", path="!x"), "no path is spelled like that"),
        (RuleSettings(action="deny", path="a\\b"), "no path is spelled like that"),
        (RuleSettings(action="deny", path="a//b"), "no path is spelled like that"),
        (RuleSettings(action="deny", path="secrets/** "), "no path is spelled like that"),
        (RuleSettings(action="deny", tool="mcp__github"), "tool = 'mcp__github__*' means all"),
        (RuleSettings(action="allow", tool="shell", digest="0f"), "of a server's tool"),
        (RuleSettings(action="deny", host="https://x"), 'host = "*.example.org"'),
        (RuleSettings(action="allow", prefix=("a",), approval_required=True), "with pattern"),
        (RuleSettings(action="allow", prefix=("a",), uses=-1), "uses = 5"),
        (RuleSettings(action="allow", prefix=("a",), until="tomorrow"), "a moment in UTC"),
        (RuleSettings(action="allow", prefix=("a",), until="2026-13-01T00:00Z"), "a moment in UTC"),
        (RuleSettings(action="allow", prefix=("a",), until="2026-W53-4T18:00Z"), "a moment in UTC"),
        (RuleSettings(action="allow", prefix=("a",), until="20261231T180000.0Z"), "a moment in UT"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_an_example(
    rule: RuleSettings, part: str
) -> None:
    assert part in problem_of(rule, EVERY_TOOL)


def test_a_rule_that_makes_sense_is_taken(folder: Path) -> None:
    assert folder.exists()
    for rule in (
        ALLOW_PUSH,
        RuleSettings(action="deny", tool="mcp__x__*"),
        RuleSettings(action="allow", tool="mcp__x__y", digest="0f"),
        RuleSettings(action="deny", path=".env"),
        RuleSettings(action="deny", path="a b/.*/[a-z].x!~"),
        RuleSettings(action="deny", path="private/"),
        RuleSettings(pattern="sort", approval_required_if_args=("-o",)),
        RuleSettings(action="allow", argv=("git", "commit", "-m", "a & b")),
        RuleSettings(action="allow", host="*.example.org", until="2026-12-31T18:00Z", uses=3),
    ):
        assert problem_of(rule, EVERY_TOOL) == ""


def test_a_project_may_hold_only_what_tightens() -> None:
    assert not only_tightens(ALLOW_PUSH)
    assert not only_tightens(RuleSettings(pattern="x"))
    assert not only_tightens(RuleSettings(pattern="x", approval_required_if_args=("-o",)))
    assert only_tightens(RuleSettings(pattern="x", approval_required=True))
    assert only_tightens(RuleSettings(action="deny", tool="shell"))


def test_what_rules_deny_is_told_to_the_sandbox() -> None:
    rules = (
        RuleSettings(action="deny", path="private/**"),
        RuleSettings(action="deny", tool="read", path="x"),
        RuleSettings(action="deny", tool="edit", path="y"),
        RuleSettings(action="ask", path="z"),
        RuleSettings(action="deny", path="w", prefix=("cat",)),
    )
    assert hidden_from_commands(rules) == ("private/**", "x")


def test_a_rule_is_said_in_words() -> None:
    assert text_of(ALLOW_PUSH) == "allow shell what begins with git push"
    rule = RuleSettings(pattern="sort", approval_required_if_args=("-o",))
    assert text_of(rule) == "allow what begins with sort (asks with -o)"
