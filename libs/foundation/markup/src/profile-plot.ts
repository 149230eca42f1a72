import { fixed } from './fixed';
import { markup, type Markup } from './markup';

/** A point of a torsion drive, energies relative. */
export interface ProfilePoint {
  /** Its angle on the grid, or its number where the drive has no grid. */
  across: number;
  qmKcalPerMol: number;
  mmBeforeKcalPerMol: number;
  mmAfterKcalPerMol: number;
  /** Of the QM energy where that is interpolated, and whether there is a single point here. */
  standardErrorKcalPerMol?: number;
  isComputed?: boolean;
  /** Does the fit count it? */
  hasWeight: boolean;
}

/** What is plotted, in the order of the legend; the page's style sheet has a colour for each class. */
const LEVELS = [
  { key: 'qmKcalPerMol', className: 'qm', name: 'QM' },
  { key: 'mmBeforeKcalPerMol', className: 'before', name: 'MM before' },
  { key: 'mmAfterKcalPerMol', className: 'after', name: 'MM after' },
] as const;

const WIDTH = 620;
const HEIGHT = 340;
const [LEFT, RIGHT, TOP, BOTTOM] = [52, WIDTH - 16, 40, HEIGHT - 46];

/** The energies of points without weight stretch the axis to this many times those of the others, not further. */
const MAX_STRETCH = 2;

/**
 * The profiles of one torsion drive, QM and MM before and after the fit, as an SVG that takes its colours from the page.
 * A band about QM is two standard errors wide to each side, and its interpolated points are small. A line breaks where a
 * point of the grid is missing; points without weight are hollow, and cut off where they lie far
 * above the others.
 *
 * @param id unique in the page
 * @param points in any order
 */
export function profilePlot(
  id: string,
  title: string,
  points: readonly ProfilePoint[],
  axis: 'dihedral' | 'point' = 'dihedral',
): Markup {
  const sorted = points.toSorted((a, b) => a.across - b.across);
  const isAngle = axis === 'dihedral';
  const [first, last] = isAngle ? angleRange(sorted) : [1, Math.max(2, points.length)];
  const [bottom, top, energyTicks] = energyRange(points);
  const x = (across: number) => (LEFT + ((across - first) / (last - first)) * (RIGHT - LEFT)).toFixed(1);
  const y = (energy: number) => (BOTTOM - ((energy - bottom) / (top - bottom)) * (BOTTOM - TOP)).toFixed(1);

  const decimals = Math.max(0, -Math.floor(Math.log10(energyTicks[1]! - bottom)));
  const rows = energyTicks.map(
    (tick) => markup`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y(tick)}" y2="${y(tick)}" />
    <text text-anchor="end" x="${LEFT - 8}" y="${y(tick)}" dy="4">${tick.toFixed(decimals)}</text>`,
  );
  const columns = roundTicks(first, last, 6)
    .filter((tick) => tick >= first && tick <= last)
    .map(
      (tick) => markup`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP}" y2="${BOTTOM}" />
      <text text-anchor="middle" x="${x(tick)}" y="${BOTTOM + 17}">${tick}</text>`,
    );
  const runs = unbrokenRuns(isAngle ? closed(sorted, first, last) : sorted);
  const band = (run: readonly ProfilePoint[]) => {
    const edge = (point: ProfilePoint, side: number) =>
      `${x(point.across)},${y(point.qmKcalPerMol + side * 2 * (point.standardErrorKcalPerMol ?? 0))}`;
    const outline = [
      ...run.map((point) => edge(point, 1)),
      ...run.toReversed().map((point) => edge(point, -1)),
    ];
    return markup`<polygon class="band" points="${outline.join(' ')}" />`;
  };
  const profiles = LEVELS.map(({ key, className, name }) => {
    const lines = runs.map(
      (run) =>
        markup`<polyline points="${run.map((point) => `${x(point.across)},${y(point[key])}`).join(' ')}" />`,
    );
    const dots = sorted.map(
      (point) =>
        markup`<circle${point.hasWeight ? null : markup` class="hollow"`} cx="${x(point.across)}" cy="${y(point[key])}" r="${isInterpolated(point, key) ? 1.5 : 3}"><title>${name} at ${point.across}${isAngle ? '°' : ''}: ${fixed(point[key], 2)} kcal/mol${point.hasWeight ? '' : ', not counted'}</title></circle>`,
    );
    const bands = key === 'qmKcalPerMol' ? runs.filter((run) => run.some(isUnsure)).map(band) : [];
    return markup`<g class="${className}">${bands}${lines}${dots}</g>`;
  });
  // QM goes on top.
  return markup`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-text">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-text">Relative energies over the ${isAngle ? 'dihedral angle' : 'points'}, by QM and by MM before and after the fit.</desc>
    <clipPath id="${id}-clip"><rect x="${LEFT - 5}" y="${TOP - 5}" width="${RIGHT - LEFT + 10}" height="${BOTTOM - TOP + 10}" /></clipPath>
    ${rows}${columns}${legend(points)}<g clip-path="url(#${id}-clip)">${profiles.toReversed()}</g>
    <text class="axis" text-anchor="middle" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 8}">${isAngle ? 'dihedral angle / degrees' : 'point'}</text>
    <text class="axis" text-anchor="middle" transform="translate(14 ${(TOP + BOTTOM) / 2}) rotate(-90)">relative energy / kcal mol⁻¹</text>
  </svg>`;
}

