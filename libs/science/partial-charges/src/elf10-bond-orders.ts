import {
  canonicalAroundBond,
  formalCharge,
  generateConformers,
  symmetryClasses,
  type Molecule,
} from '@bespoke/molecule';
import { am1BondOrders, mopacAm1, type EngineRun } from '@bespoke/qc-engines';
import { elf10, leastInteractingFirst } from './conformer-choice';

type BondOrders = (i: number, j: number) => number;

/** Conformers to choose from, not minimised: openff-fragmenter has at most 800 of them, at least 1 angstrom apart. */
const MAX_CANDIDATES = 200;

/**
 * AM1 Wiberg bond orders averaged over ELF10 conformers, each relaxed with AM1: what WBO fragmentation compares. They
 * do not depend on the order of the atoms. Where the molecule leaves its stereo open they are of one stereoisomer.
 *
 * What it gives back remembers every molecule that it was asked for, and runs no more than `run.cores` calculations at
 * a time however many molecules it is asked for at once: make one for each task.
 * @returns a function that throws MoleculeError, EngineError, EngineCrashError, what `runProgram` throws
 */
export function elf10BondOrders(run: EngineRun): (molecule: Molecule) => Promise<BondOrders> {
  const known = new Map<string, Promise<BondOrders>>();
  const inTurn = atMost(run.cores);
  return async (molecule) => {
    const { molecule: canonical, order } = canonicalNumbering(molecule);
    let orders = known.get(canonical.mappedSmiles);
    if (!orders) known.set(canonical.mappedSmiles, (orders = meanBondOrders(canonical, run, inTurn)));
    const ofCanonical = await orders;
    const place: number[] = [];
    order.forEach((atom, index) => (place[atom] = index));
    return (i, j) => ofCanonical(place[i]!, place[j]!);
  };
}

async function meanBondOrders(
  molecule: Molecule,
  run: EngineRun,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<BondOrders> {
  const single = { ...run, cores: 1 };
  const candidates = await inTurn(async () =>
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
    const { chargesE } = await inTurn(() => mopacAm1(request, single));
    conformers = elf10(leastInteractingFirst(molecule, candidates, chargesE));
  }
  const all = await Promise.all(
    conformers.map((conformer) => inTurn(() => am1BondOrders(molecule, conformer, single))),
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

/** Runs work at once, or as soon as fewer than `count` others run. */
function atMost(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= count) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
