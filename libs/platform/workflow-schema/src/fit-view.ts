import type { Lane } from './submit-fit';

export type FitStatus = 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';
export type StageName = 'fragmentation' | 'qc-generation' | 'optimization';
export const STAGES: readonly StageName[] = ['fragmentation', 'qc-generation', 'optimization'];
export type DriveStatus = 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** Why something failed, for a person and for a program. */
export interface Failure {
  /** Stable, kebab-case: `engine-failed`, `no-conformer`, `drive-incomplete`, … */
  code: string;
  /** What failed, why in the engine's own words, and what to do. One line where it can be. */
  message: string;
  /** The engine's whole output, where there is one: GET /api/v2/fits/{id}/logs/{logSha256}. */
  logSha256?: string;
}

/** A fit as GET /api/v2/fits/{id} and every event of its stream give it. */
export interface FitView {
  id: string;
  name: string;
  smiles: string;
  workflow: string;
  lane: Lane;
  status: FitStatus;
  createdAt: string;
  finishedAt: string | null;
  /** Parameters are fitted as soon as their drives have ended, so that the last two may overlap. */
  stages: { name: StageName; status: FitStatus; startedAt: string | null; finishedAt: string | null }[];
  drives: {
    driveId: string;
    /** The fragment's SMILES without hydrogens, for people. */
    fragment: string;
    /** How many bonds of the molecule the fragment stands for. */
    bonds: number;
    /** Whether it was computed before the fit asked for it; null until that is known. */
    reused: boolean | null;
    status: DriveStatus;
    /** Grid points that have an energy, of all on the grid. */
    pointsDone: number;
    pointsTotal: number;
    /** Constrained optimisations finished, of those known so far. */
    optimizationsDone: number;
    optimizationsKnown: number;
    failure: Failure | null;
  }[];
  /** The fits of its parameters, each shared by all molecules that have the same fragments, once their drives have ended. */
  parameterFits: {
    /** Two fits that share it name the same task. */
    taskId: string;
    /** The drives that parameters are fitted to, by their index; more than one where they share parameters. */
    drives: number[];
    /** `waiting` also while it is computed. */
    status: FitStatus;
    /** As of a drive. */
    reused: boolean | null;
    failure: Failure | null;
  }[];
  /** Set while nothing runs because something is missing, such as "a worker with xtb". */
  waitingFor: string | null;
  failure: Failure | null;
  warnings: string[];
  /** Grows with each change: the id of the event that carried this view. */
  revision: number;
}

export interface FitPage {
  fits: FitView[];
  /** Pass as `after` for the next page; null at the end. */
  next: string | null;
}

/** RFC 9457. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Names this very request, as the server's log does. */
  instance?: string;
  /** Each wrong field of the request by name. */
  errors?: { field: string; message: string }[];
}
