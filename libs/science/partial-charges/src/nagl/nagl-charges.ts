import { rings, type Molecule } from '@bespoke/molecule';
import { ChargeError } from '../charge-error';
import { normalForm } from './charge-normalisation';
import { naglUnsupported } from './domain';
import { networkCharges } from './graph-network';
import { averageFormalCharges } from './resonance';
import { smallMoleculeCharges } from './small-molecules';
import { naglWeights } from './weights';

/**
 * Partial charges in e by the graph network openff-gnn-am1bcc-1.0.0 (Open Force Field Initiative, CC BY 4.0), which
 * Sage 2.3.0 asks for: from the molecular graph alone, in its order of atoms, with the formal charge as their sum.
 * Equivalent atoms have equal charges (but see {@link smallestRings}). The first call reads the weights (7 MB); synchronous, some milliseconds after it.
 *
 * @throws ChargeError for a molecule outside of the model's training, or with more resonance forms than can be followed
 */
export function naglCharges(molecule: Molecule): number[] {
  const charges = smallMoleculeCharges(molecule) ?? chargesByNetwork(molecule);
  const total = molecule.atoms.reduce((sum, { formalCharge }) => sum + formalCharge, 0);
  const excess = charges.reduce((sum, charge) => sum + charge, -total) / charges.length;
  return charges.map((charge) => charge - excess);
}

function chargesByNetwork(molecule: Molecule): number[] {
  const reason = naglUnsupported(molecule);
  if (reason !== null) throw new ChargeError('unsupported-by-charge-model', reason);
  const formalCharges = averageFormalCharges(molecule, normalForm(molecule));
  return networkCharges(molecule, formalCharges, smallestRings(molecule), naglWeights());
}

/**
 * A smallest set of smallest rings, as openff-nagl has it: without the rings that the symmetrised set adds, which come
 * last among those of one ring system and are sums of earlier ones. In a few bridged molecules (pinene) which of two
 * equal bridges is "in a ring of six" is then left to the order of the atoms, and so are the charges, by some 0.01 e.
 */
function smallestRings(molecule: Molecule): number[][] {
  const bit = new Map<string, bigint>();
  for (const { begin, end } of molecule.bonds) {
    const bond = 1n << BigInt(bit.size / 2);
    bit.set(`${begin}-${end}`, bond).set(`${end}-${begin}`, bond);
  }
  // Independent sums of rings by their highest bond: Gauss's elimination.
  const basis = new Map<number, bigint>();
  return rings(molecule).filter((ring) => {
    let rest = ring.reduce((sum, atom, i) => sum ^ bit.get(`${atom}-${ring[(i + 1) % ring.length]}`)!, 0n);
    while (rest !== 0n) {
      const highest = rest.toString(2).length;
      const known = basis.get(highest);
      if (known === undefined) {
        basis.set(highest, rest);
        return true;
      }
      rest ^= known;
    }
    return false;
  });
}
