"""A model's Markdown as HTML in which nothing of it is HTML: no tags, no pictures, no scripts."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING

from tui_agent.ui.clean import clean
from tui_agent.ui.tui.highlight import highlighted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererProtocol
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict


def prose(text: str) -> str:
    """Return the HTML of a text; a link is shown with where it leads and is not one."""
    html: str = _parser().render(clean(text))
    return html


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("link_close", _link_end)
    return parser


def _fence(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _environ: Mapping[str, object],
) -> str:
    token = tokens[index]
    words = token.info.split()
    lines = highlighted(token.content.rstrip("\n"), language=words[0] if words else "")
    rows = (
        "".join(f'<span class="{role}">{escape(text)}</span>' for text, role in line)
        for line in lines
    )
    return "<pre><code>" + "\n".join(rows) + "</code></pre>\n"


def _link(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _environ: Mapping[str, object],
) -> str:
    target = str(tokens[index].attrs.get("href", ""))
    return f'<span class="accent" title="{escape(target)}">'


def _link_end(*_: object) -> str:
    return "</span>"
