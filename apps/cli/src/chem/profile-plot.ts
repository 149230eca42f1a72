import { markup, type Markup } from '@bespoke/markup';
import type { DriveFigures } from './fit-report';

const WIDTH = 560;
const HEIGHT = 260;
const LEFT = 44;
const RIGHT = WIDTH - 12;
const TOP = 12;
const BOTTOM = HEIGHT - 34;

const PROFILES = [
  { key: 'mm_before', className: 'before', name: 'MM before' },
  { key: 'mm_after', className: 'after', name: 'MM after' },
  { key: 'qm', className: 'qm', name: 'QM' },
] as const;

/** Round numbers inside an interval, up to six or seven. */
function roundTicks(low: number, high: number): number[] {
  const rough = (high - low) / 6;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 3, 6].find((factor) => factor * magnitude >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
}

/**
 * The profiles of a drive over its grid, or over the numbers of its points where it has none; colours are the page's. What lies
 * above the points with weight is cut off.
 *
 * @param number of the plot on its page
 */
export function profilePlot(drive: DriveFigures, title: string, number: number): Markup {
  const across = drive.grid ?? drive.qm.map((_, point) => point + 1);
  const order = [...across.keys()].sort((a, b) => across[a]! - across[b]!);
  // Points without weight may lie anywhere.
  const counted = PROFILES.flatMap(({ key }) => drive[key].filter((_, point) => drive.weights[point]! > 0));
  const top = Math.max(1, ...counted) * 1.1;
  const bottom = Math.min(0, ...counted);
  const [first, last] = [across[order[0]!]!, across[order.at(-1)!]!];
  const x = (value: number) =>
    (LEFT + ((value - first) / Math.max(1, last - first)) * (RIGHT - LEFT)).toFixed(1);
  const y = (value: number) => (BOTTOM - ((value - bottom) / (top - bottom)) * (BOTTOM - TOP)).toFixed(1);
  const clip = `profiles-${number}`;
  return markup`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
${roundTicks(bottom, top).map((tick) => markup`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y(tick)}" y2="${y(tick)}" /><text text-anchor="end" x="${LEFT - 6}" y="${y(tick)}" dy="4">${Number(tick.toFixed(3))}</text>`)}
${roundTicks(first, Math.max(last, first + 1)).map((angle) => markup`<text text-anchor="middle" x="${x(angle)}" y="${BOTTOM + 16}">${Number(angle.toFixed(3))}</text>`)}
<clipPath id="${clip}"><rect x="${LEFT - 4}" y="${TOP - 4}" width="${RIGHT - LEFT + 8}" height="${BOTTOM - TOP + 8}" /></clipPath>
<g clip-path="url(#${clip})">${PROFILES.map(
    ({ key, className, name }) => markup`<g class="${className}"><title>${name}</title>
<polyline points="${order.map((point) => `${x(across[point]!)},${y(drive[key][point]!)}`).join(' ')}" />
${order.map((point) => markup`<circle cx="${x(across[point]!)}" cy="${y(drive[key][point]!)}" r="2.5"><title>${name} at ${across[point]!}: ${drive[key][point]!.toFixed(2)} kcal/mol</title></circle>`)}</g>`,
  )}</g>
<text text-anchor="middle" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 4}">${drive.grid === null ? 'point' : 'dihedral / degrees'}; energies in kcal/mol</text></svg>`;
}
