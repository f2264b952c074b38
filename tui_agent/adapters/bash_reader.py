"""Reads a bash command by tree-sitter, as far as it is nothing but plain words.

What the grammar finds is believed only where every byte of the command belongs to a token of a few
known kinds: the parser has been seen to skip what bash runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from tui_agent.core.shell import PLAIN, Joint, Reading, Simple, refused

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_JOINTS: dict[str, Joint] = {"&&": "&&", "||": "||", ";": ";", "|": "|"}
_BRANCHES = frozenset({"program", "list", "pipeline"})
_BEFORE_TILDE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789^")
_NOWHERE = "/dev/null"
_REDIRECTIONS = frozenset({
    ("", ">", _NOWHERE), ("1", ">", _NOWHERE), ("2", ">", _NOWHERE), ("", ">>", _NOWHERE),
    ("2", ">>", _NOWHERE), ("", "&>", _NOWHERE), ("", "<", _NOWHERE), ("2", ">&", "1"),
})  # fmt: skip
"""Descriptor, sign and target of what may be redirected: to nowhere, or errors to the output."""


class _UnreadableError(ValueError):
    """The command is more than plain words; the message says by what."""


class BashReader:
    """Reads commands; the grammar is loaded with the first one."""

    def read(self, text: str) -> Reading:
        """Return the simple commands of `text`, or why it cannot be read. Never raises."""
        problem = refused(text)
        if problem:
            return Reading(problem=problem)
        source = text.encode()
        try:
            root = self._parser.parse(source).root_node
        except ImportError:
            return Reading(problem="tree-sitter, which reads commands, is not installed")
        if root.has_error:
            return Reading(problem="it cannot be read as a command")
        try:
            _check_covered(root, source)
            return Reading(commands=tuple(_commands(root)))
        except _UnreadableError as error:
            return Reading(problem=str(error))

    @cached_property
    def _parser(self) -> Parser:
        import tree_sitter_bash
        from tree_sitter import Language, Parser

        return Parser(Language(tree_sitter_bash.language()))


def _check_covered(root: Node, source: bytes) -> None:
    """Check that between two tokens there is nothing but blanks."""
    end = 0
    todo = [root]
    while todo:
        node = todo.pop()
        if node.is_missing:
            raise _UnreadableError("it cannot be read as a command")
        # Blanks at a string's ends belong to no token of their own: `_string` takes it whole.
        children = [] if node.type == "string" else node.children
        if children:
            todo.extend(reversed(children))
            continue
        if source[end : node.start_byte].strip(b" ") or node.start_byte < end:
            raise _UnreadableError("a part of it belongs to no word")
        end = node.end_byte
    if source[end:].strip(b" "):
        raise _UnreadableError("a part of it belongs to no word")


def _commands(root: Node) -> Iterator[Simple]:
    joint: Joint = ""
    last = ""
    for node in _flat(root):
        if node.type in _JOINTS:
            joint, last = _JOINTS[node.type], node.type
            continue
        yield Simple(words=_words(node), text=_text(node), joint=joint)
        last = "command"
    if last in ("&&", "||", "|", ""):
        raise _UnreadableError("it ends before its last command")


def _flat(root: Node) -> Iterator[Node]:
    """Give the commands and what joins them, in order; check their redirections on the way."""
    todo = [root]
    while todo:
        node = todo.pop()
        if node.type in _BRANCHES:
            todo.extend(reversed(node.children))
        elif node.type == "redirected_statement":
            body, *redirections = node.children
            for one in redirections:
                _check_redirection(one)
            todo.append(body)
        elif node.type == "command" or (node.type in _JOINTS and not node.is_named):
            yield node
        else:
            raise _UnreadableError(f"it holds {_named(node)}")


def _check_redirection(node: Node) -> None:
    if node.type != "file_redirect":
        raise _UnreadableError(f"it holds {_named(node)}")
    parts = [(one.type, _text(one)) for one in node.children]
    descriptor = parts.pop(0)[1] if parts[0][0] == "file_descriptor" else ""
    (_, sign), *targets = parts
    if [kind for kind, _ in targets] not in (["word"], ["number"]):
        raise _UnreadableError("it redirects")
    target = targets[0][1]
    if (descriptor, sign, target) not in _REDIRECTIONS:
        raise _UnreadableError(f"it redirects: {_text(node)}")


def _words(command: Node) -> tuple[str, ...]:
    name, *rest = command.children
    if name.type != "command_name" or len(name.children) != 1 or name.children[0].type != "word":
        raise _UnreadableError("its program is not a plain name")
    program = _text(name)
    if "/" in program or "=" in program or set(program) - PLAIN:
        raise _UnreadableError("its program is named by a path")
    return (program, *(_word(one) for one in rest))


def _word(node: Node) -> str:
    """Return what a word means to the program that gets it."""
    text = _text(node)
    if node.type in ("word", "number") and not node.children:
        _check_plain(text)
        return text
    if node.type == "raw_string":
        return text[1:-1]
    if node.type == "string":
        return _string(node, text)
    if node.type == "concatenation":
        _check_whole(node)
        joined = "".join(_word(one) for one in node.children)
        if "~" in joined:
            raise _UnreadableError("it holds a ~")
        return joined
    raise _UnreadableError(f"it holds {_named(node)}")


def _check_plain(text: str) -> None:
    for place, char in enumerate(text):
        if char in PLAIN:
            continue
        inside = char == "~" and text[place - 1 : place] and text[place - 1] in _BEFORE_TILDE
        if not inside or "=" in text or ":" in text[:place]:
            raise _UnreadableError(f"it holds {char} outside of quotes")


def _string(node: Node, text: str) -> str:
    if {one.type for one in node.children} - {'"', "string_content"}:
        raise _UnreadableError("it holds something that the shell replaces")
    inner = text[1:-1]
    if set(inner) & set('"$`\\!'):
        raise _UnreadableError("it holds something that the shell replaces")
    return inner


def _check_whole(node: Node) -> None:
    end = node.start_byte
    for one in node.children:
        if one.start_byte != end:
            raise _UnreadableError("a word has a gap")
        end = one.end_byte
    if end != node.end_byte:
        raise _UnreadableError("a word has a gap")


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _named(node: Node) -> str:
    return node.type.replace("_", " ")
