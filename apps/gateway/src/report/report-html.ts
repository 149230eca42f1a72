import { depictSvg, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import type { FitReport, Provenance, TorsionFit } from '@bespoke/workflow-schema';
import { html, Markup, type Fragment } from './markup';
import { profilePlot } from './profile-plot';
import { reportStyle } from './report-style';

type ReportFragment = FitReport['fragments'][number];

/** The label of an atom of a mapped SMILES, such as C4: its element and its number from 1. */
function atomLabels(mappedSmiles: string): (atom: number) => string {
  const labels = new Map<number, string>();
  for (const [, symbol, map] of mappedSmiles.matchAll(/\[\d*([A-Z][a-z]?|[a-z]{1,2})[^\]:]*:(\d+)\]/g)) {
    labels.set(Number(map) - 1, `${symbol!.charAt(0).toUpperCase()}${symbol!.slice(1)}${map}`);
  }
  return (atom) => labels.get(atom) ?? `atom ${atom + 1}`;
}

/** A drawing without hydrogens in which the given bonds and their atoms stand out. */
function structure(mappedSmiles: string, bonds: readonly (readonly number[])[], label: string): Markup {
  const molecule = moleculeFromSmiles(mappedSmiles);
  const highlightBonds = bonds.flatMap(([b, c]) => {
    const index = molecule.bonds.findIndex(
      ({ begin, end }) => (begin === b && end === c) || (begin === c && end === b),
    );
    return index < 0 ? [] : [index];
  });
  const svg = depictSvg(molecule, {
    highlightAtoms: [...new Set(bonds.flat())],
    highlightBonds,
    widthPx: 320,
    heightPx: 240,
  });
  // An XML declaration has no place inside HTML.
  const drawing = new Markup(svg.replace(/<\?xml[^>]*\?>\s*/, ''));
  return html`<div class="structure" role="img" aria-label="${label}">${drawing}</div>`;
}

const kcal = (value: number) => value.toFixed(2);
const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function provenance({ program, version, method }: Provenance): string {
  return `${method} (${program} ${version})`;
}

function list(items: readonly string[], className: string, title: string): Fragment {
  if (items.length === 0) return null;
  return html`<div class="note ${className}">
    <strong>${title}</strong>
    <ul>
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>
  </div>`;
}

