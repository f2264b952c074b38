from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tui_agent.adapters.settings.layers import data_layer
from tui_agent.core.settings import Settings
from tui_agent.ui.tui.keymap import build_keymap

ROOT = Path(__file__).parent.parent


def test_the_reference_says_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_file_without_its_signs_holds_exactly_the_defaults() -> None:
    text = (ROOT / ".agentrc.example").read_text(encoding="utf-8")
    bare = [line.removeprefix("#") for line in text.split("\n") if not line.startswith("##")]
    defaults = dataclasses.asdict(Settings())
    lists_of_tables = {name for name in defaults if f"[[{name}]]" in text}
    given = tomllib.loads("\n".join(bare))
    assert _as_lists({k: v for k, v in defaults.items() if k not in lists_of_tables}) == given


def _as_lists(value: object) -> object:
    if isinstance(value, dict):
        return {key: _as_lists(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value


def test_every_link_between_the_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    listed = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs/adr").glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences"], page.name
        assert page.name in listed


def test_every_command_of_make_is_what_the_pages_say() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pages = "".join(page.read_text(encoding="utf-8") for page in ROOT.glob("*.md"))
    pages += "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md"))
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", pages, re.MULTILINE))
    assert named
    assert [name for name in named if f"\n{name}:" not in makefile] == []


FENCED = re.compile(r"^( *)```toml\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    \[.+\]\n(?:    .+\n)+", re.MULTILINE)


def test_every_example_of_settings_is_one_that_the_program_takes() -> None:
    keys = 0
    for page in sorted((ROOT / "docs/guides").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        examples = [*(found[2] for found in FENCED.finditer(text)), *INDENTED.findall(text)]
        for example in examples:
            if page.name == "scripted-model.md" or example.startswith("base ="):
                continue  # a script, a theme
            layer = data_layer(page, example.encode())
            assert layer.warnings == [], example
            given = layer.values.get("interface.keys")
            if isinstance(given, dict):
                preset = str(layer.values.get("interface.keymap", "default"))
                build_keymap(preset, given)
                keys += len(given)
    assert keys
