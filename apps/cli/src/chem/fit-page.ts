import { Markup, markup } from '@bespoke/markup';
import type { DriveFigures, DriveReport, FitReport, Report } from './fit-report';
import { profilePlot } from './profile-plot';

/** The page of `chem fit`; it needs nothing else. */
export function fitPage({ drives, fits, total }: Report): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<title>Fit to torsion drives</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<h1>Fit to torsion drives</h1>
<p>Objective ${total.objective_before.toPrecision(5)} before, ${total.objective_after.toPrecision(5)} after
(penalty ${total.penalty.toPrecision(4)}); ${total.converged ? 'converged' : 'not converged'}, ${total.iterations} iterations,
${total.wall_s.toFixed(1)} s.</p>
<p class="keys"><span class="qm">QM</span> <span class="before">MM before</span> <span class="after">MM after</span></p>
${fits.map((fit) => fitSection(fit, fits.length > 1))}
${drives.map(driveSection)}
</main>
</body>
</html>
`.source;
}

function fitSection(fit: FitReport, isOneOfSeveral: boolean): Markup {
  const name = isOneOfSeveral ? `Parameters of ${fit.ids.join(', ')}` : 'Parameters';
  const moved = fit.parameters.filter(({ before, after }) => before !== after);
  return markup`${fit.warnings.map((warning) => markup`<p class="warning">${warning}</p>`)}
<details><summary>${name}: ${moved.length} of ${fit.parameters.length} changed (${fit.force_field})</summary>
<div class="wide"><table><thead><tr><th>attribute</th><th>before</th><th>after</th><th>change / prior</th><th>section</th><th>SMIRKS</th></tr></thead>
<tbody>${moved.map(
    ({ section, smirks, attribute, before, after, prior_width }) =>
      markup`<tr><td>${attribute}</td><td>${before.toFixed(4)}</td><td>${after.toFixed(4)}</td><td>${((after - before) / prior_width).toFixed(3)}</td><td>${section}</td><td><code>${smirks}</code></td></tr>`,
  )}</tbody></table></div></details>
`;
}

function driveSection(drive: DriveReport, number: number): Markup {
  if ('error' in drive)
    return markup`<section><h2>${drive.id}</h2><p class="warning">Not fitted: ${drive.error}</p></section>`;
  const change = `RMSE ${drive.rmse_before.toFixed(3)} to ${drive.rmse_after.toFixed(3)} kcal/mol`;
  return markup`<section><h2>${drive.id}</h2><p>${change}</p>${profilePlot(drive, `Profiles of ${drive.id}: ${change}`, number)}
${measuresTable(drive)}
<p><code>${drive.mapped_smiles}</code>, dihedral ${drive.dihedral.join('-')} (atoms from 0)</p></section>
`;
}

function measuresTable({ measures_before, measures_after }: DriveFigures): Markup | null {
  if (measures_before === null || measures_after === null) return null;
  const rows = [
    ['before', measures_before],
    ['after', measures_after],
  ] as const;
  return markup`<div class="wide"><table><thead><tr><th>kcal/mol</th><th>mean absolute</th><th>largest</th><th>Boltzmann-weighted RMSE</th><th>barrier</th><th>its error</th></tr></thead>
<tbody>${rows.map(
    ([when, measures]) =>
      markup`<tr><td>${when}</td>${Object.values(measures).map((value: number) => markup`<td>${value.toFixed(3)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

const STYLE = `
:root { --page: #fff; --ink: #1a2230; --line: #dde2e9; --caution: #8a5300; --qm: #1a2230; --before: #c0392b; --after: #2471a3; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --page: #10141b; --ink: #e6eaf0; --line: #2c3542; --caution: #ffcf7d; --qm: #e6eaf0; --before: #ff8a7a; --after: #6cb8ee; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 28px 20px 56px; }
h1 { font-size: 26px; } h2 { font-size: 18px; margin: 32px 0 4px; overflow-wrap: anywhere; }
code { font: 12px/1.45 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.warning { color: var(--caution); overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; } td, th { border-bottom: 1px solid var(--line); padding: 2px 8px; text-align: left; }
.plot { width: 100%; height: auto; } .plot text { fill: var(--ink); font-size: 11px; } .grid { stroke: var(--line); }
.plot polyline { fill: none; stroke-width: 1.6; }
.plot .qm polyline { stroke: var(--qm); } .plot .before polyline { stroke: var(--before); stroke-dasharray: 4 3; } .plot .after polyline { stroke: var(--after); }
.plot .qm circle { fill: var(--qm); } .plot .before circle { fill: var(--before); } .plot .after circle { fill: var(--after); }
.keys .qm { color: var(--qm); } .keys .before { color: var(--before); } .keys .after { color: var(--after); }
`;
