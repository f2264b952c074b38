"""Which commands run unasked under a toolset, and that nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_agent.core.looking import paths_looked_at
from tui_agent.core.policy import Circumstances, Outcome, decide, plain_words
from tui_agent.core.proposal import Command, Mark, Proposal, Target
from tui_agent.core.settings import RuleSettings
from tui_agent.core.toolsets import chosen_sets

READONLY = ("shell_readonly",)
FILE_OPS = ("shell_file_ops",)


def running(text: str, *marks: Mark) -> Proposal:
    paths = paths_looked_at(plain_words(text)) or ()
    return Proposal(
        call_id="1",
        tool="shell",
        title=text,
        effects=frozenset({"execute"}),
        command=Command(text=text),
        targets=tuple(Target(path=path, effect="read", marks=marks) for path in paths),
    )


def gate(proposal: Proposal, names: tuple[str, ...], **more: object) -> Outcome:
    given_: dict[str, object] = {"mode": "ask", "toolsets": chosen_sets(names), **more}
    return decide(proposal, Circumstances(**given_))  # type: ignore[arg-type]


BENIGN = (
    "ls", "ls -la", "ls -l -a src", "ls -R1 src/app", "ls src tests", "pwd", "pwd -P",
    "cat answer.py", "cat -n answer.py", "cat src/a.py src/b.py", "head -n 20 answer.py",
    "head -20 answer.py", "head -n20 -q a.py b.py", "tail -c 100 build.log", "tail -n +5 a.txt",
    "wc -l answer.py", "wc a.py b.py", "cat a..b", "head -qn 3 a.py",
)  # fmt: skip

HOSTILE = (
    "date -f x", "file -C -m x", "stat /", "du /", "wc --files0-from=/etc/passwd", "uname",
    "", " ", " ls", "ls ", "ls  -l", "ls;rm x", "ls; rm x", "ls&&rm x", "ls & rm x", "ls|sh",
    "ls > f", "ls>f", "ls >> f", "ls 2> f", "cat < f", "ls\nrm x", "ls\rrm x", "ls\\\nrm", "l\\s",
    "ls\trm", "cat /etc/shadow", "cat ~/.ssh/id", "cat ../x", "cat a/../../x", "cat ./..",
    "ls ..", "ls /", "cat $HOME/x", "cat ${HOME}", "ls $(rm x)", "ls `rm x`", "cat 'a'",
    'cat "a"', "cat *.py", "cat a?", "cat {a,b}", "cat [a]", "X=1 ls", "LD_PRELOAD=x ls",
    "./ls", "/bin/ls", "bin/ls", "sort -o x y", "find . -delete", "env ls", "sudo ls", "bash ls",
    "xargs cat", "sed -i x y", "tee x", "git log", "git status", "python x.py", "less x",
    "mv a b", "cp a b", "mkdir d", "rm a", "rm -rf .", "touch a", "ln -s / a", "chmod 777 a",
    "ls --dired", "ls -L link", "ls -H link", "ls --", "cat -", "cat -- -x", "tail -f log",
    "tail -F log", "tail -5f log", "tail --pid=1 x", "tail -n", "head -n x f", "head -n",
    "wc --files0-from=list", "wc -5 x", "pwd x", "cat --help", "cat -nZ a", "cat ключ", "cat #x",
    "! ls", "ls !x", "ls ^x", "cat a\0b", "cat //etc/passwd", "wc -l ../../etc/passwd",
)  # fmt: skip


@pytest.mark.parametrize("command", BENIGN)
@pytest.mark.parametrize("mode", ["ask", "edit", "auto"])
def test_a_command_that_only_looks_runs_in_every_mode(command: str, mode: str) -> None:
    outcome = gate(running(command), READONLY, mode=mode)
    assert (outcome.action, outcome.reason.rule) == ("allow", "toolset.allow")
    assert outcome.reason.origin == "toolset shell_readonly"


@pytest.mark.parametrize("command", HOSTILE)
def test_any_other_command_asks_even_where_the_mode_would_let_it_run(command: str) -> None:
    for names in (READONLY, FILE_OPS, (*READONLY, *FILE_OPS)):
        for mode in ("ask", "edit", "auto"):
            outcome = gate(running(command), names, mode=mode, unconfined=True)
            assert outcome.action == "ask", (names, mode)


def test_there_are_enough_of_them() -> None:
    assert len(set(HOSTILE)) >= 40
    assert len(set(BENIGN)) >= 15


@pytest.mark.parametrize("command", BENIGN)
def test_without_a_toolset_every_command_asks_as_before(command: str) -> None:
    assert gate(running(command), ()).reason.rule == "sandbox.none"
    assert gate(running(command), ("filesystem_cwd",)).reason.rule == "sandbox.none"


def test_file_operations_list_freely_and_ask_for_the_rest_by_name() -> None:
    assert gate(running("ls -l src"), FILE_OPS).action == "allow"
    assert gate(running("cat a.py"), FILE_OPS).action == "ask"
    for command in ("mv a b", "cp a b", "mkdir d", "rm a"):
        reason = gate(running(command), FILE_OPS).reason
        assert reason.origin == "toolset shell_file_ops"
        assert "changes files" in reason.text


def test_a_path_that_leads_out_or_to_a_secret_asks() -> None:
    assert gate(running("cat link", "outside"), READONLY).reason.rule == "protect.outside"
    assert gate(running("cat .env", "secret"), READONLY).reason.rule == "protect.secret"
    assert gate(running("cat package.json", "protected"), READONLY).action == "allow"


def test_a_command_whose_paths_nobody_followed_asks() -> None:
    unfollowed = Proposal(
        call_id="1",
        tool="shell",
        title="cat a",
        effects=frozenset({"execute"}),
        command=Command(text="cat a"),
    )
    assert gate(unfollowed, READONLY).action == "ask"


def test_a_rule_of_ones_own_and_the_mode_plan_come_first() -> None:
    deny = RuleSettings(action="deny", prefix=("ls",))
    ask = RuleSettings(action="ask", prefix=("ls",), name="mine")
    allow = RuleSettings(action="allow", prefix=("make", "test"))
    assert gate(running("ls"), READONLY, rules=(deny,)).action == "deny"
    assert gate(running("ls"), READONLY, rules=(ask,)).reason.rule == "mine"
    assert gate(running("make test"), READONLY, rules=(allow,)).action == "allow"
    assert gate(running("ls"), READONLY, mode="plan").action == "deny"
    assert gate(running("ls"), READONLY, programs=("git",)).action == "deny"


WORDS = st.lists(
    st.text(alphabet="-lancqfFLH+.0/~;$ab=\n\\ '\"|>&*", max_size=6), min_size=1, max_size=4
)


@given(program=st.sampled_from(["ls", "cat", "tail", "head", "wc", "pwd"]), words=WORDS)
def test_whatever_runs_unasked_is_plain_relative_and_below(program: str, words: list[str]) -> None:
    command = " ".join([program, *words])
    if gate(running(command), READONLY).action != "allow":
        return
    assert not set(command) & set(";$\n\\'\"|>&*~")
    for word in command.split(" ")[1:]:
        assert not word.startswith("/")
        assert ".." not in word.split("/")
        assert not (word.startswith("-") and set(word) & set("fFLH") and program != "pwd") or (
            program == "wc"
        )
