import type {
  ConformersResult,
  ConstrainedOptimizationResult,
  FitParametersResult,
  FragmentResult,
  GroupFragmentsResult,
  ParentCheckResult,
  SinglePointResult,
  WriteForceFieldResult,
} from '@bespoke/workflow-schema';
import type { TaskOutcome } from './task-request';

/** What a task of each kind gives back when it succeeds. */
interface TaskOutput {
  fragment: FragmentResult;
  'parent-check': ParentCheckResult;
  conformers: ConformersResult;
  'constrained-optimization': ConstrainedOptimizationResult;
  'single-point': SinglePointResult;
  'group-fragments': GroupFragmentsResult;
  'fit-parameters': FitParametersResult;
  'write-force-field': WriteForceFieldResult;
}

/** An outcome whose output is what a task of the kind gives. */
export type ReadOutcome<K extends keyof TaskOutput> =
  { outcome: 'succeeded'; output: TaskOutput[K] } | Exclude<TaskOutcome, { outcome: 'succeeded' }>;

/**
 * The outcome of a task of this kind, null where there is none yet. Results are written by other processes,
 * perhaps of another version, and never change: one that makes no sense counts as a crash of its task, for a
 * step that threw at it would throw for ever, and a crash is tried again when someone asks anew.
 */
export function readOutcome<K extends keyof TaskOutput>(
  kind: K,
  outcome: TaskOutcome | null | undefined,
): ReadOutcome<K> | null {
  if (outcome === null || outcome === undefined) return null;
  switch (outcome.outcome) {
    case 'succeeded':
      if (!isOutput[kind](outcome.output)) break;
      return { ...outcome, output: outcome.output as TaskOutput[K] };
    case 'failed':
    case 'crashed':
    case 'timed-out':
      if (!isObject(outcome.failure)) break;
      if (typeof outcome.failure.code !== 'string' || typeof outcome.failure.message !== 'string') break;
      return outcome;
    default:
      outcome satisfies never;
  }
  return {
    outcome: 'crashed',
    failure: {
      code: 'malformed-result',
      message: `The result of a ${kind} task is not what this version can read: is its worker of another version? Submit again when all are of one.`,
    },
  };
}

const isOutput: { [K in keyof TaskOutput]: (output: unknown) => boolean } = {
  fragment: (output) =>
    isObject(output) && isArrayOf(output['fragments'], isFragment) && isArrayOf(output['warnings'], isString),
  'parent-check': (output) =>
    isObject(output) &&
    isNumber(output['deviationKcalPerMol']) &&
    (output['parents'] === undefined || isArrayOf(output['parents'], Array.isArray)),
  conformers: (output) => isObject(output) && isArrayOf(output['conformers'], isConformer),
  'constrained-optimization': (output) =>
    isConformer(output) && isNumber(output['energyHartree']) && isNumber(output['energyAtTargetHartree']),
  'single-point': (output) => isObject(output) && isNumber(output['energyHartree']),
  'group-fragments': (output) => isObject(output) && isArrayOf(output['groups'], isFitGroup),
  'fit-parameters': (output) => isObject(output) && isString(output['fitOutcomeSha256']),
  'write-force-field': (output) =>
    isObject(output) && isString(output['forceFieldSha256']) && isString(output['fitOutcomeSha256']),
};

function isFragment(value: unknown): boolean {
  return (
    isDrivenMolecule(value) &&
    (value['wholeMolecule'] === undefined ||
      isArrayOf(
        value['wholeMolecule'],
        (whole) => isDrivenMolecule(whole) && Array.isArray(whole['fragmentAtoms']),
      ))
  );
}

function isDrivenMolecule(value: unknown): value is Record<string, unknown> {
  return (
    isObject(value) &&
    isString(value['mappedSmiles']) &&
    isString(value['smiles']) &&
    isArrayOf(value['dihedral'], isNumber) &&
    value['dihedral'].length === 4 &&
    isArrayOf(value['occurrences'], isObject) &&
    isArrayOf(value['parameters'], isObject) &&
    (value['otherParameters'] === undefined || isArrayOf(value['otherParameters'], isObject)) &&
    (value['startConformerSha256'] === undefined || isString(value['startConformerSha256']))
  );
}

function isFitGroup(value: unknown): boolean {
  return (
    isObject(value) &&
    isArrayOf(value['fragments'], isNumber) &&
    isArrayOf(value['smirks'], (patterns) => isArrayOf(patterns, isString))
  );
}

function isConformer(value: unknown): value is Record<string, unknown> {
  return (
    isObject(value) && isArrayOf(value['geometryAngstrom'], isNumber) && isNumber(value['dihedralDegrees'])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isArrayOf(value: unknown, isElement: (element: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(isElement);
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value);
}
