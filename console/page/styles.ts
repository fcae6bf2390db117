/** The page's one style sheet. No style attributes anywhere, so that the policy can name it by its hash. */
export const styles = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f2; --card: #ffffff; --text: #1d2420; --quiet: #5b665f; --line: #dfe2da;
  --leaf: #23683f; --leaf-soft: #dcefe0; --sky: #1f5673; --sky-soft: #deedf5;
  --warn: #8a5300; --warn-soft: #fdf0d3; --bad: #a3242c; --bad-soft: #fbe3e2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121613; --card: #1a201c; --text: #e6ebe6; --quiet: #9daaa1; --line: #2f3832;
    --leaf: #8fd6a5; --leaf-soft: #1d3a27; --sky: #93c9e6; --sky-soft: #17323f;
    --warn: #f0c274; --warn-soft: #3a2c10; --bad: #ff9c96; --bad-soft: #43191b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 0 1rem 3rem; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums;
}
header, main { max-width: 68rem; margin: 0 auto; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding: 1.25rem 0 1rem; }
h1 { font-size: 1.25rem; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1rem; margin: 2.25rem 0 .6rem; color: var(--quiet); font-weight: 600; }
h3 { font-size: 1.3rem; margin: 0; letter-spacing: -.01em; }
header p { margin: 0; color: var(--quiet); font-size: .875rem; }
header p.stale { color: var(--bad); font-weight: 600; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; }
.card + .card { margin-top: 1rem; }
.title { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
.title p { margin: 0; color: var(--quiet); }
.title strong { color: var(--text); }
.badge { border-radius: 1rem; padding: .1rem .65rem; font-size: .875rem; font-weight: 600; background: var(--sky-soft); color: var(--sky); }
.badge.service { background: var(--leaf-soft); color: var(--leaf); }
.badge.busy { background: var(--warn-soft); color: var(--warn); }
.track { display: flex; list-style: none; gap: .25rem; margin: 1.1rem 0 1.25rem; padding: 0; }
.track li { flex: 1; min-width: 0; border-top: .3rem solid var(--line); padding-top: .35rem; font-size: .8125rem; color: var(--quiet); }
.track li.past { border-color: var(--leaf); }
.track li.now { border-color: var(--leaf); color: var(--text); font-weight: 650; }
.track li.now.busy { border-color: var(--warn); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem 1.5rem; margin: 0; }
.figures dt { font-size: .8125rem; color: var(--quiet); }
.figures dd { margin: 0; }
.figures small { display: block; color: var(--quiet); font-size: .8125rem; }
.notice { border-radius: .5rem; padding: .7rem .9rem; margin: 0 0 1.25rem; background: var(--bad-soft); color: var(--bad); }
.notice p { margin: 0; } .notice p + p { color: var(--text); font-size: .9rem; margin-top: .2rem; }
details { margin-top: 1.1rem; border-top: 1px solid var(--line); padding-top: .8rem; }
summary { cursor: pointer; font-weight: 600; font-size: .9375rem; }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--sky); outline-offset: 3px; border-radius: .25rem; }
.gates { list-style: none; margin: .7rem 0 0; padding: 0; display: grid; gap: .5rem; }
.gates li { display: grid; grid-template-columns: 3.9rem 1fr; gap: 0 .6rem; font-size: .9375rem; }
.verdict { font-weight: 650; font-size: .8125rem; padding-top: .1rem; color: var(--leaf); }
.fail .verdict { color: var(--bad); }
.gates small { display: block; color: var(--quiet); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th { text-align: left; font-weight: 600; font-size: .8125rem; color: var(--quiet); }
th, td { padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > * { border-bottom: 0; }
tbody th { font-size: inherit; color: inherit; }
tbody th small { display: block; color: var(--quiet); font-weight: 400; }
.number { text-align: right; white-space: nowrap; }
th.number:last-child, td.number:last-child { padding-right: 0; }
.bar { display: block; width: 100%; min-width: 3rem; height: .3rem; margin-top: .3rem; border-radius: 1rem; }
.bar .rest { fill: var(--sky-soft); } .bar .share { fill: var(--leaf); }
.raised, .figures small.raised { color: var(--bad); font-weight: 650; }
.journal time, .journal .context { color: var(--quiet); white-space: nowrap; }
.journal code { font: .8125rem/1.45 ui-monospace, SFMono-Regular, Menlo, monospace; color: var(--quiet); overflow-wrap: anywhere; }
.empty { color: var(--quiet); margin: 0; }
@media (max-width: 40rem) {
  .card { padding: 1rem; }
  .track li { font-size: 0; padding-top: 0; }
  .track li.now { flex: 0 0 auto; font-size: .875rem; padding-top: .2rem; }
  table { font-size: .8125rem; } th, td { padding-right: .4rem; }
  .median { display: none; } th { font-size: .75rem; } .bar { min-width: 2rem; } tbody th { overflow-wrap: anywhere; min-width: 4.5rem; font-size: inherit; }
  .journal tr { display: grid; grid-template-columns: auto auto 1fr; gap: 0 .6rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .journal thead { position: absolute; clip-path: inset(50%); }
  .journal td { border: 0; padding: 0; } .journal td.data { grid-column: 1 / -1; } .journal td.data:empty { display: none; }
}
`;
