import { DriveError } from './drive-error';
import { readSettings } from './drive-settings';
import type { DriveSettings } from './drive-state';

/** A dihedral by its atoms, counted from 0. */
export type Dihedral = readonly [number, number, number, number];

/** What torsiondrive's `td_api` calls a state: a scan's input and all that was computed for it so far. */
export interface TorsiondriveState {
  dihedrals: readonly Dihedral[];
  settings: DriveSettings;
  /** The starting geometries, 3N coordinates each. */
  startsBohr: readonly (readonly number[])[];
  /** In the order of the file. */
  finished: readonly FinishedJob[];
}

export interface FinishedJob {
  startBohr: readonly number[];
  endBohr: readonly number[];
  energyHartree: number;
}

/** A state that torsiondrive could not go on from; the message names the field. */
export class TorsiondriveStateError extends Error {
  override readonly name = 'TorsiondriveStateError';
  readonly code = 'bad-state';

  constructor(field: string, reason: string, options?: ErrorOptions) {
    super(`${field}: ${reason}`, options);
  }
}

/**
 * Read a state as `td_api.current_state_json_dump` and `create_initial_state` write it.
 * @throws TorsiondriveStateError
 */
export function readTorsiondriveState(json: string): TorsiondriveState {
  const state = parse(json);
  const atomCount = listOf(state['elements'], 'elements').length;
  if (atomCount < 4) throw new TorsiondriveStateError('elements', 'a dihedral takes four atoms');
  const dihedrals = listOf(state['dihedrals'], 'dihedrals').map((value, index) =>
    readDihedral(value, `dihedrals[${index}]`, atomCount),
  );
  const twice = dihedrals.findIndex((one, index) =>
    dihedrals.slice(0, index).some((other) => isSame(one, other)),
  );
  if (twice !== -1) throw new TorsiondriveStateError(`dihedrals[${twice}]`, 'it is there twice');
  const starts = listOf(state['init_coords'], 'init_coords');
  if (starts.length === 0) throw new TorsiondriveStateError('init_coords', 'give one geometry or more');
  return {
    dihedrals,
    settings: settingsOf(state, dihedrals.length),
    startsBohr: starts.map((value, index) => readGeometry(value, `init_coords[${index}]`, atomCount)),
    finished: finishedOf(state['grid_status'], atomCount),
  };
}

/**
 * `grid_status` has its keys in the order in which the file has them, each behind a space: an object of JavaScript would
 * have whole numbers such as "45" before all others, and of two results for the same job the last one counts.
 */
function parse(json: string): Readonly<Record<string, unknown>> {
  let state: unknown;
  try {
    state = JSON.parse(json.replace(/"(\d+)"(?=\s*:)/g, '" $1"'));
  } catch (error) {
    throw new TorsiondriveStateError('the state', `it is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (typeof state !== 'object' || state === null || Array.isArray(state)) {
    throw new TorsiondriveStateError('the state', 'it is to be an object: {"dihedrals": [[0, 1, 2, 3]], …}');
  }
  return state as Readonly<Record<string, unknown>>;
}

function settingsOf(state: Readonly<Record<string, unknown>>, dihedrals: number): DriveSettings {
  const gridSpacingDegrees = listOf(state['grid_spacing'], 'grid_spacing').map((value, index) =>
    readNumber(value, `grid_spacing[${index}]`),
  );
  if (gridSpacingDegrees.length !== dihedrals) {
    throw new TorsiondriveStateError('grid_spacing', `it is to have ${dihedrals}, one for each dihedral`);
  }
  const ranges = listOf(state['dihedral_ranges'] ?? [], 'dihedral_ranges').map((value, index) =>
    readRange(value, `dihedral_ranges[${index}]`),
  );
  const threshold = state['energy_decrease_thresh'] ?? DEFAULT_THRESHOLD_HARTREE;
  const limit = state['energy_upper_limit'] ?? null;
  try {
    return readSettings({
      gridSpacingDegrees,
      ...(ranges.length > 0 && { rangesDegrees: ranges }),
      energyDecreaseThresholdHartree: readNumber(threshold, 'energy_decrease_thresh'),
      ...(limit !== null && { energyUpperLimitHartree: readNumber(limit, 'energy_upper_limit') }),
    });
  } catch (error) {
    if (!(error instanceof DriveError)) throw error;
    throw new TorsiondriveStateError('the state', error.message, { cause: error });
  }
}

const DEFAULT_THRESHOLD_HARTREE = 1e-5;

function finishedOf(status: unknown, atomCount: number): FinishedJob[] {
  if (typeof status !== 'object' || status === null || Array.isArray(status)) {
    throw new TorsiondriveStateError(
      'grid_status',
      'it is to be an object: {"-165": [[start, end, energy], …]}, or {}',
    );
  }
  return Object.entries(status).flatMap(([key, jobs]) => {
    const field = `grid_status["${key.trim()}"]`;
    return listOf(jobs, field).map((job, index) => {
      const at = `${field}[${index}]`;
      const [start, end, energy] = listOf(job, at);
      return {
        startBohr: readGeometry(start, `${at}[0]`, atomCount),
        endBohr: readGeometry(end, `${at}[1]`, atomCount),
        energyHartree: readNumber(energy, `${at}[2]`),
      };
    });
  });
}

function readDihedral(value: unknown, field: string, atomCount: number): Dihedral {
  const atoms = listOf(value, field);
  const areAtoms = atoms.every(
    (atom) => Number.isInteger(atom) && Number(atom) >= 0 && Number(atom) < atomCount,
  );
  if (atoms.length !== 4 || !areAtoms || new Set(atoms).size !== 4) {
    throw new TorsiondriveStateError(
      field,
      `it is to be four atoms, counted from 0, of the ${atomCount} there are`,
    );
  }
  return atoms as unknown as Dihedral;
}

function isSame(one: Dihedral, other: Dihedral): boolean {
  return one.join() === other.join() || one.toReversed().join() === other.join();
}

function readRange(value: unknown, field: string): [number, number] {
  const ends = listOf(value, field);
  if (ends.length !== 2) throw new TorsiondriveStateError(field, 'it is to be [lowest, highest] in degrees');
  return [readNumber(ends[0], `${field}[0]`), readNumber(ends[1], `${field}[1]`)];
}

/** Flat, or by atom. */
function readGeometry(value: unknown, field: string, atomCount: number): number[] {
  const coordinates = listOf(value, field).flat();
  if (coordinates.length !== 3 * atomCount) {
    throw new TorsiondriveStateError(
      field,
      `it is to be ${3 * atomCount} numbers in bohr; it has ${coordinates.length}`,
    );
  }
  return coordinates.map((coordinate, index) => readNumber(coordinate, `${field}[${index}]`));
}

function listOf(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new TorsiondriveStateError(field, value === undefined ? 'it is missing' : 'it is to be a list');
  }
  return value;
}

function readNumber(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new TorsiondriveStateError(field, 'it is to be a number');
  }
  return value;
}
