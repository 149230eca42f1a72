import {
  ConformersTask,
  ConstrainedOptimizationTask,
  FitParametersTask,
  FragmentTask,
  GroupFragmentsTask,
  ParentCheckTask,
  SinglePointTask,
  WriteForceFieldTask,
  type ConformersResult,
  type ConstrainedOptimizationResult,
  type FitParametersResult,
  type FragmentResult,
  type GroupFragmentsResult,
  type ParentCheckResult,
  type SinglePointResult,
  type StageName,
  type WriteForceFieldResult,
} from '@bespoke/workflow-schema';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const MEBIBYTE = 2 ** 20;

/** What the platform has to know about one kind of task. */
export interface TaskKind {
  kind: string;
  /** The stage whose workers run it. */
  stage: StageName;
  /**
   * Whether it is bound to one version of one program: always, never, or `sometimes`, by its input. If not, any worker
   * of the stage takes it.
   */
  needsProgram: boolean | 'sometimes';
  /** Validates the input of a task before a handler sees it. */
  input: new () => object;
  /** An attempt that takes longer is killed and counts as timed out. */
  timeoutMs: number;
  /** After so many crashes and time-outs the task ends as crashed or timed out. */
  maxAttempts: number;
  /** Cores that a task holds while it runs; `all` of its worker's where it can use any number of them for seconds. */
  cores: number | 'all';
  /** The least memory that a task needs; it holds its cores' share of the worker's memory where that is more. */
  memoryBytes: number;
}

/** Every kind of task: the single place that says who runs it, with what, and for how long. */
export const taskKinds = {
  fragment: {
    kind: 'fragment',
    stage: 'fragmentation',
    needsProgram: 'sometimes',
    input: FragmentTask,
    timeoutMs: 10 * MINUTE_MS,
    maxAttempts: 3,
    cores: 'all',
    memoryBytes: 512 * MEBIBYTE,
  },
  'parent-check': {
    kind: 'parent-check',
    stage: 'qc-generation',
    needsProgram: true,
    input: ParentCheckTask,
    timeoutMs: 2 * HOUR_MS,
    maxAttempts: 3,
    cores: 1,
    memoryBytes: 512 * MEBIBYTE,
  },
  conformers: {
    kind: 'conformers',
    stage: 'qc-generation',
    needsProgram: false,
    input: ConformersTask,
    timeoutMs: 10 * MINUTE_MS,
    maxAttempts: 3,
    cores: 1,
    memoryBytes: 256 * MEBIBYTE,
  },
  'constrained-optimization': {
    kind: 'constrained-optimization',
    stage: 'qc-generation',
    needsProgram: true,
    input: ConstrainedOptimizationTask,
    timeoutMs: 12 * HOUR_MS,
    maxAttempts: 3,
    cores: 1,
    memoryBytes: 512 * MEBIBYTE,
  },
  'single-point': {
    kind: 'single-point',
    stage: 'qc-generation',
    needsProgram: true,
    input: SinglePointTask,
    timeoutMs: 2 * HOUR_MS,
    maxAttempts: 3,
    cores: 1,
    memoryBytes: 512 * MEBIBYTE,
  },
  'group-fragments': {
    kind: 'group-fragments',
    stage: 'optimization',
    needsProgram: false,
    input: GroupFragmentsTask,
    timeoutMs: 10 * MINUTE_MS,
    maxAttempts: 3,
    cores: 1,
    memoryBytes: 256 * MEBIBYTE,
  },
  'fit-parameters': {
    kind: 'fit-parameters',
    stage: 'optimization',
    needsProgram: 'sometimes',
    input: FitParametersTask,
    timeoutMs: 6 * HOUR_MS,
    maxAttempts: 3,
    cores: 1,
    memoryBytes: 512 * MEBIBYTE,
  },
  'write-force-field': {
    kind: 'write-force-field',
    stage: 'optimization',
    needsProgram: false,
    input: WriteForceFieldTask,
    timeoutMs: 10 * MINUTE_MS,
    maxAttempts: 3,
    cores: 1,
    memoryBytes: 256 * MEBIBYTE,
  },
} as const satisfies Record<string, TaskKind>;

export type TaskKindName = keyof typeof taskKinds;

/** The input that a handler of the kind gets. */
export type TaskInput<K extends TaskKindName> = InstanceType<(typeof taskKinds)[K]['input']>;

/** What a handler of each kind gives back. */
export interface TaskOutputs {
  fragment: FragmentResult;
  'parent-check': ParentCheckResult;
  conformers: ConformersResult;
  'constrained-optimization': ConstrainedOptimizationResult;
  'single-point': SinglePointResult;
  'group-fragments': GroupFragmentsResult;
  'fit-parameters': FitParametersResult;
  'write-force-field': WriteForceFieldResult;
}

/** The kinds that a stage's workers must handle, in the order in which they are taken. */
export function taskKindsOf(stage: StageName): TaskKindName[] {
  return (Object.keys(taskKinds) as TaskKindName[]).filter((kind) => taskKinds[kind].stage === stage);
}
