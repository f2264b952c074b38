"""What is typed after `agent` means one thing: a command, options, or the first message."""

from __future__ import annotations

import pytest

from tui_agent.ui.commands.options import common_of, parse
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.commands.words import begins_a_session, split


@pytest.mark.parametrize(
    ("typed", "prompt"),
    [
        (["fix", "the", "bug"], "fix the bug"),
        (["fix the bug"], "fix the bug"),
        (["-p", "fix it"], "fix it"),
        (["-p", "--json", "fix it", "--mode", "edit"], "fix it"),
        (["--", "replay", "--at", "3"], "replay --at 3"),
        (["--model", "replay", "hello"], "hello"),
        (["fix", "--", "-x"], "fix -x"),
        (["version", "two", "of", "it"], "version two of it"),
        ([], ""),
    ],
)
def test_words_are_the_message(typed: list[str], prompt: str) -> None:
    chosen = parse(typed)
    assert (chosen.command, chosen.options.prompt) == ("", prompt)


@pytest.mark.parametrize(
    ("typed", "command", "arguments"),
    [
        (["replay", "last", "--at", "3"], "replay", ("last", "--at", "3")),
        (["--profile", "prod", "config", "show"], "config", ("--profile", "prod", "show")),
        (["tool", "read", "--args", "{}"], "tool", ("read", "--args", "{}")),
        (["sessions", "--", "x"], "sessions", ("--", "x")),
    ],
)
def test_the_first_word_may_be_a_command(
    typed: list[str], command: str, arguments: tuple[str, ...]
) -> None:
    chosen = parse(typed)
    assert (chosen.command, chosen.arguments) == (command, arguments)


def test_settings_are_taken_wherever_they_stand() -> None:
    options, rest = common_of(["show", "--mode", "plan", "--origin", "--budget", "2"])
    assert rest == ["show", "--origin"]
    assert options.setting("mode") == "plan"
    assert options.setting("budget.session") == 2.0
    assert options.setting("model") is None


def test_json_means_that_nobody_is_there() -> None:
    assert parse(["--json", "x"]).options.headless
    assert not parse(["--plain", "x"]).options.headless


def test_what_excludes_each_other_is_refused() -> None:
    with pytest.raises(UsageError, match="not allowed with"):
        parse(["-c", "-r", "abc"])
    with pytest.raises(UsageError, match="--help"):
        parse(["--modle", "x"])


def test_help_is_no_message_unless_more_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["help"])
    assert "agent COMMAND --help" in capsys.readouterr().out
    assert parse(["help", "undo"]) == parse(["undo", "--help"])
    assert parse(["help", "me"]).options.prompt == "help me"
    assert parse(["--", "help"]).options.prompt == "help"
    begun = [["help"], ["help", "undo"], ["help", "me"], ["--", "help"]]
    assert [begins(one) for one in begun] == [False, False, True, True], "no model host for help"


def begins(typed: list[str]) -> bool:
    options, words, literal = split(typed)
    return begins_a_session(options, words, literal=literal)
