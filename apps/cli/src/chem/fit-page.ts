import { figureTable, htmlPage, markup, profilePlot, scrollingTable, type Markup } from '@bespoke/markup';
import type { DriveFigures, DriveMeasures, DriveReport, FitReport, Report } from './fit-report';

/** The page of `chem fit`. */
export function fitPage({ drives, fits, total }: Report): string {
  const { head, tail } = htmlPage('Fit to torsion drives');
  return markup`${head}<h1>Fit to torsion drives</h1>
<p>Objective ${total.objective_before.toPrecision(5)} before, ${total.objective_after.toPrecision(5)} after
(penalty ${total.penalty.toPrecision(4)}); ${total.converged ? 'converged' : 'not converged'}, ${total.iterations} iterations,
${total.wall_s.toFixed(1)} s.</p>
${fits.map((fit) => fitSection(fit, fits.length > 1))}
${drives.map(driveSection)}
${tail}`.source;
}

function fitSection(fit: FitReport, isOneOfSeveral: boolean): Markup {
  const name = isOneOfSeveral ? `Parameters of ${fit.ids.join(', ')}` : 'Parameters';
  const moved = fit.parameters.filter(({ before, after }) => before !== after);
  const rows = moved.map(({ prior_width: priorWidth, ...figure }) => ({ ...figure, priorWidth }));
  return markup`${fit.warnings.map((warning) => markup`<p class="note caution">${warning}</p>`)}
<details><summary>${name}: ${moved.length} of ${fit.parameters.length} changed (${fit.force_field})</summary>
${figureTable('parameters', rows)}</details>
`;
}

function driveSection(drive: DriveReport, number: number): Markup {
  if ('error' in drive)
    return markup`<section class="card"><h3>${drive.id}</h3><p class="note caution">Not fitted: ${drive.error}</p></section>`;
  const change = `RMSE ${drive.rmse_before.toFixed(3)} → ${drive.rmse_after.toFixed(3)} kcal/mol`;
  const points = drive.qm.map((qmKcalPerMol, point) => ({
    across: drive.grid?.[point] ?? point + 1,
    qmKcalPerMol,
    mmBeforeKcalPerMol: drive.mm_before[point]!,
    mmAfterKcalPerMol: drive.mm_after[point]!,
    hasWeight: drive.weights[point]! > 0,
  }));
  const axis = drive.grid === null ? 'point' : 'dihedral';
  return markup`<section class="card"><div class="head"><h3>${drive.id}</h3><span class="rmse">${change}</span></div>
${profilePlot(`drive-${number + 1}`, `Profiles of ${drive.id}: ${change}`, points, axis)}
${measuresTable(drive)}
<p><code>${drive.mapped_smiles}</code>, dihedral ${drive.dihedral.map((atom) => atom + 1).join('-')} by map numbers</p></section>
`;
}

function measuresTable({ measures_before, measures_after }: DriveFigures): Markup | null {
  if (measures_before === null || measures_after === null) return null;
  const heads = ['mean absolute', 'largest', 'Boltzmann-weighted RMSE', 'barrier', 'its error'];
  const row = (when: string, measures: DriveMeasures) =>
    markup`<tr><th scope="row">${when}</th>${Object.values(measures).map((value: number) => markup`<td class="number">${value.toFixed(3)}</td>`)}</tr>`;
  const rows = markup`<thead><tr><th></th>${heads.map((head) => markup`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${row('before', measures_before)}${row('after', measures_after)}</tbody>`;
  return scrollingTable('measures', 'Error of the force field over the points counted, kcal/mol', rows);
}
