import { depictFragmentInParent, type FragmentDrawing } from '@bespoke/fragmentation';
import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import type { FitReport } from '@bespoke/workflow-schema';
import { reportHtml } from './report-html';

/** The report as a page, in a thread of its own: it draws molecules. */
export default function renderReport(report: FitReport): Promise<string> {
  return reportHtml(report);
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
