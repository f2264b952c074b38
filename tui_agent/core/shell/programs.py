"""Which words of which programs only read: one entry a program, what is not in it asks.

Left out on purpose, although it looks harmless: `sort -o`, `uniq A B`, `tree -o` and `xxd A B`
write, `date -f`, `wc --files0-from` and `file -f` print any file, `tail -f` never ends, `-L` and
`-R` follow links, `hostname NAME` and `date -s` set, `rg --pre` and `rg -z` run programs, and
`python -v` runs what it is told on its input, and `ps -ue` shows what is in the environment.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui_agent.core.shell.options import Program


def _long(text: str) -> frozenset[str]:
    return frozenset(f"--{one}" for one in text.split())


_COLOR = _long("color colour")
VERSION = frozenset({"--version"})

_GREP = Program(
    flags="abcEFGhHilLnoPqrsvwxy",
    numbers="ABCm",
    texts="e",
    long=_long(
        "extended-regexp fixed-strings basic-regexp perl-regexp ignore-case no-ignore-case "
        "word-regexp line-regexp no-messages invert-match byte-offset line-number line-buffered "
        "with-filename no-filename only-matching quiet silent text recursive files-without-match "
        "files-with-matches count initial-tab null"
    )
    | VERSION,
    valued=_long(
        "regexp max-count label binary-files include exclude exclude-dir after-context "
        "before-context context"
    ),
    perhaps=_COLOR,
    counted=True,
    leading=1,
    leading_by=frozenset({"-e", "--regexp"}),
    below_by=frozenset({"-r", "--recursive"}),
)
_RIPGREP = Program(
    flags="0acFHIilnNoPpqsSuUvwx",
    numbers="ABCmMj",
    texts="egtTr",
    long=_long(
        "case-sensitive ignore-case smart-case fixed-strings invert-match word-regexp line-regexp "
        "count count-matches files files-with-matches files-without-match line-number "
        "no-line-number column no-column heading no-heading only-matching pretty quiet stats trim "
        "vimgrep with-filename no-filename json no-config no-messages type-list null passthru "
        "glob-case-insensitive no-follow one-file-system multiline multiline-dotall hidden "
        "no-hidden no-ignore no-ignore-vcs unrestricted debug"
    )
    | VERSION,
    valued=_long(
        "regexp glob iglob type type-not max-count max-columns max-depth max-filesize "
        "after-context before-context context color colors sort sortr replace threads"
    ),
    leading=1,
    leading_by=frozenset({"-e", "--regexp", "--files", "--type-list", "--version"}),
    below=True,
    hidden_by=frozenset({"-u", "--hidden", "--unrestricted"}),
    shown_by=frozenset({"-g", "--glob", "--iglob", "-t", "--type"}),
)
_SUM = Program(flags="bt", long=_long("binary text tag zero") | VERSION)
_TEXT = Program(flags="bETnstuvAe", long=_long("number squeeze-blank show-all show-ends"))
_VERSION = Program(long=VERSION, operands="none", needs=VERSION)
_VERSION_TOO = Program(
    long=VERSION, flags="vV", operands="none", needs=VERSION | frozenset({"-v", "-V"})
)
_PYTHON = Program(long=VERSION, flags="V", operands="none", needs=VERSION | frozenset({"-V"}))

PROGRAMS: Mapping[str, Program] = {
    "ls": Program(
        flags="1aAbBcCdfFghiklmnNopqQrRsStuUvxXZ",
        numbers="wT",
        texts="I",
        long=_long(
            "all almost-all author escape directory human-readable si inode numeric-uid-gid "
            "no-group reverse recursive size group-directories-first full-time file-type literal"
        )
        | VERSION,
        valued=_long("sort time time-style format ignore hide indicator-style quoting-style width"),
        perhaps=_COLOR | _long("classify hyperlink"),
    ),
    "pwd": Program(flags="LP", operands="none"),
    "cat": Program(flags="AbeEnstTuv", long=_TEXT.long | _long("number-nonblank show-tabs")),
    "head": Program(
        flags="qvz", numbers="nc", counted=True, long=_long("quiet silent verbose"),
        valued=_long("lines bytes"),
    ),
    "tail": Program(
        flags="qvz", numbers="nc", counted=True, long=_long("quiet silent verbose"),
        valued=_long("lines bytes"),
    ),
    "tac": Program(flags="b"),
    "rev": Program(),
    "nl": Program(flags="p", texts="bdfhnsvwi", numbers="l"),
    "wc": Program(flags="clmwL", long=_long("bytes chars lines words max-line-length")),
    "sort": Program(
        flags="bcCdfghiMmnrRsuVz", texts="kt", valued=_long("key field-separator sort"),
        long=_long(
            "reverse unique numeric-sort human-numeric-sort version-sort ignore-case stable "
            "dictionary-order general-numeric-sort ignore-leading-blanks check"
        ),
    ),
    "uniq": Program(
        flags="cdDiuz", numbers="fsw", most=1, ordered=True,
        long=_long("count repeated unique ignore-case"),
        valued=_long("skip-fields skip-chars check-chars"),
    ),
    "cut": Program(
        flags="nsz", texts="bcdf", long=_long("only-delimited complement"),
        valued=_long("bytes characters delimiter fields output-delimiter"),
    ),
    "tr": Program(
        flags="cCdst", long=_long("complement delete squeeze-repeats truncate-set1"),
        operands="texts", least=1,
    ),
    "paste": Program(flags="sz", texts="d", long=_long("serial"), valued=_long("delimiters")),
    "join": Program(flags="i", texts="12aejotv", least=2, most=2),
    "comm": Program(flags="123z", least=2, most=2, long=_long("check-order nocheck-order total")),
    "column": Program(flags="txne", texts="s", numbers="c", long=_long("table")),
    "fold": Program(flags="bs", numbers="w", valued=_long("width"), long=_long("spaces bytes")),
    "expand": Program(flags="i", texts="t"),
    "unexpand": Program(flags="a", texts="t"),
    "fmt": Program(flags="cstu", numbers="w"),
    "cmp": Program(
        flags="bls", numbers="n", least=2, most=2, long=_long("print-bytes verbose quiet silent")
    ),
    "diff": Program(
        flags="abBcdeEiNpqstTuwy", numbers="UCW", least=2, most=2,
        long=_long(
            "brief report-identical-files ignore-case ignore-all-space ignore-space-change "
            "ignore-blank-lines minimal side-by-side suppress-common-lines text"
        ),
        valued=_long("label"),
        perhaps=_COLOR | _long("unified context"),
        below=True,
    ),
    "grep": _GREP,
    "egrep": _GREP,
    "fgrep": _GREP,
    "rg": _RIPGREP,
    "file": Program(
        flags="bhikN0", long=_long("brief mime mime-type mime-encoding no-pad") | VERSION
    ),
    "stat": Program(
        flags="tx", texts="c", long=_long("terse") | VERSION, valued=_long("format printf"), least=1
    ),
    "du": Program(
        flags="abchkmsSx", numbers="dt", texts="B",
        long=_long("all summarize human-readable total bytes apparent-size one-file-system"),
        valued=_long("max-depth exclude threshold block-size"), perhaps=_long("time"),
    ),
    "df": Program(flags="ahHiklPT", texts="t", long=_long("human-readable inodes print-type")),
    "tree": Program(
        flags="aAdDfFghinpqrsStuv", numbers="L", texts="IP",
        long=_long("dirsfirst noreport du si prune gitignore inodes filesfirst"),
        valued=_long("charset sort filelimit timefmt"),
    ),
    "basename": Program(flags="az", texts="s", operands="texts", long=_long("multiple"), least=1),
    "dirname": Program(flags="z", operands="texts", least=1),
    "realpath": Program(
        flags="emqsz", least=1, long=_long("canonicalize-existing canonicalize-missing no-symlinks")
    ),
    "readlink": Program(flags="efmnqsvz", least=1, long=_long("canonicalize")),
    "md5sum": _SUM,
    "sha1sum": _SUM,
    "sha224sum": _SUM,
    "sha256sum": _SUM,
    "sha384sum": _SUM,
    "sha512sum": _SUM,
    "b2sum": _SUM,
    "cksum": Program(texts="a", valued=_long("algorithm")),
    "sum": Program(flags="rs"),
    "strings": Program(flags="af", numbers="n", texts="et", counted=True),
    "od": Program(flags="abcdfhiloOsxvX", texts="tAjN", rest="w"),
    "hexdump": Program(flags="bcCdovx", numbers="ns"),
    "xxd": Program(flags="beipu", numbers="clgs", most=1, ordered=True),
    "base64": Program(flags="di", numbers="w", most=1, long=_long("decode"), valued=_long("wrap")),
    "jq": Program(
        flags="acCejMnrRsS", leading=1,
        long=_long(
            "compact-output raw-output raw-input slurp null-input sort-keys exit-status tab "
            "color-output monochrome-output join-output"
        ),
        valued=_long("indent"),
        unless_text=("import", "include", "env", "ENV"),
    ),
    "echo": Program(flags="neE", operands="texts"),
    "seq": Program(flags="w", texts="sf", operands="texts", counted=True, least=1),
    "date": Program(
        flags="uR", texts="d", rest="I", operands="format",
        long=_long("utc universal rfc-email") | VERSION, valued=_long("date rfc-3339"),
        perhaps=_long("iso-8601"),
    ),
    "true": Program(operands="none"),
    "false": Program(operands="none"),
    "whoami": Program(operands="none"),
    "id": Program(flags="gGnru", operands="texts", most=1),
    "groups": Program(operands="none"),
    "uname": Program(flags="amnoprsv", operands="none", long=_long("all")),
    "arch": Program(operands="none"),
    "nproc": Program(operands="none", long=_long("all")),
    "hostname": Program(flags="s", operands="none"),
    "uptime": Program(flags="ps", operands="none"),
    "free": Program(flags="bghkmtw", operands="none"),
    "ps": Program(flags="aefjl", operands="none"),
    "which": Program(flags="a", operands="texts", least=1),
    "type": Program(flags="aptP", operands="texts", least=1),
    "cargo": _VERSION_TOO,
    "gcc": _VERSION,
    "clang": _VERSION,
    "cmake": _VERSION,
    "make": _VERSION_TOO,
    "node": _VERSION_TOO,
    "python": _PYTHON,
    "python3": _PYTHON,
    "ruby": _VERSION_TOO,
    "rustc": _VERSION_TOO,
}  # fmt: skip
