"""How the one-file page looks: the theme's colours, dark and light, as a style sheet."""

from __future__ import annotations

from collections.abc import Mapping

from tui_agent.ui.tui.theme import choose_theme

_TRUE_COLOUR = {"COLORTERM": "truecolor"}


def style_sheet() -> str:
    """Return the style sheet; the reader's own setting chooses between dark and light."""
    dark, light = (choose_theme(name, _TRUE_COLOUR).colours for name in ("dark", "light"))
    return (
        f":root {{ color-scheme: dark light; {_variables(dark)} }}\n"
        f"@media (prefers-color-scheme: light) {{ :root {{ {_variables(light)} }} }}\n"
        f"@media print {{ :root {{ {_variables(light)} }} }}\n" + RULES
    )


def _variables(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


RULES = """
* { box-sizing: border-box; }
html { background: var(--canvas); }
body { margin: 0; color: var(--text); background: var(--canvas);
  font: 14px/1.55 ui-monospace, "JetBrains Mono", "Cascadia Code", "SF Mono", Menlo, Consolas,
    "DejaVu Sans Mono", monospace; }
main, header > div { max-width: 1060px; margin: 0 auto; padding: 0 28px; }
header { background: var(--surface); padding: 14px 0 22px; }
.bar { display: flex; flex-wrap: wrap; gap: 4px 22px; align-items: baseline; color: var(--text-3); }
.bar b { color: var(--text); }
.badge { background: var(--replay); color: var(--on-badge); font-weight: bold; padding: 0 8px; }
.right { margin-left: auto; }
h1 { font-size: 20px; line-height: 1.35; margin: 22px 0 6px; font-weight: bold; }
.facts { color: var(--text-2); }
.facts { display: flex; flex-wrap: wrap; gap: 0 3ch; }
nav { margin: 20px 0 0; overflow-x: auto; }
.strip { display: flex; align-items: flex-end; gap: 1px; height: 34px; min-width: min-content; }
.strip a { flex: 1 1 9px; min-width: 9px; max-width: 22px; display: flex; flex-direction: column;
  justify-content: flex-end; align-items: stretch; text-decoration: none; height: 100%;
  color: var(--text-3); text-align: center; font-size: 12px; line-height: 16px; }
.strip a i { display: block; background: var(--bar); opacity: .75; }
.strip a:hover, .strip a:focus { background: var(--selected); }
.turns { display: flex; flex-wrap: wrap; gap: 2px 20px; margin-top: 8px; color: var(--text-3); }
.turns a { color: var(--text-2); text-decoration: none; max-width: 34ch; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }
.turns a:hover { color: var(--accent); }
.warn { color: var(--warning); margin: 14px 0 0; }
section { padding: 26px 0 6px; }
section + section { border-top: 1px solid var(--line); }
.said { background: var(--raised); font-weight: bold; padding: 7px 16px 7px 34px; margin: 0 0 16px;
  position: relative; white-space: pre-wrap; overflow-wrap: anywhere; scroll-margin-top: 12px; }
.said::before { content: "\\203a"; color: var(--accent); position: absolute; left: 15px; }
.said time { float: right; color: var(--text-3); font-weight: normal; margin-left: 2ch; }
.said small { display: block; color: var(--text-3); font-weight: normal; }
.answer { margin: 0 16px 16px 34px; overflow-wrap: anywhere; max-width: 84ch; }
.answer p { margin: 0 0 10px; }
.answer h1, .answer h2, .answer h3, .answer h4 { font-size: 15px; margin: 16px 0 8px; }
.answer ul, .answer ol { margin: 0 0 10px; padding-left: 3ch; }
.answer code { color: var(--string); }
.answer a { color: var(--accent); }
.answer pre { background: var(--surface); padding: 10px 14px; overflow-x: auto; margin: 0 0 12px; }
.answer pre code { color: var(--text); }
.answer table { border-collapse: collapse; margin: 0 0 12px; }
.answer th { color: var(--text-2); text-align: left; }
.answer td, .answer th { padding: 2px 2ch 2px 0; }
.answer blockquote { margin: 0 0 10px; padding-left: 2ch; color: var(--text-2);
  border-left: 2px solid var(--line); }
.thought { color: var(--text-3); font-style: italic; margin: 0 16px 8px 34px; }
.thought summary { cursor: pointer; }
.call { margin: 0 16px 2px 14px; scroll-margin-top: 12px; }
.call:target, .said:target { background: var(--selected); }
.line { display: flex; gap: 1.2ch; align-items: baseline; color: var(--text-2); }
.line .sign { width: 1ch; flex: none; color: var(--text-3); }
.line .verb { width: 8ch; flex: none; }
.line .subject { flex: 1 1 auto; overflow-wrap: anywhere; }
.line .result { flex: none; max-width: 46%; text-align: right; color: var(--text-3); }
.line.bad .sign, .line.bad .result { color: var(--removed); }
.line.edit .subject, .line.asked .verb { color: var(--text); }
.decision { margin-left: 10.6ch; color: var(--text-3); }
.decision b { font-weight: normal; color: var(--added); }
.decision b.no { color: var(--removed); }
details.output > summary { cursor: pointer; list-style: none; }
details.output > summary::-webkit-details-marker { display: none; }
details.output > summary .result::after { content: " \\25b8"; }
details.output[open] > summary .result::after { content: " \\25be"; }
details.output pre { margin: 2px 0 8px 2.2ch; padding: 2px 0 2px 2ch; color: var(--text-2);
  border-left: 2px solid var(--bar); white-space: pre-wrap; overflow-wrap: anywhere; }
.call + .answer, .call + .report { margin-top: 16px; }
.file { margin: 12px 0 18px 2.2ch; background: var(--surface); }
.file > .path { display: flex; gap: 2ch; padding: 5px 14px; background: var(--selected); }
.file > .path b { overflow-wrap: anywhere; }
.file > .path .ledger { margin-left: auto; letter-spacing: .5ch; }
.plus { color: var(--added); } .minus { color: var(--removed); }
.filenote { padding: 3px 14px; color: var(--text-2); }
.hunk { border-left: 4px solid var(--added); margin: 6px 0 10px; }
.hunk.rejected { border-left: 4px dashed var(--removed); }
.hunk.undecided { border-left-color: var(--pending); }
.hunk > .head { display: flex; gap: 1.5ch; padding: 3px 14px 3px 10px; background: var(--raised); }
.hunk > .head .what { margin-left: auto; white-space: pre-wrap; text-align: right;
  color: var(--text-3); }
.hunk > .head em { color: var(--text); }
.added { color: var(--added); } .removed { color: var(--removed); }
.pending { color: var(--pending); } .warning { color: var(--warning); }
.danger { color: var(--danger); } .text-3 { color: var(--text-3); } .text { color: var(--text); }
.accent { color: var(--accent); } .replay { color: var(--replay); }
.code { overflow-x: auto; }
.code > div { display: grid; grid-template-columns: 6ch 3ch 1fr; min-width: max-content; }
.code > div > * { white-space: pre; }
.code u { text-decoration: none; color: var(--text-3); text-align: right; padding-right: 1ch;
  user-select: none; }
.code s { text-decoration: none; font-weight: bold; text-align: center; user-select: none; }
.code .add { background: var(--added-line); } .code .add u { background: var(--added-number);
  color: var(--added); } .code .add s { color: var(--added); }
.code .del { background: var(--removed-line); } .code .del u { background: var(--removed-number); }
.code .del s { color: var(--removed); }
.code .same code { opacity: .72; }
.code .out, .code .out u { background: none; } .code .out u { color: var(--text-3); }
.code .add.out u { color: var(--text-3); background: none; }
.code .del.out u { background: none; }
.code .add.out, .code .del.out { background: none; }
.code .add.out code, .code .add.out code * { color: var(--text-3); text-decoration: line-through; }
.code .out s { color: var(--text-3); }
.keyword { color: var(--keyword); } .string { color: var(--string); }
.function { color: var(--function); } .type { color: var(--type); }
.number { color: var(--number); } .comment { color: var(--comment); }
.italic { font-style: italic; } .bold { font-weight: bold; }
.note { margin: 0 16px 8px 34px; color: var(--text-3); }
.note.warning { color: var(--warning); } .note.error { color: var(--danger); }
.report { margin: 16px 16px 26px 14px; padding: 10px 0 0 2.2ch; border-top: 1px solid var(--line); }
.report .head { margin-left: -2.2ch; display: flex; gap: 1.2ch; font-weight: bold; }
.report .head .sign { width: 1ch; }
.report div { color: var(--text-2); white-space: pre-wrap; }
.report .head div, .report .head { color: var(--text); }
footer { color: var(--text-3); padding: 22px 0 40px; border-top: 1px solid var(--line); }
@media (max-width: 700px) { main, header > div { padding: 0 12px; } body { font-size: 13px; }
  .line { flex-wrap: wrap; } .line .result { max-width: 100%; } .answer { margin-left: 16px; } }
"""
