import type { TorsionFit } from '@bespoke/workflow-schema';
import { markup, type Markup } from '@bespoke/markup';

type Points = TorsionFit['points'];
type Point = Points[number];

/** What is plotted, in the order of the legend; the style sheet has a colour for each class. */
const LEVELS = [
  { name: 'QM', className: 'qm', energyKcalPerMol: (point: Point) => point.qmKcalPerMol },
  { name: 'MM before', className: 'before', energyKcalPerMol: (point: Point) => point.mmBeforeKcalPerMol },
  { name: 'MM after', className: 'after', energyKcalPerMol: (point: Point) => point.mmAfterKcalPerMol },
] as const;

const WIDTH = 620;
const HEIGHT = 340;
const PLOT = { left: 52, right: WIDTH - 16, top: 40, bottom: HEIGHT - 46 };

/** About `count` round numbers that span the interval. */
function roundTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 5].find((factor) => factor * magnitude >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Runs of neighbouring grid points: where one is missing the line breaks. */
function unbrokenRuns(points: Points, gridSpacingDegrees: number): Points[] {
  const last = points.at(-1);
  // The circle closes: what stands at 180 stands at -180 too.
  const closed = last?.gridDegrees === 180 ? [{ ...last, gridDegrees: -180 }, ...points] : points;
  const runs: Points[] = [];
  for (const point of closed) {
    const previous = runs.at(-1)?.at(-1);
    if (previous && point.gridDegrees - previous.gridDegrees < 1.5 * gridSpacingDegrees) {
      runs.at(-1)!.push(point);
    } else {
      runs.push([point]);
    }
  }
  return runs;
}

function line(className: string, x1: string, y1: string, x2: string, y2: string): Markup {
  return markup`<line class="${className}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" />`;
}

function text(
  className: string,
  anchor: 'start' | 'middle' | 'end',
  x: number,
  y: number,
  what: string,
): Markup {
  return markup`<text class="${className}" text-anchor="${anchor}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${what}</text>`;
}

/**
 * The profiles of one torsion drive, QM and MM before and after the fit, as an SVG that takes its colours
 * from the page. `id` is unique in the page.
 */
export function profilePlot(
  id: string,
  title: string,
  points: Points,
  {
    gridSpacingDegrees,
    energyCutoffKcalPerMol,
  }: { gridSpacingDegrees: number; energyCutoffKcalPerMol: number },
): Markup {
  const energies = points.flatMap((point) => LEVELS.map((level) => level.energyKcalPerMol(point)));
  const ticks = roundTicks(Math.min(0, ...energies), Math.max(1, ...energies), 8);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const decimals = Math.max(0, -Math.floor(Math.log10(ticks[1]! - low)));
  const x = (degrees: number) => PLOT.left + ((degrees + 180) / 360) * (PLOT.right - PLOT.left);
  const y = (energy: number) => PLOT.bottom - ((energy - low) / (high - low)) * (PLOT.bottom - PLOT.top);
  const [left, right, top, bottom] = [PLOT.left, PLOT.right, PLOT.top, PLOT.bottom].map(String) as [
    string,
    string,
    string,
    string,
  ];

  const energyAxis = ticks.map((tick) => {
    const height = y(tick).toFixed(1);
    return [
      line('grid', left, height, right, height),
      text('tick', 'end', PLOT.left - 8, y(tick) + 4, tick.toFixed(decimals)),
    ];
  });
  const angleAxis = [-180, -120, -60, 0, 60, 120, 180].map((degrees) => {
    const across = x(degrees).toFixed(1);
    return [
      line('grid', across, top, across, bottom),
      text('tick', 'middle', x(degrees), PLOT.bottom + 17, String(degrees)),
    ];
  });
  const unweighted =
    energyCutoffKcalPerMol < high
      ? markup`<rect class="unweighted" x="${left}" y="${top}" width="${PLOT.right - PLOT.left}"
          height="${(y(energyCutoffKcalPerMol) - PLOT.top).toFixed(1)}">
          <title>Points whose QM energy is above ${energyCutoffKcalPerMol} kcal/mol carry no weight</title></rect>`
      : null;

  const runs = unbrokenRuns(points, gridSpacingDegrees);
  const profiles = LEVELS.map(({ name, className, energyKcalPerMol }) => {
    const place = (point: Point) =>
      [x(point.gridDegrees).toFixed(1), y(energyKcalPerMol(point)).toFixed(1)] as const;
    const lines = runs.map(
      (run) => markup`<polyline points="${run.map((point) => place(point).join(',')).join(' ')}" />`,
    );
    const dots = points.map((point) => {
      const [cx, cy] = place(point);
      const angles = `${point.gridDegrees}° (${point.dihedralDegrees.toFixed(1)}°)`;
      const label = `${name} at ${angles}: ${energyKcalPerMol(point).toFixed(2)} kcal/mol`;
      return markup`<circle cx="${cx}" cy="${cy}" r="3"><title>${label}</title></circle>`;
    });
    return markup`<g class="${className}">${lines}${dots}</g>`;
  });
  const legendStart = (index: number) => PLOT.left + 4 + index * 110;
  const legend = LEVELS.map(({ name, className }, index) => {
    const start = legendStart(index);
    return markup`<g class="${className}">${line('', String(start), '18', String(start + 26), '18')}
      <circle cx="${start + 13}" cy="18" r="3" />${text('legend', 'start', start + 33, 22, name)}</g>`;
  });

  const unweightedLegend =
    unweighted &&
    markup`<rect class="unweighted legend-band" x="${legendStart(LEVELS.length)}" y="11" width="26" height="14" />
      ${text('legend', 'start', legendStart(LEVELS.length) + 33, 22, `QM above ${energyCutoffKcalPerMol}: not counted`)}`;

  // QM goes on top.
  return markup`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-text">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-text">Relative energies over the dihedral angle, from QM and from MM before and after the fit.</desc>
    ${unweighted}${energyAxis}${angleAxis}${legend}${unweightedLegend}${profiles.toReversed()}
    ${text('axis', 'middle', (PLOT.left + PLOT.right) / 2, HEIGHT - 8, 'dihedral angle / degrees')}
    <g transform="translate(14 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)">
      ${text('axis', 'middle', 0, 0, 'relative energy / kcal mol⁻¹')}</g>
  </svg>`;
}
