import { FRAGMENT_COLOURS, targetBondNames } from '@bespoke/fragmentation';
import { depictionLayout, depictSvg, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import {
  levelOfTheory,
  type ChargeProvenance,
  type FitReport,
  type Fragmentation,
} from '@bespoke/workflow-schema';
import {
  figureTable,
  htmlPage,
  markup,
  picture,
  scrollingTable,
  type Fragment,
  type Markup,
} from '@bespoke/markup';
import { countedText, provenanceText, rmseText, torsionOf, torsionSection } from './torsion-section';
import type { ReportFragment } from './torsion-section';

function durationText(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function tiles({ fit, fragments, timings }: FitReport): Markup {
  const tile = (value: string, meaning: string) =>
    markup`<div class="tile"><b>${value}</b><span>${meaning}</span></div>`;
  const torsions = fit?.torsions ?? [];
  const seconds = (Date.parse(timings.finishedAt) - Date.parse(timings.createdAt)) / 1000;
  const quality =
    fit === null || torsions.length === 0
      ? null
      : [
          tile(
            [
              rmseText(mean(torsions.map((torsion) => torsion.rmseBeforeKcalPerMol))),
              rmseText(mean(torsions.map((torsion) => torsion.rmseAfterKcalPerMol))),
            ].join(' → '),
            'mean RMSE, kcal/mol',
          ),
          tile(
            `${fit.objective.before.total.toPrecision(3)} → ${fit.objective.after.total.toPrecision(3)}`,
            'objective',
          ),
        ];
  return markup`<div class="tiles">
    ${tile(`${torsions.length} of ${fragments.length}`, 'torsions fitted')}${quality}
    ${tile(durationText(seconds), 'from submission to result')}</div>`;
}

function warningList(report: FitReport): Fragment {
  const warnings = new Set([...report.warnings, ...(report.fit?.warnings ?? [])]);
  if (warnings.size === 0) return null;
  const items = [...warnings].map((warning) => markup`<li>${warning}</li>`);
  return markup`<div class="note caution"><strong>Worth knowing</strong><ul>${items}</ul></div>`;
}

function moleculeSection({ name, smiles, mappedSmiles, fragments }: FitReport): Markup {
  const bonds = fragments.flatMap(({ occurrences }) => occurrences.map(({ parentBond }) => parentBond));
  const molecule = moleculeFromSmiles(mappedSmiles);
  const drawing = depictSvg(molecule, {
    highlights: [{ atoms: bonds.flat(), bonds, colour: FRAGMENT_COLOURS.targetBond }],
    atomNumbers: true,
    layout: depictionLayout(molecule),
    widthPx: 320,
    heightPx: 220,
  });
  return markup`<h2>Molecule</h2>
    <section class="card torsion">
      <figure>${picture(drawing, `Structure of ${name}`)}
        ${bonds.length > 0 ? markup`<figcaption>Bonds with torsions of their own are marked.</figcaption>` : null}</figure>
      <div><h4>SMILES</h4><p><code>${smiles}</code></p>
        <h4>With atom numbers</h4><p><code>${mappedSmiles}</code></p></div>
    </section>`;
}

function overview(report: FitReport): Markup {
  const molecule = moleculeFromSmiles(report.mappedSmiles);
  const row = (fragment: ReportFragment, index: number) => {
    const torsion = torsionOf(report, fragment);
    const bond = markup`<th scope="row"><a href="#torsion-${index + 1}">${targetBondNames(molecule, fragment.occurrences)}</a></th>`;
    if (torsion === undefined)
      return markup`<tr>${bond}<td colspan="4">left out: ${fragment.dropped}</td></tr>`;
    return markup`<tr>${bond}
      <td class="number">${rmseText(torsion.rmseBeforeKcalPerMol)}</td>
      <td class="number">${rmseText(torsion.rmseAfterKcalPerMol)}</td>
      <td class="number">${countedText(torsion, report.workflow)}</td>
      <td>${fragment.reference && provenanceText(fragment.reference)}</td></tr>`;
  };
  const caption = `Deviation of the force field from its reference over each torsion drive, kcal/mol; counted are the grid points whose QM energy is at most ${report.workflow.fit.energyCutoffKcalPerMol} kcal/mol above the drive's minimum. MM energies are of geometries relaxed from the reference's with the four driven atoms held, as ForceBalance does it: angles that symmetry makes equal may differ a little.`;
  const rows = markup`<thead><tr><th scope="col">Bond</th><th scope="col" class="number">RMSE before</th>
        <th scope="col" class="number">RMSE after</th><th scope="col" class="number">Points counted</th>
        <th scope="col">Reference</th></tr></thead>
      <tbody>${report.fragments.map(row)}</tbody>`;
  return markup`<h2>Torsions at a glance</h2>
    <div class="card">${scrollingTable('overview', caption, rows)}</div>`;
}

function torsions(report: FitReport): Fragment {
  if (report.fragments.length === 0) return null;
  const sections = report.fragments.map((fragment, index) =>
    torsionSection(report, fragment, `torsion-${index + 1}`),
  );
  return markup`${overview(report)}<h2>Torsions</h2>${sections}`;
}

/** Every number that was fitted; unfolded where the tables of the torsions lack some. */
function fittedParameters({ fit, workflow }: FitReport): Fragment {
  const { figures = [], torsions = [] } = fit ?? {};
  if (figures.length === 0) return null;
  const ofTorsions = new Set(torsions.flatMap(({ parameters }) => parameters.map(({ smirks }) => smirks)));
  const isElsewhere = figures.every(({ smirks }) => ofTorsions.has(smirks));
  const isInPlace = workflow.fit.parameters === 'general';
  return markup`<h2>Parameters</h2>
    <div class="card">${isInPlace ? markup`<div class="note caution">General parameters were changed in place: other molecules that they match get them too.</div>` : null}
    <details${isElsewhere ? null : markup` open`}><summary>Values that were fitted: ${figures.length}</summary>${figureTable('figures', figures)}</details></div>`;
}

function fragmentationText(fragmentation: Fragmentation): string {
  if (fragmentation.scheme !== 'wbo') return fragmentation.scheme;
  const { scheme, threshold, heuristic, keepNonRotorRingSubstituents } = fragmentation;
  return `${scheme}, threshold ${threshold}, grown by ${heuristic}${keepNonRotorRingSubstituents ? ', rings keep what cannot turn' : ''}`;
}

function chargesText(chargeModel: ChargeProvenance): string {
  const text = `${provenanceText(chargeModel)}${chargeModel.settings ? `: ${chargeModel.settings}` : ''}`;
  return chargeModel.overridden
    ? `${text}. The base force field wants other charges: give a simulation these.`
    : text;
}

function particulars({
  workflow,
  timings,
  fit,
  baseForceField,
  forceFieldSha256,
  versions,
}: FitReport): Markup {
  const card = (title: string, entries: readonly (readonly [string, Fragment])[]) =>
    markup`<div class="card"><h3>${title}</h3>
      <dl>${entries.map(([term, value]) => markup`<dt>${term}</dt><dd>${value}</dd>`)}</dl></div>`;
  const { torsionDrive, qc, singlePoints, parentCheck } = workflow;
  const ofFit: [string, Fragment][] =
    fit === null
      ? []
      : [
          ['charges', chargesText(fit.chargeModel)],
          ['converged', `${fit.converged ? 'yes' : 'no'}, ${fit.objective.history.length} iterations`],
        ];
  return markup`<h2>How it was made</h2><div class="columns">
    ${card('Workflow', [
      ['name', workflow.name],
      ['fragmentation', fragmentationText(workflow.fragmentation)],
      [
        'parent check',
        parentCheck
          ? `${levelOfTheory(parentCheck.qc)} every ${parentCheck.gridSpacingDegrees}°, unlike above ${parentCheck.thresholdKcalPerMol} kcal/mol`
          : 'none',
      ],
      ['reference', `${levelOfTheory(qc)} by ${qc.program}`],
      [
        'single points',
        singlePoints
          ? `${levelOfTheory(singlePoints.qc)} by ${singlePoints.qc.program} at ${singlePoints.leastPoints} to ${singlePoints.mostPoints} geometries, standard error ${singlePoints.targetStandardErrorKcalPerMol} kcal/mol`
          : 'none',
      ],
      [
        'drives',
        `every ${torsionDrive.gridSpacingDegrees}°, ${torsionDrive.maxConformers === 1 ? 'one conformer' : `at most ${torsionDrive.maxConformers} conformers`}`,
      ],
      [
        'parameters',
        `${workflow.fit.parameters === 'general' ? 'general ones in place' : 'bespoke'}: ${['torsions', ...(workflow.fit.also ?? [])].join(', ')}`,
      ],
      ['cutoff', `${workflow.fit.energyCutoffKcalPerMol} kcal/mol`],
      ['priors', `${workflow.fit.penalty}, width ${workflow.fit.priorWidthKcalPerMol} kcal/mol`],
      ...ofFit,
    ])}
    ${card('Force fields', [
      ['base', baseForceField.name],
      ['its SHA-256', markup`<code>${baseForceField.sha256}</code>`],
      ['this SHA-256', markup`<code>${forceFieldSha256}</code>`],
    ])}
    ${card('Time', [
      ['submitted', timings.createdAt],
      ['finished', timings.finishedAt],
      ...timings.stages.map(({ stage, seconds }) => [stage, durationText(seconds)] as const),
    ])}
    ${card('Versions', Object.entries(versions))}</div>`;
}

/**
 * The report as one HTML file that needs nothing else: to look at, to print, to send to a colleague.
 * Everything that came from outside is escaped.
 */
export async function reportHtml(report: FitReport): Promise<string> {
  await loadRDKit();
  const { head, tail } = htmlPage(`${report.name}: bespoke force field`);
  const page = markup`${head}<header><p class="eyebrow">Bespoke force field · fit ${report.fitId}</p><h1>${report.name}</h1></header>
${tiles(report)}
<div class="note">${report.referenceNote}</div>
${warningList(report)}
${moleculeSection(report)}
${torsions(report)}
${fittedParameters(report)}
${particulars(report)}
${report.fit && markup`<footer>Energies are relative: QM to its minimum over the drive, MM to its own energy at that grid point.</footer>`}
${tail}`;
  return page.source;
}
