import { rewriteCharges, type ChargeRewriting, type KekuleStructure, type Molecule } from '@bespoke/molecule';

/**
 * The forms in which the NAGL model saw its molecules when it was trained: RDKit's MolStandardize transforms
 * (normalizations.in, BSD-3-Clause). Left out are those that no molecule of the model's elements reaches in the MDL
 * aromaticity model (neutral aromatic N-H, aromatic anions, rings with double bonds outwards), and the transform of
 * hydrazine-diazonium salts, which leaves an impossible nitrogen: the reference program fails there.
 */
const NORMAL_FORMS: readonly ChargeRewriting[] = [
  {
    smarts: '[N,P;X3:1](=[O,S:2])=[O,S:3]',
    charges: [
      [1, 1],
      [2, -1],
    ],
    orders: [[1, 2, 1]],
  },
  {
    smarts: '[S+2:1]([O-:2])[O-:3]',
    charges: [
      [1, 0],
      [2, 0],
      [3, 0],
    ],
    orders: [
      [1, 2, 2],
      [1, 3, 2],
    ],
  },
  {
    smarts: '[*:1][N:2]=[N:3]#[N:4]',
    charges: [
      [3, 1],
      [4, -1],
    ],
    orders: [[3, 4, 2]],
  },
  {
    smarts: '[*:1]=[N:2]#[N:3]',
    charges: [
      [2, 1],
      [3, -1],
    ],
    orders: [[2, 3, 2]],
  },
  {
    smarts: '[!O:1][S+0;X3:2](=[O:3])[!O:4]',
    charges: [
      [2, 1],
      [3, -1],
    ],
    orders: [[2, 3, 1]],
  },
  {
    smarts: '[O,S;-1:1][P+;D4:2][O,S;-1:3]',
    charges: [
      [1, 0],
      [2, 0],
    ],
    orders: [[1, 2, 2]],
  },
  {
    smarts: '[C,S&!$([S+]-[O-]);X3+1:1]([NX3:2])[NX3!H0:3]',
    charges: [
      [1, 0],
      [3, 1],
    ],
    orders: [[1, 3, 2]],
  },
  {
    smarts: '[P;X4+1:1]([NX3:2])[NX3!H0:3]',
    charges: [
      [1, 0],
      [3, 1],
    ],
    orders: [[1, 3, 2]],
  },
  // Charges of opposite sign two bonds apart, then four.
  {
    smarts: '[N,P,O,S;-1:1]-[A+0:2]=[N,P,O,S;+1:3]',
    charges: [
      [1, 0],
      [3, 0],
    ],
    orders: [
      [1, 2, 2],
      [2, 3, 1],
    ],
  },
  {
    smarts: '[N,O,P,S;-1:1]-[a:2]:[n,o,p,s;+1:3]',
    charges: [
      [1, 0],
      [3, 0],
    ],
    orders: [[1, 2, 2]],
  },
  {
    smarts: '[N,P,O,S;-1:1]-[A+0:2]=[A:3]-[A:4]=[N,P,O,S;+1:5]',
    charges: [
      [1, 0],
      [5, 0],
    ],
    orders: [
      [1, 2, 2],
      [2, 3, 1],
      [3, 4, 2],
      [4, 5, 1],
    ],
  },
  {
    smarts: '[N,O,P,S;-1:1]-[c:2]:[a:3]:[a:4]:[n,o,p,s;+1:5]',
    charges: [
      [1, 0],
      [5, 0],
    ],
    orders: [[1, 2, 2]],
  },
  // A cation's charge goes where there is a hydrogen.
  {
    smarts: '[N,O;+0!H0:1]-[A:2]=[N!$(*[O-]),O;+1H0:3]',
    charges: [
      [1, 1],
      [3, 0],
    ],
    orders: [
      [1, 2, 2],
      [2, 3, 1],
    ],
  },
  {
    smarts: '[N,O;+0!H0:1]-[A:2]=[A:3]-[A:4]=[N!$(*[O-]),O;+1H0:5]',
    charges: [
      [1, 1],
      [5, 0],
    ],
    orders: [
      [1, 2, 2],
      [2, 3, 1],
      [3, 4, 2],
      [4, 5, 1],
    ],
  },
  {
    smarts: '[F,Cl,Br,I;-1:1]=[O:2]',
    charges: [
      [1, 0],
      [2, -1],
    ],
    orders: [[1, 2, 1]],
  },
  {
    smarts: '[N,P;-1:1]=[C+;v3:2]',
    charges: [
      [1, 0],
      [2, 0],
    ],
    orders: [[1, 2, 3]],
  },
];

const SULFUR_OR_PHOSPHORUS = [15, 16];

/** The molecule in its normal form; charges that can be drawn at several atoms stand where the model expects them. */
export function normalForm(molecule: Molecule): KekuleStructure {
  // No pattern above fits other molecules: RDKit reads no neutral nitrogen with five bonds.
  const mayFit = molecule.atoms.some(
    ({ formalCharge, element }, atom) =>
      formalCharge !== 0 ||
      (SULFUR_OR_PHOSPHORUS.includes(element) && molecule.neighbours[atom]?.length === 3),
  );
  return rewriteCharges(molecule, mayFit ? NORMAL_FORMS : []);
}
