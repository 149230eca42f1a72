/** What decides which points a drive scans. */
export interface GridSettings {
  /** Of each driven dihedral: a whole number of degrees that divides 360, at most 180. */
  gridSpacingDegrees: readonly number[];
  /**
   * Of each driven dihedral the lowest and the highest angle that is scanned, from -180 up; one that ends above 180
   * goes on from -180: [80, 240] is 80 to 180 and -180 to -120. Without it, the whole circle.
   */
  rangesDegrees?: readonly (readonly [number, number])[];
}

/** The points that a drive scans, numbered from 0, the last dihedral's angle running fastest. */
export interface Grid {
  axes: readonly GridAxis[];
  size: number;
}

interface GridAxis {
  spacingDegrees: number;
  /** In (-180, 180], in the order in which a drive can walk over them: ascending, but for a range across 180. */
  anglesDegrees: readonly number[];
  /** Whether the last angle is next to the first. */
  isRing: boolean;
}

export function gridOf(settings: GridSettings): Grid {
  const known = grids.get(settings);
  if (known !== undefined) return known;
  const { gridSpacingDegrees, rangesDegrees } = settings;
  const axes = gridSpacingDegrees.map((spacing, axis) => axisOf(spacing, rangesDegrees?.[axis]));
  const size = axes.reduce((product, { anglesDegrees }) => product * anglesDegrees.length, 1);
  grids.set(settings, { axes, size });
  return { axes, size };
}

/** Every step of a drive asks for its grid. */
const grids = new WeakMap<GridSettings, Grid>();

/** The angles of a point. */
export function gridDegrees({ axes }: Grid, index: number): number[] {
  return placesOf(axes, index).map((place, axis) => axes[axis]!.anglesDegrees[place]!);
}

/** The point nearest to some angles, null where it is outside the ranges. */
export function nearestGridIndex({ axes }: Grid, anglesDegrees: readonly number[]): number | null {
  const places = axes.map(({ spacingDegrees, anglesDegrees: grid }, axis) =>
    grid.indexOf(nearestOnCircle(anglesDegrees[axis]!, spacingDegrees)),
  );
  return places.includes(-1) ? null : indexOf(axes, places);
}

/** The points one step away: for each dihedral the lower one, then the higher one. */
export function gridNeighbours({ axes }: Grid, index: number): number[] {
  const places = placesOf(axes, index);
  const neighbours = axes.flatMap(({ anglesDegrees: { length }, isRing }, axis) =>
    [places[axis]! - 1, places[axis]! + 1]
      .map((place) => (isRing ? (place + length) % length : place))
      .filter((place) => place >= 0 && place < length)
      .map((place) => indexOf(axes, places.with(axis, place))),
  );
  // On a ring of two both steps lead to the same point.
  return [...new Set(neighbours)];
}

/** The least number of steps between two points. */
export function gridDistance({ axes }: Grid, a: number, b: number): number {
  const [from, to] = [placesOf(axes, a), placesOf(axes, b)];
  return axes.reduce((sum, { anglesDegrees: { length }, isRing }, axis) => {
    const steps = Math.abs(from[axis]! - to[axis]!);
    return sum + (isRing ? Math.min(steps, length - steps) : steps);
  }, 0);
}

/** As `numpy.round` does it: a half goes to the even neighbour. */
export function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The same whole angle in (-180, 180]. */
export function wrapGridDegrees(degrees: number): number {
  return degrees + Math.floor((180 - degrees) / 360) * 360;
}

/** The grid is counted from -180, so that 0 need not be on it: with a spacing of 24 it is not. */
function nearestOnCircle(angleDegrees: number, spacingDegrees: number): number {
  return wrapGridDegrees(roundHalfToEven((angleDegrees + 180) / spacingDegrees) * spacingDegrees - 180);
}

function axisOf(spacingDegrees: number, range: readonly [number, number] | undefined): GridAxis {
  const size = 360 / spacingDegrees;
  const circle = Array.from({ length: size }, (_, step) => -180 + (step + 1) * spacingDegrees);
  const isInside = circle.map((angle) => range === undefined || isInRange(angle, range));
  if (!isInside.includes(false)) return { spacingDegrees, anglesDegrees: circle, isRing: true };
  // What is inside is one arc; it begins where the angle before is outside.
  const first = isInside.findIndex((inside, step) => inside && !isInside.at(step - 1)!);
  const arc = first === -1 ? [] : [...circle.slice(first), ...circle.slice(0, first)];
  return {
    spacingDegrees,
    anglesDegrees: arc.filter((angle) => isInside[circle.indexOf(angle)]),
    isRing: false,
  };
}

/** As in torsiondrive, where only the highest angle goes round: of [200, 300] the lowest is -180. */
function isInRange(angle: number, [lowest, highest]: readonly [number, number]): boolean {
  if (lowest === -180 && angle === 180) return true;
  return highest > 180 ? angle >= lowest || angle <= highest - 360 : angle >= lowest && angle <= highest;
}

function placesOf(axes: readonly GridAxis[], index: number): number[] {
  const places: number[] = [];
  let rest = index;
  for (const { anglesDegrees } of axes.toReversed()) {
    places.unshift(rest % anglesDegrees.length);
    rest = Math.floor(rest / anglesDegrees.length);
  }
  return places;
}

function indexOf(axes: readonly GridAxis[], places: readonly number[]): number {
  return axes.reduce((index, { anglesDegrees }, axis) => index * anglesDegrees.length + places[axis]!, 0);
}
