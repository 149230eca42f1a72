import {
  canonicalAroundBond,
  formalCharge,
  generateConformers,
  heavySmiles,
  MoleculeError,
  symmetryClasses,
  type Molecule,
} from '@bespoke/molecule';
import { am1BondOrders, EngineError, mopacAm1, type EngineRun } from '@bespoke/qc-engines';
import { elf10, leastInteractingFirst } from './conformer-choice';

/** No AM1 bond orders could be made of a molecule, and none would be at another try. */
export class NoBondOrdersError extends Error {
  readonly code = 'no-bond-orders';
  override readonly name = 'NoBondOrdersError';
}

type BondOrders = (i: number, j: number) => number;

/**
 * Conformers to choose from, not minimised; the 2 % that are kept decide what it costs. openff-fragmenter has at most
 * 800, at least 1 angstrom apart.
 */
const MAX_CANDIDATES = 100;

/**
 * A fragment has few conformers, of which 2 % are one, and the order of its bond is then as good as chance. With five,
 * one more of 53 verdicts of the reference set comes out.
 */
const LEAST_CONFORMERS = 5;

/**
 * How far conformers are relaxed: bonds and angles settle, and the order of a target bond is as near to that of the
 * minimum as after a relaxation to a norm of 3, kcal/mol/angstrom, which takes four times as long.
 */
const RELAXATION = { relaxToGradientNorm: 10, lbfgs: true };

/**
 * AM1 Wiberg bond orders averaged over ELF10 conformers, each relaxed with AM1: what WBO fragmentation compares. They
 * do not depend on the order of the atoms. Where the molecule leaves its stereo open they are of one stereoisomer.
 *
 * What it gives back remembers every molecule that it was asked for, and runs no more than `run.cores` calculations at
 * a time however many molecules it is asked for at once: make one for each task.
 * @returns a function that throws NoBondOrdersError, EngineCrashError, what `runProgram` throws
 */
export function elf10BondOrders(run: EngineRun): (molecule: Molecule) => Promise<BondOrders> {
  const known = new Map<string, Promise<BondOrders>>();
  const turns = takingTurns(run.cores);
  return async (molecule) => {
    const { molecule: canonical, order } = canonicalNumbering(molecule);
    let orders = known.get(canonical.mappedSmiles);
    if (!orders)
      known.set(
        canonical.mappedSmiles,
        (orders = meanBondOrders(canonical, run, turns).catch(refused(molecule))),
      );
    const ofCanonical = await orders;
    const place: number[] = [];
    order.forEach((atom, index) => (place[atom] = index));
    return (i, j) => ofCanonical(place[i]!, place[j]!);
  };
}

/** A calculation that was refused would be refused again; a program that crashed or is not there is another matter. */
function refused(molecule: Molecule): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof EngineError || error instanceof MoleculeError)) throw error;
    throw new NoBondOrdersError(
      `No AM1 bond orders could be made of ${heavySmiles(molecule)} (${error.message}): choose another fragmentation.`,
      { cause: error },
    );
  };
}

async function meanBondOrders(
  molecule: Molecule,
  run: EngineRun,
  { first, last }: Turns,
): Promise<BondOrders> {
  const single = { ...run, cores: 1 };
  // Conformers are made in this thread: programs that can run beside it are started before.
  const candidates = await last(async () =>
    generateConformers(molecule, {
      maxConformers: MAX_CANDIDATES,
      seed: 1,
      allowUndefinedStereo: true,
      minimised: false,
    }),
  );
  let conformers = candidates;
  if (candidates.length > 1) {
    const request = {
      elements: molecule.atoms.map(({ element }) => element),
      formalCharge: formalCharge(molecule),
      geometryAngstrom: candidates[0]!,
      relaxToGradientNorm: null,
    };
    const { chargesE } = await first(() => mopacAm1(request, single));
    conformers = elf10(leastInteractingFirst(molecule, candidates, chargesE), LEAST_CONFORMERS);
  }
  const all = await Promise.all(
    conformers.map((conformer) => first(() => am1BondOrders(molecule, conformer, single, RELAXATION))),
  );
  return (i, j) => all.reduce((sum, orders) => sum + orders(i, j), 0) / all.length;
}

/** The molecule in a numbering that depends on its structure alone, and the old index of each atom. */
function canonicalNumbering(molecule: Molecule): { molecule: Molecule; order: readonly number[] } {
  const classes = symmetryClasses(molecule);
  const [first] = molecule.bonds
    .map(({ begin, end }) => [begin, end] as const)
    .map((bond) => ({ bond, key: bond.map((atom) => classes[atom]!).sort((a, b) => a - b) }))
    .sort((a, b) => a.key[0]! - b.key[0]! || a.key[1]! - b.key[1]!);
  return canonicalAroundBond(molecule, first!.bond);
}

/** Runs work at once, or as soon as fewer than so many others run. */
interface Turns {
  /** Before whatever waits. */
  first<T>(work: () => Promise<T>): Promise<T>;
  /** After whatever waits. */
  last<T>(work: () => Promise<T>): Promise<T>;
}

function takingTurns(count: number): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  const inTurn = async <T>(work: () => Promise<T>, queue: (go: () => void) => void): Promise<T> => {
    if (running >= count) await new Promise<void>(queue);
    else running++;
    try {
      return await work();
    } finally {
      // Not before what follows on this work could queue.
      setImmediate(() => {
        const next = waiting.shift();
        if (next) next();
        else running--;
      });
    }
  };
  return {
    first: (work) => inTurn(work, (go) => waiting.unshift(go)),
    last: (work) => inTurn(work, (go) => waiting.push(go)),
  };
}
