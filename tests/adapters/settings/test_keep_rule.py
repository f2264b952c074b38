"""A rule that a person allowed is written into their settings, and the rest stays as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tui_agent.adapters.settings.keep_rule import keep_rule
from tui_agent.adapters.settings.layers import SettingsError, file_layer
from tui_agent.core.settings import RuleSettings

RULE = RuleSettings(
    action="allow", tool="shell", argv=("git", "commit", "-m", 'say "hi" \\ ü'), uses=3
)


def rules_in(path: Path) -> object:
    layer = file_layer(path)
    assert layer is not None
    return layer.values["rules"]


def test_a_rule_is_appended_and_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "agent" / "config.toml"
    assert keep_rule(path, RULE) == f"{path}:1"
    assert path.stat().st_mode & 0o777 == 0o600
    [first] = tomllib.loads(path.read_text())["rules"]
    assert first == {"action": "allow", "tool": "shell", "argv": list(RULE.argv), "uses": 3}
    path.chmod(0o640)
    text = '# mine\nmode = "ask"\n\n[budget]\nsession = 1.0\n'
    path.write_text(text)
    assert keep_rule(path, RULE) == f"{path}:7"
    assert path.read_text().startswith(text)
    assert path.stat().st_mode & 0o777 == 0o640
    keep_rule(path, RuleSettings(action="allow", tool="shell", prefix=("make",)))
    found = rules_in(path)
    assert isinstance(found, tuple)
    assert [one.argv or one.prefix for one in found] == [RULE.argv, ("make",)]
    assert [one.place for one in found] == [f"{path}:7", f"{path}:13"]
    assert [one.name for one in tmp_path.glob("agent/*")] == ["config.toml"]


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text('mode = "ask"\n')
    link = tmp_path / "config.toml"
    link.symlink_to("real.toml")
    keep_rule(link, RULE)
    assert link.is_symlink()
    assert "[[rules]]" in (tmp_path / "real.toml").read_text()


@pytest.mark.parametrize("text", ["rules = []\n", "mode = \n", 'mode = "sideways"\n'])
def test_a_file_that_no_rule_can_be_appended_to_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"config\.toml"):
        keep_rule(path, RULE)
    assert path.read_text() == text
    assert len(list(tmp_path.iterdir())) == 1


def test_a_wrong_rule_is_refused_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('mode = "ask"\n\n[[rules]]\naction = "allow"\nprefix = ["git push"]\n')
    with pytest.raises(
        SettingsError, match=r'config\.toml:3: rule 1: .*prefix = \["git", "push"\]'
    ):
        file_layer(path)
