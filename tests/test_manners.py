"""How the code is written: names, suppressions, markup, what is left unsaid."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.support.sources import FUNCTION, ROOT, place, sources, text, tree

# Whichever comes first reads and parses the whole project for all of them.
pytestmark = pytest.mark.timeout(60)

SUPPRESSIONS = 44
"""How many `noqa` and `type: ignore` the project and its tests hold at most. May only shrink."""

BROAD_EXCEPTS = 5
"""How many handlers catch Exception or everything, each with its reason beside it."""

TAKES_MARKUP = {"Static", "Label", "notify", "Console"}
"""What reads square brackets in its text unless told otherwise."""

VAGUE_MODULES = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
VAGUE_CLASS = re.compile(r"(Manager|Service|Controller|Factory|Impl|Helper)$|^(Base|I)[A-Z][a-z]")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore)")
CODED_SUPPRESSION = re.compile(r"#\s*(noqa: [A-Z]+[0-9]+|type: ignore\[[a-z-]+)")


def test_foreign_text_is_never_markup() -> None:
    wrong = []
    for path in sources("tui_agent/ui"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr == "from_markup":
                wrong.append(f"{place(path)}:{node.lineno} from_markup")
            if not isinstance(node, ast.Call):
                continue
            module, _, called = ast.unparse(node.func).rpartition(".")
            if module == "ask":  # the core's commands, imported under this name
                continue
            off = any(
                word.arg == "markup" and ast.unparse(word.value) == "False"
                for word in node.keywords
            )
            if called in TAKES_MARKUP and not off:
                wrong.append(f"{place(path)}:{node.lineno} {called} without markup=False")
    assert wrong == []


def test_every_module_says_its_one_reason_to_change() -> None:
    assert [place(path) for path in sources("tui_agent") if not ast.get_docstring(tree(path))] == []


def test_names_say_what_a_thing_is() -> None:
    vague = [place(path) for path in sources("tui_agent", "tests") if path.stem in VAGUE_MODULES]
    vague += [
        f"{place(path)}:{node.lineno} {node.name}"
        for path in sources("tui_agent")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name)
    ]
    assert vague == []


def test_lines_are_never_split_at_what_only_unicode_calls_a_line() -> None:
    wrong = [
        f"{place(path)}:{node.lineno}"
        for path in sources("tui_agent")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "splitlines"
    ]
    assert wrong == []


def test_nothing_is_left_unfinished() -> None:
    wrong = [
        f"{place(path)}: {node.lineno}"
        for path in sources("tui_agent")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Name) and node.id == "NotImplementedError"
    ]
    for path in sources("tui_agent", "bench"):
        wrong += [f"{place(path)}: {word}" for word in UNFINISHED.findall(text(path))]
    assert wrong == []


def _comments(path: Path) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(text(path)).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def test_suppressions_carry_a_code_and_only_become_fewer() -> None:
    found = [
        (f"{place(path)}:{line}", comment)
        for path in sources("tui_agent", "tests", "bench")
        for line, comment in _comments(path)
        if SUPPRESSION.search(comment)
    ]
    assert [place for place, comment in found if not CODED_SUPPRESSION.search(comment)] == []
    assert len(found) <= SUPPRESSIONS, "\n".join(place for place, _ in found)


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(n, ast.Name) and n.id in {"Exception", "BaseException"} for n in caught)


def test_broad_excepts_have_a_reason_and_only_become_fewer() -> None:
    found = []
    for path in sources("tui_agent"):
        comments = dict(_comments(path))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node):
                reason = comments.get(node.lineno, "").replace("—", "-").partition("-")[2]
                assert reason.strip(), f"{place(path)}:{node.lineno} says no reason after its code"
                found.append(f"{place(path)}:{node.lineno}")
    assert len(found) <= BROAD_EXCEPTS, "\n".join(found)


def test_every_test_name_is_a_sentence() -> None:
    wrong = [
        f"{place(path)}:{node.lineno} {node.name}"
        for path in sources("tests")
        for node in ast.walk(tree(path))
        if isinstance(node, FUNCTION)
        and node.name.startswith("test_")
        and (node.name.count("_") < 3 or ast.get_docstring(node))
    ]
    assert wrong == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    banned = re.compile(
        "|".join(("py" + r"pi\.org", "python" + "hosted", r"/wor" + r"k/", r"\.\./sha" + "red"))
    )
    looked_at = [
        path
        for pattern in ("*.toml", "*.md", "*.txt", "Makefile", ".ci/*", ".agentrc.example")
        for path in ROOT.glob(pattern)
        if path.is_file()
    ]
    looked_at += sources("tui_agent", "tests", "bench", "docs")
    looked_at += sorted((ROOT / "docs").rglob("*.md"))
    wrong = [
        f"{place(path)}:{number}"
        for path in looked_at
        for number, line in enumerate(text(path).split("\n"), 1)
        if banned.search(line)
    ]
    assert wrong == []
