/** Four atoms around a bond, 0-based. */
export type Dihedral = readonly [number, number, number, number];

/** In the program's own names. */
export interface LevelOfTheory {
  method: string;
  basis: string | null;
  /** What the molecule is in, by the program's implicit model of it; in vacuum where this is absent or null. */
  solvent?: string | null;
}

export interface ClosedShellMolecule {
  /** Atomic numbers. */
  elements: readonly number[];
  formalCharge: number;
  /** Flat [x0, y0, z0, x1, …]. */
  geometryAngstrom: ArrayLike<number>;
}

/** A molecule and the level of theory that it is computed at. */
export interface Calculation extends ClosedShellMolecule, LevelOfTheory {}

export interface SinglePointRequest extends Calculation {
  /** Whether the gradient is wanted too. */
  gradient: boolean;
}

export interface SinglePointResult {
  energyHartree: number;
  /** Flat, in the order of the geometry; null unless asked for. */
  gradientHartreePerBohr: number[] | null;
}

/** Relax a molecule with one dihedral held at an angle, from a geometry that need not be on target. */
export interface ConstrainedOptimizationRequest extends Calculation {
  /** Every bond of the molecule, 0-based: what must not change. */
  bonds: readonly (readonly [number, number])[];
  dihedral: Dihedral;
  targetDegrees: number;
}

/** What a calculation may use. */
export interface EngineRun {
  cores: number;
  memoryBytes: number;
  /** An existing directory; a calculation makes one of its own in it and removes it. */
  scratchDirectory: string;
  /** Kills the program's process group. */
  signal?: AbortSignal;
}

export interface ConstrainedOptimizationResult {
  energyHartree: number;
  geometryAngstrom: number[];
  /** The angle that the returned geometry really has, in (-180, 180]; within 0.01 degrees of the target. */
  dihedralDegrees: number;
  /** How many energies and gradients it took. */
  gradientCount: number;
}

/**
 * A program that computes energies. A new one is a file that exports one of these, as a rule made by `engineOfGradients`,
 * and a line in `registry.ts`.
 */
export interface QcEngine {
  /** Lower case, as in a QC specification. */
  readonly name: string;
  /**
   * The version of the program that would be run, and of our optimiser after a plus sign (`6.5.1+opt1`): together they
   * decide every digit of a result. Null when there is no program.
   * @throws EngineError when what is there does not say what it is
   */
  probe(): Promise<{ version: string } | null>;
  /**
   * Of an engine of several parts, where `probe` finds it not: the part that is there and the one that is missing, for a
   * person; null when there is none of it.
   */
  incomplete?(): Promise<string | null>;
  /** Why the program cannot do this, or null when it can. Needs no program. */
  supports(level: LevelOfTheory, elements: readonly number[]): string | null;
  /** @throws EngineError, EngineCrashError, what `runProgram` throws */
  singlePoint(request: SinglePointRequest, run: EngineRun): Promise<SinglePointResult>;
  /** @throws EngineError, EngineCrashError, what `runProgram` throws */
  constrainedOptimization(
    request: ConstrainedOptimizationRequest,
    run: EngineRun,
  ): Promise<ConstrainedOptimizationResult>;
}

export type EngineErrorCode =
  /** The method, the basis, an element or the number of electrons is not for this program. */
  | 'unsupported'
  | 'not-converged'
  | 'off-target'
  | 'connectivity-changed'
  | 'unreadable-output'
  /** The program gave up; the message has its own words. */
  | 'engine-failed';

/** The calculation says no, and would again: `output` is all that the program wrote. */
export class EngineError extends Error {
  constructor(
    readonly code: EngineErrorCode,
    message: string,
    readonly output = '',
  ) {
    super(message);
    this.name = 'EngineError';
  }
}

/** The program died by a signal or had no room to write: another attempt may do. */
export class EngineCrashError extends Error {
  readonly code = 'engine-crashed';
  constructor(
    message: string,
    readonly output: string,
  ) {
    super(message);
    this.name = 'EngineCrashError';
  }
}
