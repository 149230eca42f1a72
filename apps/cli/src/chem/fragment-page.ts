import { FRAGMENT_COLOURS } from '@bespoke/fragmentation';
import { Markup, markup } from '@bespoke/markup';

/** The page of `chem fragment --html` around the sections of its molecules; it needs nothing else. */
export function fragmentPage(): { head: string; tail: string } {
  const keys = [
    [FRAGMENT_COLOURS.fragment, 'the fragment'],
    [FRAGMENT_COLOURS.dihedral, 'the dihedral that is driven'],
    [FRAGMENT_COLOURS.targetBond, 'the target bond, everywhere that it stands for'],
  ] as const;
  const head = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<title>Fragments</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<h1>Fragments</h1>
<ul class="keys">${keys.map(([colour, meaning]) => markup`<li><span style="background: ${colour}"></span>${meaning}</li>`)}</ul>
`;
  return { head: head.source, tail: '</main>\n</body>\n</html>\n' };
}

const STYLE = `
:root { --page: #f6f7f9; --card: #fff; --ink: #1a2230; --quiet: #5b6676; --line: #dde2e9; --caution: #8a5300; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --page: #10141b; --card: #181e27; --ink: #e6eaf0; --quiet: #9aa6b5; --line: #2c3542; --caution: #ffcf7d; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 980px; margin: 0 auto; padding: 32px 20px 56px; }
h1 { font-size: 28px; margin: 0 0 12px; } h2 { font-size: 19px; margin: 40px 0 4px; overflow-wrap: anywhere; } h3 { font-size: 16px; margin: 0 0 12px; }
code { font: 12.5px/1.45 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
p { margin: 0 0 8px; } article ul { margin: 0; padding-left: 20px; } .warning { color: var(--caution); }
article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; margin-bottom: 16px; break-inside: avoid; }
.drawings { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 16px; margin-bottom: 12px; }
figure { margin: 0; } figcaption { color: var(--quiet); font-size: 13px; margin-top: 6px; }
.drawing { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 6px; }
.drawing svg { display: block; width: 100%; height: auto; }
.keys { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; padding: 0; list-style: none; color: var(--quiet); font-size: 14px; }
.keys span { display: inline-block; width: 14px; height: 14px; border-radius: 4px; margin-right: 6px; vertical-align: -2px; }
`;
