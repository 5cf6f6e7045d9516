"""The look of the HTML report: calm, readable by day, by night and on paper."""

from __future__ import annotations

CSS = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f7f8; --rule: #d8dce0; --ink: #1b2127; --quiet: #55606b; --accent: #0b5a8f;
  --critical: #a3123a; --high: #b03c06; --medium: #7d5800; --low: #1f5f94; --info: #55606b;
  --mark: #fde7c8; --mark-ink: #1b2127; --row: #fff7ea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --panel: #1d2126; --rule: #353b43; --ink: #e3e7eb; --quiet: #a2acb7; --accent: #7cc0f2;
    --critical: #ff8fa8; --high: #ffa36b; --medium: #e6c25a; --low: #86bff0; --info: #a2acb7;
    --mark: #5a4316; --mark-ink: #fff3dc; --row: #262119;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header, main, footer { max-width: 58rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 3rem; }
footer { padding-top: 1.5rem; padding-bottom: 3rem; color: var(--quiet); font-size: .875rem; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h1 { margin: .25rem 0 .5rem; font-size: 2rem; letter-spacing: -.015em; }
h2 { margin: 3.5rem 0 1rem; font-size: 1.375rem; }
h3 { margin: 0; font-size: 1.125rem; }
h4 { margin: 0; font-size: .9375rem; font-weight: 600; }
p { margin: .5rem 0; max-width: 68ch; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre, td, dd, h4, .where { overflow-wrap: anywhere; unicode-bidi: isolate; }
code, pre { font-family: ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, monospace; }
code { font-size: .875em; }
p code, dd code { background: var(--panel); padding: .1em .3em; border-radius: .25em; }
.quiet, caption { color: var(--quiet); }
.small { font-size: .875rem; }
.numbers { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; margin: 1.75rem 0 .75rem; }
.numbers div { display: flex; flex-direction: column-reverse; }
.numbers dt { font-size: .875rem; }
.numbers dd { margin: 0; font-size: 2.25rem; font-weight: 650; line-height: 1.1; font-variant-numeric: tabular-nums; }
.numbers .none dt, .numbers .none dd { color: var(--quiet); font-weight: 400; }
.bar { display: block; width: 100%; height: .625rem; margin: .5rem 0 1.25rem; }
rect.track { fill: var(--rule); }
rect.critical { fill: var(--critical); } rect.high { fill: var(--high); } rect.medium { fill: var(--medium); }
rect.low { fill: var(--low); } rect.info { fill: var(--info); }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); }
.low { color: var(--low); } .info { color: var(--info); }
.badge { display: inline-block; min-width: 4.75rem; padding: .05rem .5rem; border: 1px solid currentColor;
  border-radius: 1rem; font-size: .8125rem; font-weight: 600; text-align: center; }
table { width: 100%; table-layout: fixed; border-collapse: collapse; font-size: .9375rem; margin: 1rem 0; }
caption { text-align: left; font-size: .875rem; padding-bottom: .35rem; }
th, td { padding: .45rem 1rem .45rem 0; border-top: 1px solid var(--rule); text-align: left; vertical-align: top;
  font-variant-numeric: tabular-nums; }
th.narrow { width: 7rem; }
th { font-size: .8125rem; font-weight: 600; color: var(--quiet); border-top: 0; }
.rule { margin: 2rem 0 3rem; border-top: 3px solid currentColor; }
.rule > * { color: var(--ink); }
.rule > .about { padding: 1rem 0 .25rem; }
.about .head { display: flex; gap: .75rem; align-items: baseline; justify-content: space-between; }
.about dl { display: grid; grid-template-columns: 6rem 1fr; gap: .4rem 1rem; margin: 1rem 0; }
.about dt { color: var(--quiet); font-size: .875rem; }
.about dd { margin: 0; max-width: 68ch; }
.about ul { margin: 0; padding: 0; list-style: none; }
.finding { border-top: 1px solid var(--rule); padding: 1rem 0; break-inside: avoid; }
.finding .meta { margin: .15rem 0 .6rem; max-width: none; }
.excerpt { margin: .6rem 0; padding: .4rem 0; background: var(--panel); border: 1px solid var(--rule);
  border-radius: .375rem; font-size: .8125rem; line-height: 1.6; }
.line { display: grid; grid-template-columns: 4rem 1fr; white-space: pre-wrap; font-size: 1em; }
.line .number { padding-right: 1rem; text-align: right; color: var(--quiet); user-select: none; }
.line .text { padding-right: .75rem; overflow-wrap: anywhere; unicode-bidi: isolate; }
.line.at { background: var(--row); }
.line.at .number { color: var(--ink); font-weight: 700; }
mark { background: var(--mark); color: var(--mark-ink); border-radius: .2em; }
.facts { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .1rem 1rem; margin: .6rem 0 0;
  font-size: .875rem; }
.facts dt { color: var(--quiet); } .facts dd { margin: 0; }
.map { overflow-x: auto; margin: 1.25rem 0; }
svg.paths { display: block; font-size: 12px; font-family: inherit; }
rect.node { fill: var(--panel); stroke: var(--rule); } rect.zone { stroke-dasharray: 2 3; stroke: var(--quiet); }
rect.target { stroke: var(--critical); stroke-width: 2; }
svg.paths text { fill: var(--ink); } svg.paths .kind, svg.paths .said { fill: var(--quiet); font-size: 11px; }
svg.paths .said { stroke: var(--paper); stroke-width: 4px; paint-order: stroke; }
path.step { fill: none; stroke: var(--quiet); stroke-width: 1.5; } path.maybe { stroke-dasharray: 5 4; }
path.head { fill: var(--quiet); } path.opened { stroke: var(--high); } path.head.opened { fill: var(--high); }
.path { border-top: 1px solid var(--rule); padding: 1rem 0; break-inside: avoid; }
.path ol { margin: .5rem 0; padding-left: 1.5rem; max-width: 80ch; } .path li { overflow-wrap: anywhere; }
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--accent); }
@media (max-width: 40rem) {
  .about dl, .facts { grid-template-columns: 1fr; gap: 0; } .about dd, .facts dd { margin-bottom: .5rem; }
  .line { grid-template-columns: 3rem 1fr; }
}
@media print {
  :root { --paper: #fff; --panel: #f6f7f8; --rule: #ccc; --ink: #000; --quiet: #444; --accent: #000; --row: #eee;
    --mark: #ddd; --mark-ink: #000; --critical: #a3123a; --high: #b03c06; --medium: #7d5800; --low: #1f5f94;
    --info: #444; }
  body { font-size: 10pt; } header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  header { padding-top: 0; } h2 { break-after: avoid; } .about { break-inside: avoid; break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  rect, .line.at, mark { print-color-adjust: exact; }
}
"""
