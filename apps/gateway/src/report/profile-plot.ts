import type { TorsionFit } from '@bespoke/workflow-schema';
import { html, type Fragment, type Markup } from './markup';

type Points = TorsionFit['points'];
type Level = { name: string; className: string; energyKcalPerMol: (point: Points[number]) => number };

const LEVELS: readonly Level[] = [
  { name: 'MM before', className: 'before', energyKcalPerMol: (point) => point.mmBeforeKcalPerMol },
  { name: 'MM after', className: 'after', energyKcalPerMol: (point) => point.mmAfterKcalPerMol },
  { name: 'QM', className: 'qm', energyKcalPerMol: (point) => point.qmKcalPerMol },
];

const WIDTH = 620;
const HEIGHT = 340;
const LEFT = 52;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 46;

/** About `count` round numbers that span the interval. */
export function niceTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 5].find((factor) => factor * magnitude >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Runs of neighbouring grid points: where one is missing the line breaks. */
function unbrokenRuns(points: Points, gridSpacingDegrees: number): Points[] {
  const last = points.at(-1);
  // The circle closes: what stands at 180 stands at -180 too.
  const closed = last?.gridDegrees === 180 ? [{ ...last, gridDegrees: -180 }, ...points] : points;
  const runs: Points[] = [];
  for (const point of closed) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run && previous && point.gridDegrees - previous.gridDegrees < 1.5 * gridSpacingDegrees)
      run.push(point);
    else runs.push([point]);
  }
  return runs;
}

/**
 * The profiles of one torsion drive, QM and MM before and after the fit, as an SVG that takes its colours
 * from the page. `id` is unique in the page; energies are relative, kcal/mol.
 */
export function profilePlot(
  id: string,
  title: string,
  points: Points,
  grid: { gridSpacingDegrees: number; energyCutoffKcalPerMol: number },
): Markup {
  const energies = points.flatMap((point) => LEVELS.map((level) => level.energyKcalPerMol(point)));
  const ticks = niceTicks(Math.min(0, ...energies), Math.max(1, ...energies), 6);
  const low = ticks[0]!;
  const high = ticks.at(-1)!;
  const x = (degrees: number) => LEFT + ((degrees + 180) / 360) * (WIDTH - LEFT - RIGHT);
  const y = (energy: number) => HEIGHT - BOTTOM - ((energy - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const fixed = (value: number) => value.toFixed(1);
  const decimals = Math.max(0, -Math.floor(Math.log10(ticks[1]! - low)));
  const runs = unbrokenRuns(points, grid.gridSpacingDegrees);

  const energyAxis = ticks.map(
    (tick) =>
      html`<line
          class="grid"
          x1="${LEFT}"
          x2="${WIDTH - RIGHT}"
          y1="${fixed(y(tick))}"
          y2="${fixed(y(tick))}"
        />
        <text class="tick" x="${LEFT - 8}" y="${fixed(y(tick) + 4)}" text-anchor="end"
          >${tick.toFixed(decimals)}</text
        >`,
  );
  const angleAxis = [-180, -120, -60, 0, 60, 120, 180].map(
    (degrees) =>
      html`<line
          class="grid"
          x1="${fixed(x(degrees))}"
          x2="${fixed(x(degrees))}"
          y1="${TOP}"
          y2="${HEIGHT - BOTTOM}"
        />
        <text class="tick" x="${fixed(x(degrees))}" y="${HEIGHT - BOTTOM + 17}" text-anchor="middle"
          >${degrees}</text
        >`,
  );
  const { energyCutoffKcalPerMol: cutoff } = grid;
  const unweighted =
    cutoff < high
      ? html`<rect
          class="unweighted"
          x="${LEFT}"
          y="${TOP}"
          width="${WIDTH - LEFT - RIGHT}"
          height="${fixed(y(cutoff) - TOP)}"
        >
          <title>QM energies above ${cutoff} kcal/mol carry no weight in the fit</title></rect
        >`
      : null;

  const profile = ({ name, className, energyKcalPerMol }: Level): Fragment =>
    html`<g class="${className}">
      ${runs.map(
        (run) =>
          html`<polyline
            points="${run.map((point) => `${fixed(x(point.gridDegrees))},${fixed(y(energyKcalPerMol(point)))}`).join(' ')}"
          />`,
      )}
      ${points.map(
        (point) =>
          html`<circle
            cx="${fixed(x(point.gridDegrees))}"
            cy="${fixed(y(energyKcalPerMol(point)))}"
            r="${className === 'qm' ? 3.4 : 2.4}"
          >
            <title>
              ${name} at ${point.gridDegrees}° (${point.dihedralDegrees.toFixed(1)}°):
              ${energyKcalPerMol(point).toFixed(2)} kcal/mol
            </title></circle
          >`,
      )}</g
    >`;

  const legend = ['qm', 'before', 'after'].map((className, index) => {
    const level = LEVELS.find((candidate) => candidate.className === className)!;
    const left = LEFT + 4 + index * 120;
    return html`<g class="${className}"
      ><line x1="${left}" x2="${left + 26}" y1="18" y2="18" /> <circle cx="${left + 13}" cy="18" r="3" /><text
        class="legend"
        x="${left + 33}"
        y="22"
        >${level.name}</text
      ></g
    >`;
  });

  return html`<svg
    class="plot"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-labelledby="${id}-title ${id}-text"
  >
    <title id="${id}-title">${title}</title>
    <desc id="${id}-text">
      Relative energies in kcal/mol over the dihedral angle, from QM and from MM before and after the fit; the
      numbers are in the table below.
    </desc>
    ${unweighted}${energyAxis}${angleAxis}${legend}${LEVELS.map(profile)}
    <text class="axis" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">
      dihedral angle / degrees
    </text>
    <text
      class="axis"
      transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)"
      text-anchor="middle"
    >
      relative energy / kcal mol⁻¹
    </text>
  </svg>`;
}
