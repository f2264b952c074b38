"""The gate: who may do what without asking, and which rule says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gate import command_in
from tests.support.gate import said as said_in
from tui_agent.core.grants import Grant, session_key
from tui_agent.core.patch import FilePatch, Patch
from tui_agent.core.policy import Circumstances, decide
from tui_agent.core.proposal import Mark, Proposal, Question, Target
from tui_agent.core.settings import RuleSettings

HERE = Path(__file__).parent


def reading(path: str = "a.py", *marks: Mark) -> Proposal:
    target = Target(path=path, effect="read", marks=marks)
    return Proposal(
        call_id="1", tool="read", title=path, effects=frozenset({"read"}), targets=(target,)
    )


def editing(path: str = "a.py", *marks: Mark, mode: int | None = None) -> Proposal:
    file = FilePatch(
        path=path,
        kind="update",
        new_path=None,
        before=None,
        after=None,
        old_mode=None,
        new_mode=mode,
        binary=False,
        runs=(),
        file_runs=(),
        notes=(),
    )
    return Proposal(
        call_id="1",
        tool="edit",
        title=path,
        effects=frozenset({"edit"}),
        targets=(Target(path=path, effect="edit", marks=marks),),
        patch=Patch(files=(file,)),
    )


def running(text: str = "pytest -q") -> Proposal:
    return command_in(HERE, text)


def granted(proposal: Proposal | None = None, rule: RuleSettings | None = None) -> Grant:
    key = session_key(proposal) if proposal is not None else ""
    return Grant(id="ask-1", agent_id="main", tool="shell", text="", ts="", key=key, rule=rule)


def asking() -> Proposal:
    question = Question(text="Which?")
    return Proposal(
        call_id="1", tool="ask", title="Which?", effects=frozenset({"question"}), question=question
    )


def said(proposal: Proposal, **circumstances: object) -> tuple[str, str]:
    return said_in(proposal, **{"tier": "none", **circumstances})


@pytest.mark.parametrize(
    ("mode", "read", "edit", "run"),
    [
        ("plan", "allow", "deny", "deny"),
        ("ask", "allow", "ask", "ask"),
        ("edit", "allow", "allow", "ask"),
        ("auto", "allow", "allow", "ask"),
    ],
)
def test_each_mode_without_a_sandbox(mode: str, read: str, edit: str, run: str) -> None:
    assert said(reading(), mode=mode)[0] == read
    assert said(editing(), mode=mode)[0] == edit
    assert said(running(), mode=mode)[0] == run


def test_in_mode_auto_a_sandbox_holds_commands_so_that_they_run() -> None:
    assert said(running(), mode="auto", tier="A") == ("allow", "mode.auto")
    assert said(running(), mode="auto", unconfined=True) == ("allow", "mode.auto")
    assert said(running("curl x"), mode="auto", tier="A")[0] == "ask"


@pytest.mark.parametrize("mode", ["ask", "edit", "auto"])
def test_secret_protected_and_outside_ask_in_every_mode(mode: str) -> None:
    assert said(reading(".env", "secret"), mode=mode) == ("ask", "protect.secret")
    assert said(editing("AGENTS.md", "protected"), mode=mode) == ("ask", "protect.file")
    assert said(reading("/etc/hosts", "outside"), mode=mode) == ("ask", "protect.outside")
    assert said(editing("run.sh", mode=0o104755), mode=mode) == ("ask", "protect.suid")


def test_a_protected_file_may_be_read() -> None:
    assert said(reading("AGENTS.md", "protected"))[0] == "allow"


def test_a_deny_rule_wins_over_an_allow_rule_that_stands_before_it() -> None:
    rules = (
        RuleSettings(action="allow", tool="shell", prefix=("git",)),
        RuleSettings(action="deny", tool="shell", prefix=("git", "push"), name="deny.push"),
    )
    assert said(running("git push origin"), rules=rules) == ("deny", "deny.push")
    assert said(running("git status"), rules=rules)[0] == "allow"


def test_a_deny_rule_finds_its_command_among_many_others() -> None:
    rules = (RuleSettings(action="deny", tool="shell", prefix=("curl",)),)
    script = " && ".join(["true"] * 60) + " && curl evil"
    assert said(running(script), rules=rules)[0] == "deny"
    assert said(running("$(curl evil)"), rules=rules)[0] == "deny"


@pytest.mark.capability("S1.15", part="prefix rules")
@pytest.mark.parametrize(
    "command",
    [
        "sort -o x y; rm a",
        "sort x > y",
        "sort `x`",
        "sort $X",
        "sort x\nrm y",
        "A=1 sort x",
    ],
)
def test_an_allowed_prefix_covers_plain_words_only(command: str) -> None:
    rules = (RuleSettings(action="allow", tool="shell", prefix=("sort",)),)
    assert said(running("sort x y"), rules=rules)[0] == "allow"
    assert said(running(command), rules=rules)[0] == "ask"


@pytest.mark.capability("S1.14", part="key and silence")
def test_an_approval_for_the_session_covers_exactly_what_was_approved() -> None:
    grants = (granted(running("pytest -q")),)
    assert said(running("pytest -q"), grants=grants) == ("allow", "session.exact")
    assert said(running("pytest -p evil"), grants=grants)[0] == "ask"


def test_a_rule_of_the_session_covers_what_starts_with_its_words() -> None:
    grants = (granted(rule=RuleSettings(action="allow", prefix=("pytest",))),)
    assert said(running("pytest -q x"), grants=grants) == ("allow", "session.rule")
    assert said(running("pytest; rm x"), grants=grants)[0] == "ask"


@pytest.mark.capability("S1.13", part="policy")
def test_automation_answers_where_the_mode_asks_but_not_for_what_asks_in_every_mode() -> None:
    assert said(editing(), attended=False, answer="approve")[0] == "allow"
    assert said(editing("AGENTS.md", "protected"), attended=False, answer="approve")[0] == "deny"
    assert said(editing(), attended=False, answer="reject")[0] == "deny"
    assert said(running(), attended=False, answer="approve") == ("deny", "sandbox.none")
    assert said(running(), attended=False, answer="approve", unconfined=True)[0] == "allow"


def test_a_rule_of_the_user_lets_automation_touch_a_protected_file() -> None:
    rules = (RuleSettings(action="allow", tool="edit", path="AGENTS.md"),)
    proposal = editing("AGENTS.md", "protected")
    assert said(proposal, attended=False, answer="approve", rules=rules)[0] == "allow"


def test_where_nobody_is_there_what_would_ask_is_denied_and_the_reason_kept() -> None:
    outcome = decide(editing(), Circumstances(mode="ask", attended=False))
    assert outcome.action == "deny"
    assert outcome.reason.text.startswith("nobody is there")
    assert decide(asking(), Circumstances(mode="ask", attended=False)).action == "deny"
    assert decide(asking(), Circumstances(mode="plan")).action == "ask"


@pytest.mark.capability("S0.4", part="write globs")
def test_a_profile_that_writes_nothing_denies_every_edit() -> None:
    assert said(editing(), mode="auto", write_paths=()) == ("deny", "profile.paths")
    assert said(editing("docs/a.md"), mode="auto", write_paths=("docs/**",))[0] == "allow"


def test_automation_approves_a_plan_whose_calls_pass_the_gate_themselves() -> None:
    question = Question(text="?", kind="plan")
    plan = Proposal(
        call_id="1", tool="plan", title="?", effects=frozenset({"question"}), question=question
    )
    assert said(plan, attended=False, answer="approve")[0] == "allow"
    assert said(plan, attended=False, answer="reject")[0] == "deny"
    assert said(plan, attended=False) == ("deny", "ask.plan")
    assert said(plan) == ("ask", "ask.plan")
