import { at, pairKey, readCommonChem, type Graph } from './graph';
import type { Molecule } from './molecule';
import { MoleculeError } from './molecule-error';

import { matchesIn } from './smarts';
import { aromaticFlags, molAsWritten, structureOf } from './structure';

/** More rewritings of one kind than a molecule has places for. */
const MAX_REWRITINGS = 200;

/** One way to draw a group instead of another: where `smarts` matches, charges and bond orders become these. */
export interface ChargeRewriting {
  readonly smarts: string;
  /** [tag, formal charge] */
  readonly charges: readonly (readonly [number, number])[];
  /** [tag, tag, order] */
  readonly orders: readonly (readonly [number, number, 1 | 2 | 3])[];
}

export interface KekuleStructure {
  readonly formalCharges: readonly number[];
  /** In the order of `molecule.bonds`. */
  readonly bondOrders: readonly (1 | 2 | 3)[];
}

/**
 * Draws a molecule in another of its forms: each rewriting in turn, first match first, until it matches no more;
 * then RDKit puts single and double bonds into the rings that are aromatic in the MDL model.
 *
 * @throws MoleculeError 'unreadable' if a rewriting does not come to an end or leaves no possible structure
 */
export function rewriteCharges(molecule: Molecule, rewritings: readonly ChargeRewriting[]): KekuleStructure {
  const { graph } = structureOf(molecule);
  const drawn: Graph = {
    atoms: graph.atoms.map((atom) => ({ ...atom, chirality: null })),
    bonds: graph.bonds.map((bond) => ({ ...bond, stereo: null })),
  };
  const bondIndex = new Map(graph.bonds.map(({ begin, end }, index) => [pairKey(begin, end), index]));
  const flags = aromaticFlags(molecule);
  const who = molecule.name || 'The molecule';
  let mol = molAsWritten(drawn, flags);
  try {
    for (const { smarts, charges, orders } of rewritings)
      for (let round = 0; ; round++) {
        const match = matchesIn(mol, smarts)[0];
        if (match === undefined) break;
        if (round === MAX_REWRITINGS)
          throw new MoleculeError(
            'unreadable',
            `${who} has no normal form: ${smarts} matches again and again.`,
          );
        for (const [tag, charge] of charges) at(drawn.atoms, at(match, tag - 1)).formalCharge = charge;
        for (const [from, to, order] of orders) {
          const index = bondIndex.get(pairKey(at(match, from - 1), at(match, to - 1)));
          if (index !== undefined) at(drawn.bonds, index).order = order;
        }
        const rewritten = molAsWritten(drawn, flags);
        mol.delete();
        mol = rewritten;
      }
    mol.convert_to_kekule_form();
    const { graph: kekulized } = readCommonChem(mol.get_json());
    return {
      formalCharges: drawn.atoms.map((atom) => atom.formalCharge),
      bondOrders: kekulized.bonds.map((bond) => bond.order),
    };
  } finally {
    mol.delete();
  }
}
