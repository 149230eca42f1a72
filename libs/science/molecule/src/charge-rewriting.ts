import { at, pairKey, readCommonChem, type Graph, type GraphBond } from './graph';
import type { Molecule } from './molecule';
import { MoleculeError } from './molecule-error';
import { freeMol, guarded, type Mol } from './rdkit';
import { matchesIn } from './smarts';
import { aromaticFlags, matchableMol, molAsWritten, structureOf } from './structure';

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
 * then RDKit puts single and double bonds into the rings that are aromatic in the MDL model. A molecule in which
 * nothing matches stays as it is.
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
  const bondBetween = (i: number, j: number): GraphBond =>
    at(drawn.bonds, bondIndex.get(pairKey(i, j)) ?? -1);
  const flags = aromaticFlags(molecule);
  let rewritten: Mol | undefined;
  try {
    for (const { smarts, charges, orders } of rewritings)
      for (let round = 0; ; round++) {
        const match = matchesIn(rewritten ?? matchableMol(molecule), smarts)[0];
        if (match === undefined) break;
        if (round === MAX_REWRITINGS)
          throw new MoleculeError(
            'unreadable',
            `${molecule.name || 'The molecule'} has no normal form: ${smarts} matches again and again.`,
          );
        const tagged = (tag: number): number => at(match, tag - 1);
        for (const [tag, charge] of charges) at(drawn.atoms, tagged(tag)).formalCharge = charge;
        for (const [from, to, order] of orders) bondBetween(tagged(from), tagged(to)).order = order;
        const next = molAsWritten(drawn, flags);
        if (rewritten !== undefined) freeMol(rewritten);
        rewritten = next;
      }
    const { bonds } = rewritten === undefined ? graph : kekulised(rewritten);
    return {
      formalCharges: drawn.atoms.map((atom) => atom.formalCharge),
      bondOrders: bonds.map((bond) => bond.order),
    };
  } finally {
    if (rewritten !== undefined) freeMol(rewritten);
  }
}

function kekulised(mol: Mol): Graph {
  return guarded(() => {
    mol.convert_to_kekule_form();
    return readCommonChem(mol.get_json()).graph;
  });
}
