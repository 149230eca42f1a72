import type { StageName } from '@bespoke/workflow-schema';

/** A program that a worker can run, in its exact version. */
export interface Engine {
  program: string;
  version: string;
}

/** What a worker, or a pool of like workers, offers. */
export interface StageCapability {
  stage: StageName;
  engines: readonly Engine[];
}

/** Who could do the work: the workers that are up now, and the pools that were declared (null: none were). */
export interface Supply {
  workers: readonly StageCapability[];
  pools: readonly StageCapability[] | null;
  /** Whether the queue of tasks took no more when it was last tried. */
  isQueueFull?: boolean;
}

/**
 * The version of a program that new work of a stage is pinned to: the highest that a worker has which is up, else the
 * highest that a pool declares; null when there is neither.
 */
export function versionToPin(supply: Supply, stage: StageName, program: string): string | null {
  return highestVersion(supply.workers, stage, program) ?? highestVersion(supply.pools ?? [], stage, program);
}

/** Null when a worker for the stage (and the engine) is up and tasks get to it, else what is missing, for a person. */
export function missingSupply(supply: Supply, stage: StageName, engine?: Engine): string | null {
  const workers = supply.workers.filter((worker) => worker.stage === stage);
  const room = supply.isQueueFull ? 'room in the queue of tasks' : null;
  if (engine === undefined) return workers.length > 0 ? room : `a worker for ${stage}`;
  const versions = workers
    .flatMap(({ engines }) => engines)
    .filter(({ program }) => program === engine.program);
  if (versions.some(({ version }) => version === engine.version)) return room;
  const other = versions[0];
  return (
    `a worker with ${engine.program} ${engine.version}` +
    (other === undefined
      ? ''
      : ` (there is ${other.program} ${other.version}: cancel and submit again to use that)`)
  );
}

/** What decides which program a stage needs. */
const DECIDED_BY: Record<StageName, string> = {
  fragmentation: 'fragmentation scheme',
  'qc-generation': 'workflow',
  optimization: 'charge model (chargeModel in the workflow; nagl needs no program)',
};

/** Null when the work can be done by a declared pool, or might be by a worker to come; else why not. */
export function unsupportedEngine(supply: Supply, stage: StageName, program: string): string | null {
  const offers = (supply.pools ?? supply.workers).filter((offer) => offer.stage === stage);
  // Nothing declared and nobody up yet says nothing about what will come: such a fit waits visibly.
  if (supply.pools === null && offers.length === 0) return null;
  const programs = [
    ...new Set(offers.flatMap(({ engines }) => engines.map(({ program }) => program))),
  ].sort();
  if (programs.includes(program)) return null;
  const present = programs.length > 0 ? `There is ${programs.join(', ')}.` : 'There is no engine at all.';
  return `No worker pool for ${stage} has the program ${program}. ${present} Choose another ${DECIDED_BY[stage]}, or add workers that have ${program} (\`bespoke engines install ${program}\` on their machine, then start them again).`;
}

function highestVersion(
  offers: readonly StageCapability[],
  stage: StageName,
  program: string,
): string | null {
  const versions = offers
    .filter((offer) => offer.stage === stage)
    .flatMap(({ engines }) => engines)
    .filter((engine) => engine.program === program)
    .map(({ version }) => version)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return versions.at(-1) ?? null;
}
