import type {
  BespokeParameter,
  FitReport,
  ProfileProvenance,
  TorsionFit,
  TorsionTerm,
  Workflow,
} from '@bespoke/workflow-schema';
import { fixed, markup, profilePlot, scrollingTable, type Fragment, type Markup } from '@bespoke/markup';
import { fragmentFigures, targetBondNames } from '@bespoke/fragmentation';
import { moleculeFromSmiles } from '@bespoke/molecule';
import { asymmetryText } from './profile-symmetry';

export type ReportFragment = FitReport['fragments'][number];

export function provenanceText({ program, version, method, geometriesBy }: ProfileProvenance): string {
  const text = `${method} (${program} ${version})`;
  return geometriesBy === undefined ? text : `${text} at geometries by ${provenanceText(geometriesBy)}`;
}

/** How many of the points are single points, where the others are interpolated. */
function interpolationText({ points }: TorsionFit): string {
  const computed = points.filter(({ isComputed }) => isComputed);
  return computed.length === 0
    ? ''
    : ` Computed at ${computed.length} of ${points.length} points, the large ones, and interpolated between them: the band is two standard errors wide to each side.`;
}

export function rmseText(rmseKcalPerMol: number): string {
  return rmseKcalPerMol.toFixed(2);
}

/** The fit of a fragment's torsion, undefined where it was left out. */
export function torsionOf(report: FitReport, { torsion }: ReportFragment): TorsionFit | undefined {
  return torsion === null ? undefined : report.fit?.torsions[torsion];
}

function isCounted({ qmKcalPerMol }: { qmKcalPerMol: number }, { fit }: Workflow): boolean {
  return qmKcalPerMol <= fit.energyCutoffKcalPerMol;
}

/** How many of a drive's points the fit and its RMSE count, such as "13 of 24". */
export function countedText({ points }: TorsionFit, workflow: Workflow): string {
  const counted = points.filter((point) => isCounted(point, workflow));
  return `${counted.length} of ${points.length}`;
}

function parameterTable(parameters: TorsionFit['parameters']): Fragment {
  if (parameters.length === 0) return null; // general ones, which no torsion has to itself
  const periodicities = [
    ...new Set(parameters.flatMap(({ fitted }) => fitted.map((term) => term.periodicity))),
  ].sort((a, b) => a - b);
  const constant = (terms: readonly TorsionTerm[], periodicity: number) =>
    terms.find((term) => term.periodicity === periodicity);
  const row = ({ smirks, startingFrom, terms, fitted }: BespokeParameter & { fitted: TorsionTerm[] }) => {
    const cells = periodicities.map((periodicity) => {
      const after = constant(fitted, periodicity);
      if (after === undefined) return markup`<td></td>`;
      const before = constant(terms, periodicity)?.kKcalPerMol ?? 0;
      return markup`<td class="number"><span class="quiet">${fixed(before, 3)}</span><br /><b>${fixed(after.kKcalPerMol, 3)}</b></td>`;
    });
    return markup`<tr><th scope="row"><code>${smirks}</code><br /><span class="quiet">starts from ${startingFrom}</span></th>${cells}</tr>`;
  };
  const caption = markup`Bespoke parameters: k before and <b>after</b> the fit for each periodicity, kcal/mol`;
  const rows = markup`<thead><tr><th scope="col">SMIRKS</th>
      ${periodicities.map((periodicity) => markup`<th scope="col" class="number">k${periodicity}</th>`)}</tr></thead>
    <tbody>${parameters.map(row)}</tbody>`;
  return scrollingTable('parameters', caption, rows);
}

function pointTable(points: TorsionFit['points']): Markup {
  const heads = ['Grid / °', 'Dihedral / °', 'QM', 'MM before', 'MM after'];
  const row = (point: TorsionFit['points'][number]) => markup`<tr>
    <th scope="row" class="number">${point.gridDegrees}</th>
    <td class="number">${fixed(point.dihedralDegrees, 2)}</td>
    <td class="number">${fixed(point.qmKcalPerMol, 3)}</td>
    <td class="number">${fixed(point.mmBeforeKcalPerMol, 3)}</td>
    <td class="number">${fixed(point.mmAfterKcalPerMol, 3)}</td></tr>`;
  const rows = markup`<thead><tr>${heads.map((head) => markup`<th scope="col" class="number">${head}</th>`)}</tr></thead>
    <tbody>${points.map(row)}</tbody>`;
  return markup`<details><summary>The ${points.length} points in numbers</summary>
    ${scrollingTable('points', 'Relative energies in kcal/mol', rows)}</details>`;
}

function asymmetryNote(torsion: TorsionFit): Fragment {
  const text = asymmetryText(torsion);
  return text && markup`<div class="note caution">The ${text}</div>`;
}

/** How the fragment compares with the molecule, in a sentence. */
function comparisonText(
  { parentCheck, replaces }: ReportFragment,
  { parentCheck: settings }: Workflow,
): string {
  if (parentCheck === null) return '';
  if (parentCheck.verdict === 'not-compared')
    return `The fragment was not compared with the molecule: ${parentCheck.reason}`;
  const figure = `by ${parentCheck.deviationKcalPerMol.toFixed(2)} kcal/mol (QM − MM, standard deviation; threshold ${settings?.thresholdKcalPerMol})`;
  return replaces === null
    ? `Fragment and molecule differ ${figure}.`
    : `The fragment ${replaces} and the molecule differ ${figure}: the whole molecule was driven in its place.`;
}

/** All about one fragment's torsion: where it is, its profiles, its parameters; or why it was left out. */
export function torsionSection(report: FitReport, fragment: ReportFragment, id: string): Markup {
  const parent = moleculeFromSmiles(report.mappedSmiles);
  const bonds = targetBondNames(parent, fragment.occurrences);
  const start = fragment.startsFromGivenCoordinates
    ? 'The coordinates given are one of its starting conformers. '
    : '';
  const drawings = fragmentFigures(
    parent,
    moleculeFromSmiles(fragment.mappedSmiles),
    fragment,
    start + comparisonText(fragment, report.workflow),
  );

  const torsion = torsionOf(report, fragment);
  if (torsion === undefined) {
    return markup`<section class="card torsion-card" id="${id}">
      <div class="head"><h3>Bond ${bonds}</h3></div>
      <div class="torsion">${drawings}
        <div class="note caution"><strong>Left out of the fit.</strong> ${fragment.dropped}</div></div></section>`;
  }
  const { rmseBeforeKcalPerMol: before, rmseAfterKcalPerMol: after, points } = torsion;
  const plotted = points.map(({ gridDegrees, ...point }) => ({
    ...point,
    across: gridDegrees,
    hasWeight: isCounted(point, report.workflow),
  }));
  return markup`<section class="card torsion-card" id="${id}">
    <div class="head"><h3>Bond ${bonds}</h3>
      <span class="rmse">RMSE ${rmseText(before)} →
        <b class="${after > before ? 'worse' : ''}">${rmseText(after)}</b> kcal/mol over ${countedText(torsion, report.workflow)} points</span></div>
    <div class="torsion">${drawings}
      <figure>${profilePlot(`${id}-plot`, `Torsion profile of bond ${bonds}`, plotted)}
      <figcaption>Reference: ${fragment.reference && provenanceText(fragment.reference)}.${interpolationText(torsion)}
        Rest the pointer on a point for its numbers.</figcaption></figure></div>
    ${asymmetryNote(torsion)}${parameterTable(torsion.parameters)}${pointTable(points)}</section>`;
}
