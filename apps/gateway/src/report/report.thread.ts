import type { FitReport } from '@bespoke/workflow-schema';
import { reportHtml } from './report-html';

/** The report as a page, in a thread of its own: it draws molecules. */
export default function renderReport(report: FitReport): Promise<string> {
  return reportHtml(report);
}
