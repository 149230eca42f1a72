import { markup, type Markup } from './markup';
import { scrollingTable } from './page';

/** A number of a force field before and after a fit. */
export interface FigureRow {
  section: string;
  smirks: string;
  attribute: string;
  before: number;
  after: number;
  /** How far it might well have gone. */
  priorWidth: number;
  /** Of the three. */
  unit: string;
}

/** What a fit made of figures, one in a row. */
export function figureTable(className: string, figures: readonly FigureRow[]): Markup {
  const row = ({ section, smirks, attribute, before, after, priorWidth, unit }: FigureRow): Markup => {
    const numbers = [
      before.toFixed(4),
      after.toFixed(4),
      priorWidth.toPrecision(3),
      ((after - before) / priorWidth).toFixed(3),
    ];
    return markup`<tr><td>${section}</td><th scope="row"><code>${smirks}</code></th><td>${attribute}</td>
      ${numbers.map((number) => markup`<td class="number">${number}</td>`)}<td>${unit}</td></tr>`;
  };
  const heads = ['before', 'after', 'prior width', 'change / width'];
  const rows = markup`<thead><tr><th scope="col">Section</th><th scope="col">SMIRKS</th><th scope="col">figure</th>
      ${heads.map((head) => markup`<th scope="col" class="number">${head}</th>`)}<th scope="col">unit</th></tr></thead>
    <tbody>${figures.map(row)}</tbody>`;
  return scrollingTable(
    className,
    'Figures before and after the fit, and how far each might well have gone',
    rows,
  );
}
