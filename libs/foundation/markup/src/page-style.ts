/** The style sheet of every page that stands by itself: light, dark and on paper. */
export const PAGE_STYLE = `
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1a2230; --quiet: #5b6676; --line: #dde2e9; --wash: #eef1f5;
  --qm: #1a2230; --before: #c4500a; --after: #0a66b7; --good: #137547; --caution: #8a5300; --caution-wash: #fff5e0; }
@media (prefers-color-scheme: dark) { :root {
  --page: #10141b; --card: #181e27; --ink: #e6eaf0; --quiet: #9aa6b5; --line: #2c3542; --wash: #202834;
  --qm: #f2f4f7; --before: #ff9a52; --after: #62b5ff; --good: #5fd39a; --caution: #ffcf7d; --caution-wash: #332a16; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 56px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 40px 0 12px; }
h3 { font-size: 16px; margin: 0; overflow-wrap: anywhere; }
h4 { font-size: 12px; margin: 20px 0 6px; color: var(--quiet); text-transform: uppercase; letter-spacing: 0.06em; }
p { margin: 0 0 8px; }
.quiet, .eyebrow, figcaption { color: var(--quiet); }
.eyebrow { font-size: 13px; margin-bottom: 4px; }
code { font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; margin-bottom: 16px; }
.note { border-left: 4px solid var(--after); background: var(--wash); border-radius: 0 8px 8px 0; padding: 10px 14px; margin: 16px 0; }
.caution { border-left-color: var(--caution); background: var(--caution-wash); }
.note ul { margin: 4px 0 0; padding-left: 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin: 20px 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 16px; }
.tile b { display: block; font-size: 21px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tile span { color: var(--quiet); font-size: 13px; }
.torsion { display: grid; grid-template-columns: minmax(200px, 320px) minmax(0, 1fr); gap: 24px; align-items: start; }
.drawings { display: grid; gap: 12px; } .card > .drawings { grid-template-columns: repeat(auto-fill, minmax(min(380px, 100%), 1fr)); margin-bottom: 12px; }
figure { margin: 0; }
figcaption { font-size: 13px; margin-top: 6px; }
.structure { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 6px; }
.structure svg { display: block; width: 100%; height: auto; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 16px; margin-bottom: 14px; }
.rmse { font-variant-numeric: tabular-nums; }
.rmse b { color: var(--good); } .rmse b.worse { color: var(--before); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
.table figcaption { margin: 0 0 6px; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--quiet); font-size: 13px; }
tr:last-child > * { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tbody th { color: var(--ink); font-weight: 400; }
.overview tbody th { min-width: 84px; } .overview th:last-child, .overview td:last-child { padding-left: 20px; width: 40%; }
.torsion + .table { margin-top: 20px; } .parameters th:first-child { min-width: 200px; }
a { color: var(--after); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; font-size: 14px; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr)); gap: 16px; }
.columns .card { margin: 0; } .card > h3 { margin-bottom: 10px; }
.keys { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 8px 0; padding: 0; list-style: none; color: var(--quiet); font-size: 14px; }
.keys span { display: inline-block; width: 14px; height: 14px; border-radius: 4px; margin-right: 6px; vertical-align: -2px; }
.torsions { margin: 0; padding-left: 20px; columns: 320px; } .torsions li { break-inside: avoid; }
details { margin: 12px 0; } summary { cursor: pointer; color: var(--quiet); font-size: 14px; }
details table { font-size: 13px; } details th, details td { padding-top: 2px; padding-bottom: 2px; }
.plot { display: block; width: 100%; max-width: 760px; margin: 0 auto; height: auto; font-family: inherit; }
.plot text { fill: var(--quiet); font-size: 12px; } .plot .legend { fill: var(--ink); font-size: 13px; }
.plot .grid { stroke: var(--line); stroke-width: 1; }
.plot .qm { color: var(--qm); } .plot .before { color: var(--before); } .plot .after { color: var(--after); }
.plot polyline, .plot g > line { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linejoin: round; }
.plot .qm polyline, .plot .qm line { stroke-width: 1.4; } .plot .before polyline, .plot .before line { stroke-dasharray: 6 4; }
.plot .band { fill: currentColor; opacity: 0.16; }
.plot circle { fill: currentColor; stroke: currentColor; } .plot .hollow { fill: var(--card); } .plot .before circle, .plot .after circle { r: 2.4px; }
.plot circle:hover { stroke-width: 6; stroke-opacity: 0.25; }
footer { margin-top: 32px; color: var(--quiet); font-size: 13px; }
@media (max-width: 720px) { .torsion { grid-template-columns: minmax(0, 1fr); } .drawings { grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr)); } }
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --quiet: #444; --line: #ccc; --wash: #f3f3f3;
    --qm: #000; --before: #c4500a; --after: #0a66b7; --good: #137547; --caution: #8a5300; --caution-wash: #fff5e0; }
  body { font-size: 10px; } main { max-width: none; padding: 0; }
  h1 { font-size: 20px; } h2 { font-size: 14px; margin: 18px 0 8px; } h3 { font-size: 12px; }
  table, dl { font-size: 10px; } figcaption, th, .eyebrow, .tile span { font-size: 9px; } code { font-size: 7.5px; }
  th, td { padding: 3px 10px 3px 0; } .card { padding: 10px; } .tile { padding: 6px 10px; } .tile b { font-size: 15px; }
  .tiles { grid-template-columns: repeat(4, 1fr); gap: 8px; margin: 12px 0; }
  .torsion { grid-template-columns: 160px minmax(0, 1fr); gap: 14px; } .columns { grid-template-columns: 1fr 1fr; }
  .card { border-radius: 0; } .torsion-card, .columns .card, .tile, .note, tr { break-inside: avoid; } h2 { break-after: avoid; }
  details { display: none; } @page { margin: 16mm 14mm; }
}
`;
