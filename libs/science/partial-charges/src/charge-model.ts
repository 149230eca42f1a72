import type { Molecule } from '@bespoke/molecule';
import type { EngineRun } from '@bespoke/qc-engines';

/** What made a set of charges: enough to make them again. */
export interface ChargeProvenance {
  /** As in "AM1-BCC". */
  method: string;
  program: string;
  version: string;
  /** In words: the geometry, the averaging, the limits that were set. */
  settings: string;
}

/** A way to give a molecule partial charges. A new one is a file that exports one of these and a line in `charge-models.ts`. */
export interface ChargeModel<Name extends string = string> {
  /** As workflows and the command line name it. */
  readonly name: Name;
  /** As in "AM1-BCC". */
  readonly method: string;
  /** The model file by which force fields name it, as in "openff-gnn-am1bcc-1.0.0.pt"; null if they do not. */
  readonly modelFile: string | null;
  /** The program that it runs; null where it needs none. */
  readonly program: 'mopac' | null;
  /**
   * Why this model has no charges for the molecule, or null where it has. Cheap: no program is run.
   * @param nameOf how the message names an atom; by its symbol and its place, counted from 1, as in "O3"
   */
  unsupported(molecule: Molecule, nameOf?: (atom: number) => string): string | null;
  /** What makes the charges on this machine; null where its program is missing. */
  provenance(): Promise<ChargeProvenance | null>;
  /**
   * Partial charges in e, in the molecule's order of atoms; they add up to its formal charge.
   * @param geometryAngstrom flat, near a minimum; null lets the model make the geometries that it needs. A model
   *   that makes several of its own takes from it just the stereo that the molecule leaves open, one that needs none nothing
   */
  charges(molecule: Molecule, geometryAngstrom: ArrayLike<number> | null, run: EngineRun): Promise<number[]>;
}
