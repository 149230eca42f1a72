import { depictFragmentInParent, type FragmentDrawing } from '@bespoke/fragmentation';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import type { FitReport } from '@bespoke/workflow-schema';
import { asymmetryWarnings } from './profile-symmetry';
import { reportHtml } from './report-html';

/** The report as a page, in a thread of its own: it draws molecules. */
export default function renderReport(report: FitReport): Promise<string> {
  return reportHtml(report);
}

/** The report with the warnings that take chemistry. */
export async function withAsymmetryWarnings(report: FitReport): Promise<FitReport> {
  await loadRDKit();
  return { ...report, warnings: [...report.warnings, ...asymmetryWarnings(report)] };
}

export interface FragmentInMolecule extends FragmentDrawing {
  /** Of the molecule. */
  mappedSmiles: string;
}

/** The molecule with a fragment over it, as SVG. */
export async function drawFragment({ mappedSmiles, ...fragment }: FragmentInMolecule): Promise<string> {
  await loadRDKit();
  return depictFragmentInParent(moleculeFromSmiles(mappedSmiles), fragment);
}
