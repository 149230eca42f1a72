import initRDKitModule from '@rdkit/rdkit';
import type { Log, MainModule, Mol } from '@rdkit/rdkit';
import { MoleculeError } from './molecule-error';

export type { Mol } from '@rdkit/rdkit';

/** Option of `get_mol`: hydrogens that are written stay atoms. */
export const EXPLICIT_HYDROGENS = JSON.stringify({ removeHs: false });

interface LoadedRDKit {
  module: MainModule;
  errors: Log;
}

let loading: Promise<void> | undefined;
let loaded: LoadedRDKit | undefined;

/**
 * Starts RDKit's WebAssembly module, once for each thread, and anew after it has crashed: await it before each job.
 * Everything else in this library is synchronous after it.
 */
export function loadRDKit(): Promise<void> {
  loading ??= initRDKitModule().then((module) => {
    const errors = module.set_log_capture('rdApp.error');
    if (errors === null) throw new Error('RDKit has no error log to capture.');
    module.disable_logging('rdApp.warning');
    // The old perception forgets double bonds' stereo when it reads JSON.
    module.use_legacy_stereo_perception(false);
    loaded = { module, errors };
  });
  return loading;
}

/** Why RDKit could not read a text. */
export interface Unread {
  reason: string;
  /** From 0: the aromatic atoms that no alternating double bonds fit, where that is the reason. */
  aromaticAtoms: readonly number[];
}

/**
 * Reads a molecule or a query, or says why RDKit could not. The caller deletes the molecule.
 *
 * @throws Error before {@link loadRDKit} has resolved
 */
export function readWithReason(read: (module: MainModule) => Mol | null): { mol: Mol } | Unread {
  const { module, errors } = started();
  errors.clear_buffer();
  try {
    const mol = guarded(() => read(module));
    if (mol !== null) return { mol };
  } catch (error) {
    if (!(error instanceof MoleculeError)) throw error;
    return { reason: 'RDKit stopped at it', aromaticAtoms: [] };
  }
  return reasonInLog(errors.get_buffer());
}

/** Runs `use` on a molecule and frees it, whatever happens: WebAssembly memory is not garbage collected. */
export function usingMol<T>(mol: Mol, use: (mol: Mol) => T): T {
  try {
    return guarded(() => use(mol));
  } finally {
    freeMol(mol);
  }
}

/** Frees a molecule, unless its module has just crashed. */
export function freeMol(mol: Mol): void {
  if (loaded !== undefined) mol.delete();
}

/** A value that holds RDKit's molecules or patterns: another one for each module, since those of a crashed one are lost. */
export function perModule<T>(make: () => T): () => T {
  const values = new WeakMap<LoadedRDKit, T>();
  return () => {
    const owner = started();
    let value = values.get(owner);
    if (value === undefined) values.set(owner, (value = make()));
    return value;
  };
}

const freed = new FinalizationRegistry(({ mol, owner }: { mol: Mol; owner: LoadedRDKit }) => {
  if (owner === loaded) mol.delete();
});

/** Frees a molecule of RDKit's when `holder` is garbage. */
export function freeWith(holder: object, mol: Mol): void {
  freed.register(holder, { mol, owner: started() });
}

/** Why RDKit's last module can no longer be used. */
let crash: Error | undefined;

/** Runs a call into RDKit. A C++ exception is about this molecule only; after a trap the module's memory may be broken. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const isTrap = error instanceof Error && /^RuntimeError: |call stack/.test(String(error));
    if (isTrap) {
      crash = error;
      loaded = loading = undefined;
    }
    // C++ exceptions come as WebAssembly.Exception, which is no Error.
    if (error instanceof Error) throw error;
    throw new MoleculeError('unreadable', 'RDKit cannot work with the molecule.', { cause: error });
  }
}

function started(): LoadedRDKit {
  if (loaded !== undefined) return loaded;
  if (crash !== undefined)
    throw new Error('RDKit has crashed: await loadRDKit() once more.', { cause: crash });
  throw new Error('RDKit is not loaded yet: await loadRDKit() before working with molecules.');
}

/** RDKit logs several lines, each with a clock time; the first one says what is wrong, another one where. */
function reasonInLog(log: string): Unread {
  const lines = log.split('\n').map((line) => line.replace(/^\[\d\d:\d\d:\d\d\] /, '').trim());
  const first = (lines[0] ?? '').replace(/^SM(?:ILES|ARTS) Parse Error: /, '');
  const unkekulized = /^Can't kekulize mol\.\s+Unkekulized atoms: ([\d ]+)$/.exec(first);
  if (unkekulized?.[1] !== undefined) {
    const aromaticAtoms = unkekulized[1].trim().split(' ').map(Number);
    const shown = aromaticAtoms.slice(0, 12).map((index) => index + 1);
    const listed = `${shown.join(', ')}${aromaticAtoms.length > 12 ? '...' : ''}`;
    return { reason: `no alternating double bonds fit the aromatic atoms ${listed}`, aromaticAtoms };
  }
  const valence = /^Explicit valence for atom # (\d+) (\w+), (\d+), is greater than permitted$/.exec(first);
  if (valence !== null) {
    const reason = `atom ${Number(valence[1]) + 1} (${valence[2]}) has ${valence[3]} bonds, too many`;
    return { reason, aromaticAtoms: [] };
  }
  const what = first.replace(/ (?:while parsing|for input): .*$/, '');
  const where = lines
    .map((line) => /around position (\d+)/.exec(line)?.[1])
    .find((found) => found !== undefined);
  if (what === '') return { reason: 'RDKit gives no reason', aromaticAtoms: [] };
  return { reason: where === undefined ? what : `${what} at position ${where}`, aromaticAtoms: [] };
}