function isUnsure({ standardErrorKcalPerMol = 0 }: ProfilePoint): boolean {
  return standardErrorKcalPerMol > 0;
}

function isInterpolated({ isComputed = true }: ProfilePoint, key: string): boolean {
  return key === 'qmKcalPerMol' && !isComputed;
}

function legend(points: readonly ProfilePoint[]): Markup {
  const start = (place: number) => LEFT + 4 + place * 118;
  const entries = LEVELS.map(
    ({ className, name }, place) => markup`<g class="${className}">
      <line x1="${start(place)}" x2="${start(place) + 26}" y1="18" y2="18" /><circle cx="${start(place) + 13}" cy="18" r="3" />
      <text class="legend" x="${start(place) + 33}" y="22">${name}</text></g>`,
  );
  if (points.every(({ hasWeight }) => hasWeight)) return markup`${entries}`;
  const at = start(LEVELS.length);
  return markup`${entries}<circle class="hollow" cx="${at + 13}" cy="18" r="3" /><text class="legend" x="${at + 24}" y="22">not counted</text>`;
}

/** Round numbers, about `count` of them, from the last below `low` to the first above `high`. */
function roundTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 5, 6].find((factor) => factor * magnitude >= rough) ?? 10);
  const first = Math.floor(low / step);
  return Array.from({ length: Math.ceil(high / step) - first + 1 }, (_, index) => (first + index) * step);
}

function energyRange(points: readonly ProfilePoint[]): [bottom: number, top: number, ticks: number[]] {
  const energiesOf = (some: readonly ProfilePoint[]) =>
    some.flatMap((point) => LEVELS.map(({ key }) => point[key]));
  const counted = energiesOf(points.filter(({ hasWeight }) => hasWeight));
  const [low, high] = [Math.min(0, ...counted), Math.max(1, ...counted)];
  const seen = energiesOf(points).filter(
    (energy) => energy < MAX_STRETCH * high && energy > MAX_STRETCH * low - 1,
  );
  const ticks = roundTicks(Math.min(low, ...seen), Math.max(high, ...seen), 8);
  return [ticks[0]!, ticks.at(-1)!, ticks];
}

/** The full circle that has the points in it; what they span where none has. */
function angleRange(points: readonly ProfilePoint[]): [first: number, last: number] {
  const [low, high] = [points[0]?.across ?? 0, points.at(-1)?.across ?? 0];
  if (low >= -180 && high <= 180) return [-180, 180];
  return low >= 0 && high <= 360 ? [0, 360] : [low, Math.max(high, low + 1)];
}

/** The circle closes: what stands at one end of the axis stands at the other too. */
function closed(sorted: readonly ProfilePoint[], first: number, last: number): ProfilePoint[] {
  const [start, end] = [sorted[0], sorted.at(-1)];
  if (start === undefined || end === undefined || last - first !== 360) return [...sorted];
  if (end.across === last && start.across !== first) return [{ ...end, across: first }, ...sorted];
  if (start.across === first && end.across !== last) return [...sorted, { ...start, across: last }];
  return [...sorted];
}

/** Runs of neighbouring points; where one is missing, so that two lie further apart than others, the run breaks. */
function unbrokenRuns(points: readonly ProfilePoint[]): ProfilePoint[][] {
  const gaps = points.slice(1).map(({ across }, place) => across - points[place]!.across);
  const spacing = Math.min(...gaps.filter((gap) => gap > 0));
  const runs: ProfilePoint[][] = [];
  points.forEach((point, place) => {
    if (place > 0 && gaps[place - 1]! < 1.5 * spacing) runs.at(-1)!.push(point);
    else runs.push([point]);
  });
  return runs;
}