function definitions(entries: readonly (readonly [string, Fragment])[]): Markup {
  return html`<dl>
    ${entries.map(
      ([term, value]) =>
        html`<dt>${term}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function tiles(report: FitReport): Markup {
  const torsions = report.fit?.torsions ?? [];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const { createdAt, finishedAt } = report.timings;
  const entries: [string, string][] = [
    [`${torsions.length} of ${report.fragments.length}`, 'torsions fitted'],
    [duration((Date.parse(finishedAt) - Date.parse(createdAt)) / 1000), 'from submission to result'],
  ];
  if (report.fit && torsions.length > 0) {
    const before = mean(torsions.map((torsion) => torsion.rmseBeforeKcalPerMol));
    const after = mean(torsions.map((torsion) => torsion.rmseAfterKcalPerMol));
    const { objective } = report.fit;
    entries.splice(
      1,
      0,
      [`${kcal(before)} → ${kcal(after)}`, 'mean RMSE, kcal/mol'],
      [`${objective.before.total.toPrecision(3)} → ${objective.after.total.toPrecision(3)}`, 'objective'],
    );
  }
  return html`<div class="tiles">
    ${entries.map(([value, meaning]) => html`<div class="tile"><b>${value}</b><span>${meaning}</span></div>`)}
  </div>`;
}

function parentBondNames(fragment: ReportFragment, label: (atom: number) => string): string {
  return fragment.occurrences.map(({ parentBond }) => parentBond.map(label).join('–')).join(', ');
}

function overview(report: FitReport, label: (atom: number) => string): Fragment {
  if (report.fragments.length === 0) return null;
  const row = (fragment: ReportFragment, index: number): Markup => {
    const torsion = fragment.torsion === null ? undefined : report.fit?.torsions[fragment.torsion];
    const bond = html`<th scope="row">
      <a href="#torsion-${index + 1}">${parentBondNames(fragment, label)}</a>
    </th>`;
    if (!torsion)
      return html`<tr>
        ${bond}
        <td colspan="4">left out: ${fragment.dropped ?? 'no result'}</td>
      </tr>`;
    return html`<tr>
      ${bond}
      <td class="number">${kcal(torsion.rmseBeforeKcalPerMol)}</td>
      <td class="number">${kcal(torsion.rmseAfterKcalPerMol)}</td>
      <td class="number">${torsion.points.length}</td>
      <td>${fragment.reference ? provenance(fragment.reference) : 'unknown'}</td>
    </tr>`;
  };
  return html`<h2>Torsions at a glance</h2>
    <div class="card scroll">
      <table>
        <caption>
          Deviation of the force field from its reference over each torsion drive, points below the energy
          cutoff
        </caption>
        <thead>
          <tr>
            <th scope="col">Bond</th>
            <th scope="col" class="number">RMSE before</th>
            <th scope="col" class="number">RMSE after, kcal/mol</th>
            <th scope="col" class="number">Grid points</th>
            <th scope="col">Reference</th>
          </tr>
        </thead>
        <tbody>
          ${report.fragments.map(row)}
        </tbody>
      </table>
    </div>`;
}

function parameterTable(parameters: TorsionFit['parameters']): Markup {
  return html`${parameters.map(
    ({ smirks, startingFrom, terms, fitted }) =>
      html`<h4>Parameter</h4>
        <p><code>${smirks}</code><br /><span class="quiet">starts from ${startingFrom}</span></p>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col" class="number">Periodicity</th>
                <th scope="col" class="number">Phase / °</th>
                <th scope="col" class="number">k before</th>
                <th scope="col" class="number">k after</th>
                <th scope="col" class="number">Change / kcal mol⁻¹</th>
              </tr>
            </thead>
            <tbody>
              ${fitted.map((term) => {
                const old =
                  terms.find((candidate) => candidate.periodicity === term.periodicity)?.kKcalPerMol ?? 0;
                return html`<tr>
                  <th scope="row" class="number">${term.periodicity}</th>
                  <td class="number">${term.phaseDegrees}</td>
                  <td class="number">${old.toFixed(3)}</td>
                  <td class="number">${term.kKcalPerMol.toFixed(3)}</td>
                  <td class="number">${signed(term.kKcalPerMol - old)}</td>
                </tr>`;
              })}
            </tbody>
          </table>
        </div>`,
  )}`;
}

function pointTable(points: TorsionFit['points']): Markup {
  return html`<details>
    <summary>The ${points.length} points in numbers</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">Grid / °</th>
            <th scope="col" class="number">Dihedral / °</th>
            <th scope="col" class="number">QM</th>
            <th scope="col" class="number">MM before</th>
            <th scope="col" class="number">MM after / kcal mol⁻¹</th>
          </tr>
        </thead>
        <tbody>
          ${points.map(
            (point) =>
              html`<tr>
                <th scope="row" class="number">${point.gridDegrees}</th>
                <td class="number">${point.dihedralDegrees.toFixed(2)}</td>
                <td class="number">${point.qmKcalPerMol.toFixed(3)}</td>
                <td class="number">${point.mmBeforeKcalPerMol.toFixed(3)}</td>
                <td class="number">${point.mmAfterKcalPerMol.toFixed(3)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function torsionCard(
  report: FitReport,
  fragment: ReportFragment,
  index: number,
  label: (atom: number) => string,
): Markup {
  const id = `torsion-${index + 1}`;
  const torsion = fragment.torsion === null ? undefined : report.fit?.torsions[fragment.torsion];
  const bondName = parentBondNames(fragment, label);
  const ofFragment = atomLabels(fragment.mappedSmiles);
  const [, b, c] = fragment.dihedral;
  const drawing = html`<figure>
    ${structure(fragment.mappedSmiles, [[b, c]], `The fragment around bond ${bondName}`)}
    <figcaption>
      Driven dihedral ${fragment.dihedral.map(ofFragment).join('–')} of the
      fragment${fragment.reference ? html`<br />Reference: ${provenance(fragment.reference)}` : null}
    </figcaption>
  </figure>`;
  if (!torsion) {
    return html`<section class="card torsion-card" id="${id}">
      <div class="head"><h3>Bond ${bondName}</h3></div>
      <div class="torsion">
        ${drawing}
        <div class="note caution">
          <strong>Left out of the fit.</strong> ${fragment.dropped ?? 'It has no result.'}
        </div>
      </div>
    </section>`;
  }
  const { rmseBeforeKcalPerMol: before, rmseAfterKcalPerMol: after } = torsion;
  return html`<section class="card torsion-card" id="${id}">
    <div class="head">
      <h3>Bond ${bondName}</h3>
      <span class="rmse"
        >RMSE ${kcal(before)} → <b class="${after > before ? 'worse' : ''}">${kcal(after)}</b> kcal/mol</span
      >
    </div>
    <div class="torsion">
      ${drawing}
      <div>
        ${profilePlot(`plot-${index + 1}`, `Torsion profile of bond ${bondName}`, torsion.points, {
          gridSpacingDegrees: report.workflow.torsionDrive.gridSpacingDegrees,
          energyCutoffKcalPerMol: report.workflow.fit.energyCutoffKcalPerMol,
        })}
      </div>
    </div>
    ${parameterTable(torsion.parameters)}${pointTable(torsion.points)}
  </section>`;
}

function particulars(report: FitReport): Markup {
  const { workflow, timings, fit } = report;
  const { torsionDrive, qc } = workflow;
  return html`<h2>How it was made</h2>
    <div class="columns">
      <div class="card">
        <h3>Workflow</h3>
        ${definitions([
          ['name', `${workflow.name}: ${workflow.description}`],
          ['fragmentation', workflow.fragmentation],
          ['reference', `${[qc.method, qc.basis].filter(Boolean).join('/')} by ${qc.program}`],
          [
            'drives',
            `every ${torsionDrive.gridSpacingDegrees}°, at most ${torsionDrive.maxConformers} conformers`,
          ],
          ['cutoff', `${workflow.fit.energyCutoffKcalPerMol} kcal/mol`],
          ['priors', `${workflow.fit.penalty}, width ${workflow.fit.priorWidthKcalPerMol} kcal/mol`],
          ...(fit ? [['charges', provenance(fit.chargeModel)] as const] : []),
          ['converged', fit ? (fit.converged ? 'yes' : 'no') : 'there was nothing to fit'],
        ])}
      </div>
      <div class="card">
        <h3>Force fields</h3>
        ${definitions([
          ['base', report.baseForceField.name],
          ['its SHA-256', html`<code>${report.baseForceField.sha256}</code>`],
          ['bespoke SHA-256', html`<code>${report.forceFieldSha256}</code>`],
        ])}
      </div>
      <div class="card">
        <h3>Time</h3>
        ${definitions([
          ['submitted', timings.createdAt],
          ['finished', timings.finishedAt],
          ...timings.stages.map(({ stage, seconds }) => [stage, duration(seconds)] as const),
        ])}
      </div>
      <div class="card">
        <h3>Versions</h3>
        ${definitions(Object.entries(report.versions))}
      </div>
    </div>`;
}

/**
 * The report as one HTML file that needs nothing else: to look at, to print, to send to a colleague.
 * Everything that came from outside is escaped.
 */
export async function reportHtml(report: FitReport): Promise<string> {
  await loadRDKit();
  const label = atomLabels(report.mappedSmiles);
  const torsions = report.fit?.torsions.length ?? 0;
  const bonds = report.fragments.flatMap((fragment) =>
    fragment.occurrences.map(({ parentBond }) => parentBond),
  );
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${report.name}: bespoke force field</title>
        <style>
          ${new Markup(reportStyle)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <p class="eyebrow">Bespoke force field · fit ${report.fitId}</p>
            <h1>${report.name}</h1>
          </header>
          ${tiles(report)}
          <div class="note">${report.referenceNote}</div>
          ${list([...new Set([...report.warnings, ...(report.fit?.warnings ?? [])])], 'caution', 'Worth knowing')}
          <h2>Molecule</h2>
          <section class="card molecule">
            <figure>
              ${structure(report.mappedSmiles, bonds, `Structure of ${report.name}`)}
              ${bonds.length > 0 ? html`<figcaption>Bonds with torsions of their own are marked.</figcaption>` : null}
            </figure>
            <div>
              <h4>SMILES</h4>
              <p><code>${report.smiles}</code></p>
              <h4>With atom numbers</h4>
              <p><code>${report.mappedSmiles}</code></p>
            </div>
          </section>
          ${overview(report, label)}
          ${
            torsions === 0 && report.fragments.length === 0
              ? html`<p>
                  This molecule has no rotatable bond to fit: its force field is the base force field.
                </p>`
              : html`<h2>Torsions</h2>
                  ${report.fragments.map((fragment, index) => torsionCard(report, fragment, index, label))}`
          }
          ${particulars(report)}
          <footer>
            Energies are relative: QM to its minimum over the drive, MM to its own energy at that grid point.
            RMSE over points below the cutoff.
          </footer>
        </main>
      </body>
    </html> `;
  return page.source;
}
