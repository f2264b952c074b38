"""Which sub-commands and flags of git only read.

Left out on purpose: `-c`, `-C` and `--exec-path` change what runs, `--output` writes, `--ext-diff`,
`--textconv`, `-O` and `--show-signature` run programs, `--no-index` and `--contents` read any file,
`%G` and `%(signature)` in a format run gpg.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tui_agent.core.shell.options import Program, looked_at
from tui_agent.core.shell.values import Looked

BEFORE = frozenset({"--no-pager", "-P", "--no-optional-locks", "--literal-pathspecs"})
"""Flags of git itself that may stand before the sub-command."""
_SIGNED = ("%G", "signature")


def _long(text: str) -> frozenset[str]:
    return frozenset(f"--{one}" for one in text.split())


_SHOWS = frozenset({"-p", "-u", "-U", "-c", "-W"}) | _long(
    "patch unified patch-with-stat binary function-context word-diff word-diff-regex color-words "
    "check"
)
_DIFF = Program(
    flags="abDpRstuwWz",
    rest="BCM",
    numbers="Ul",
    texts="SG",
    long=_long(
        "stat shortstat numstat summary name-only name-status cached staged patch no-patch raw "
        "patch-with-stat minimal patience histogram word-diff no-color no-renames check full-index "
        "binary text ignore-all-space ignore-space-change ignore-space-at-eol ignore-blank-lines "
        "function-context exit-code quiet no-ext-diff no-textconv pickaxe-regex pickaxe-all "
        "merge-base compact-summary cumulative no-prefix indent-heuristic"
    ),
    valued=_long("diff-filter diff-algorithm inter-hunk-context word-diff-regex"),
    perhaps=_long(
        "unified stat color color-words word-diff abbrev find-renames find-copies dirstat relative "
        "color-moved ignore-submodules submodule"
    ),
    operands="revisions",
    shows=True,
    shows_by=_SHOWS,
    hides_by=frozenset({"-s"})
    | _long(
        "stat shortstat numstat summary name-only name-status raw no-patch dirstat compact-summary "
        "cumulative quiet"
    ),
)
_LOG = replace(
    _DIFF,
    flags=_DIFF.flags + "cEFiPm",
    numbers=_DIFF.numbers + "n",
    counted=True,
    texts=_DIFF.texts,
    long=_DIFF.long
    | _long(
        "oneline graph all branches tags remotes merges no-merges first-parent reverse follow "
        "abbrev-commit no-abbrev-commit topo-order date-order author-date-order left-right "
        "cherry-pick cherry-mark no-decorate parents children boundary source full-history "
        "simplify-by-decoration all-match invert-grep regexp-ignore-case extended-regexp "
        "fixed-strings perl-regexp relative-date no-notes walk-reflogs no-mailmap log-size"
    ),
    valued=_DIFF.valued
    | _long("max-count skip since until after before author committer grep date exclude glob"),
    perhaps=_DIFF.perhaps
    | _long("pretty decorate branches tags remotes notes format min-parents max-parents encoding"),
    shows=False,
    hides_by=frozenset(),
    unless_text=_SIGNED,
)
_REFS = Program(
    long=_long("ignore-case omit-empty") | _long("merged no-merged contains no-contains"),
    valued=_long("sort format count points-at"),
    perhaps=_long("merged no-merged contains no-contains color"),
    operands="texts",
    unless_text=_SIGNED,
)

_LISTS = _long("list merged no-merged contains no-contains points-at") | {"-l", "-n"}
_KEYS = (
    "user.", "core.", "branch.", "init.", "remote.", "pull.", "push.", "merge.", "diff.", "alias.",
    "color.", "log.", "rebase.", "commit.", "tag.", "submodule.", "status.", "fetch.",
)  # fmt: skip
"""The settings that hold no secret."""

VERBS: Mapping[str, Program] = {
    "status": Program(
        flags="sbvz", rest="u",
        long=_long(
            "short branch long verbose show-stash no-renames ahead-behind no-ahead-behind null"
        ),
        perhaps=_long("porcelain untracked-files ignored column find-renames ignore-submodules"),
        shows_by=frozenset({"-v", "--verbose"}),
    ),
    "diff": _DIFF,
    "diff-tree": replace(_DIFF, flags=_DIFF.flags + "rmcv", shows=False),
    "log": _LOG,
    "show": replace(_LOG, shows=True),
    "shortlog": replace(
        _LOG, flags="snec", numbers="", texts="", rest="w", long=_LOG.long | _long("summary"),
        shows_by=frozenset(),
    ),
    "whatchanged": _LOG,
    "reflog": _LOG,
    "rev-list": replace(_LOG, long=_LOG.long | _long("count objects")),
    "blame": Program(
        flags="bceflnpstw", rest="MC", texts="L", operands="revisions",
        long=_long("porcelain line-porcelain show-name show-number show-email root show-stats"),
        valued=_long("since date ignore-rev"), perhaps=_long("abbrev"),
    ),
    "branch": replace(
        _REFS, flags="arvl", operands_by=_LISTS,
        long=_REFS.long | _long("all remotes list show-current verbose no-abbrev no-color"),
        perhaps=_REFS.perhaps | _long("abbrev column"),
    ),
    "tag": replace(
        _REFS, flags="l", rest="n", long=_REFS.long | _long("list"), operands_by=_LISTS,
    ),
    "for-each-ref": _REFS,
    "show-ref": Program(
        flags="ds", long=_long("heads tags head dereference hash verify quiet"), operands="texts"
    ),
    "symbolic-ref": Program(
        flags="q", long=_long("short quiet"), operands="texts", least=1, most=1
    ),
    "rev-parse": Program(
        flags="q",
        long=_long(
            "show-toplevel show-prefix show-cdup git-dir git-common-dir absolute-git-dir "
            "is-inside-work-tree is-inside-git-dir is-bare-repository verify quiet symbolic all "
            "symbolic-full-name show-object-format is-shallow-repository"
        ),
        perhaps=_long("short abbrev-ref branches tags remotes"),
        operands="texts",
    ),
    "name-rev": Program(long=_long("name-only tags always"), operands="texts"),
    "merge-base": Program(
        flags="a", long=_long("all is-ancestor fork-point octopus"), operands="texts", least=1
    ),
    "describe": Program(
        long=_long("tags all always long first-parent exact-match contains"),
        perhaps=_long("dirty broken"), valued=_long("match exclude candidates abbrev"),
        operands="texts",
    ),
    "ls-files": Program(
        flags="cdmostuvz",
        long=_long(
            "cached deleted modified others stage unmerged exclude-standard full-name eol "
            "error-unmatch directory deduplicate recurse-submodules killed"
        ),
        texts="x", valued=_long("exclude format"), perhaps=_long("abbrev"),
    ),
    "ls-tree": Program(
        flags="dlrtz", long=_long("name-only name-status object-only full-name full-tree long"),
        valued=_long("format"), operands="revisions", least=1,
    ),
    "cat-file": Program(
        flags="epst", operands="revisions", least=1, most=2,
        shows=True, hides_by=frozenset({"-e", "-s", "-t"}),
    ),
    "grep": Program(
        flags="acEFGhHIilLnoPpvwW", numbers="ABCm", texts="e", counted=True,
        long=_long(
            "ignore-case word-regexp invert-match line-number count files-with-matches "
            "files-without-match name-only extended-regexp basic-regexp fixed-strings perl-regexp "
            "only-matching heading break show-function function-context cached untracked text "
            "and or not all-match quiet column no-color full-name"
        ),
        valued=_long("max-depth threads max-count"), perhaps=_long("color"),
        leading=1, leading_by=frozenset({"-e"}), below=True, shows=True,
    ),
    "remote": Program(flags="v", long=_long("verbose"), operands="none"),
    "config": Program(
        long=_long("get get-all local global show-origin show-scope null"),
        operands="texts", least=1, most=1,
    ),
    "count-objects": Program(flags="vH", operands="none"),
    "check-ignore": Program(flags="vnq", long=_long("verbose non-matching quiet no-index")),
    "cherry": Program(flags="v", operands="texts"),
    "version": Program(operands="none"),
    "--version": Program(operands="none"),
}  # fmt: skip
_SECOND: Mapping[tuple[str, str], Program] = {
    ("stash", "list"): replace(_LOG, operands="none"),
    ("stash", "show"): replace(_DIFF, most=1, shows=False),
    ("worktree", "list"): Program(flags="v", long=_long("porcelain"), operands="none"),
    ("remote", "get-url"): Program(long=_long("push all"), operands="texts", least=1, most=1),
    ("reflog", "show"): _LOG,
    ("notes", "list"): Program(operands="texts"),
    ("notes", "show"): Program(operands="texts"),
}


def read_by_git(words: Sequence[str]) -> Looked | None:
    """Return what git looks at, given the words after `git`; None where it may do more."""
    rest = list(words)
    while rest and rest[0] in BEFORE:
        rest.pop(0)
    if not rest:
        return None
    second = _SECOND.get((rest[0], rest[1])) if len(rest) > 1 else None
    if second is not None:
        return looked_at(second, rest[2:])
    program = VERBS.get(rest[0])
    if program is None or not _is_plain(rest):
        return None
    return looked_at(program, rest[1:])


def _is_plain(words: Sequence[str]) -> bool:
    """Return whether no word after the verb is a verb itself, nor the name of a secret."""
    if words[0] == "reflog":
        return not {"expire", "delete", "drop", "write"} & set(words[1:2])
    if words[0] == "config":
        return all(word.startswith(("-", *_KEYS)) for word in words[1:])
    return True
