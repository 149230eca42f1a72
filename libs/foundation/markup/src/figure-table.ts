import { fixed } from './fixed';
import { markup, type Markup } from './markup';
import { scrollingTable } from './page';

/** A number of a force field before and after a fit. */
export interface FigureRow {
  section: string;
  smirks: string;
  /** Of the parameter, where it has one. */
  id?: string;
  attribute: string;
  /** Of the term, where the attribute is a torsion's k: k1 of a file is its first term, whatever its periodicity. */
  periodicity?: number;
  before: number;
  after: number;
  /** How far it might well have gone. */
  priorWidth: number;
  /** Of the three. */
  unit: string;
}

/** What a fit made of parameters, one number in a row. */
export function figureTable(className: string, figures: readonly FigureRow[]): Markup {
  const row = (figure: FigureRow): Markup => {
    const { section, smirks, id, attribute, periodicity, before, after, priorWidth, unit } = figure;
    const numbers = [
      fixed(before, 4),
      fixed(after, 4),
      priorWidth.toPrecision(3),
      fixed((after - before) / priorWidth, 3),
    ];
    return markup`<tr><td>${section}</td><th scope="row"><code>${smirks}</code>${id === undefined ? null : markup`<br /><span class="quiet">${id}</span>`}</th>
      <td>${periodicity === undefined ? attribute : `k, periodicity ${periodicity}`}</td>
      ${numbers.map((number) => markup`<td class="number">${number}</td>`)}<td>${unit}</td></tr>`;
  };
  const heads = ['before', 'after', 'prior width', 'change / width'];
  const rows = markup`<thead><tr><th scope="col">Section</th><th scope="col">SMIRKS</th><th scope="col">value</th>
      ${heads.map((head) => markup`<th scope="col" class="number">${head}</th>`)}<th scope="col">unit</th></tr></thead>
    <tbody>${figures.map(row)}</tbody>`;
  return scrollingTable(
    className,
    'Values before and after the fit, and how far each might well have gone',
    rows,
  );
}
