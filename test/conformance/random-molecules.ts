import fc from 'fast-check';

// Random valid molecules, put together from pieces of SMILES. A piece begins with the atom by which it hangs on
// another piece; `{}` is a place for a piece to hang on, `{X}` one where X stands if nothing else does (an atom that
// may not lack a neighbour), and `{/}`, `{\}`, `{/X}`, `{\X}` are places at a double bond whose side matters. Ring
// closures are single digits, numbered anew when pieces are joined.

/** What a molecule can begin with. */
const CORES = [
  // Benzene and six-membered heteroaromatics
  ...['c1c{}c{}c{}c{}c1{}', 'c1cc{}ccc1', 'c1ccc(-c2cc{}ccc2)c{}c1', 'c1c{}nc{}c{}c1{}', 'c1nc{}c{}c{}c1{}'],
  ...['c1nc{}cc{}n1', 'c1cnc{}nc1{}', 'c1nc{}c{}nc1{}', 'c1nnc{}c{}c1{}', 'c1nc{}nc{}n1', 'c1nnc{}nn1'],
  ...['c1cc{}c{}c{}[n+]1[O-]', 'c1cc[nH+]c{}c1', 'c1cc{}c[o+]c1', 'c1cc{}ccp1', 'c1cc{}cc[s+]1'],
  // Oxo forms, quinones, bases
  ...['n1c{}cc{}cc1=O', 'C1=CC(=O)C=C{}N1{}', 'c1cc{}[nH]c(=O)c1', 'c1cc{}oc(=O)c1', 'c1c{}oc{}cc1=O'],
  ...['n1c(=O)[nH]cc{}c1=O', 'n1cnc(N{}{})cc1=O', 'C1=CC(=O)C{}=CC1=O', 'C1=C{}C(=O)c2cc{}ccc2C1=O'],
  ...['C1=CC=CC(=O)C1=O', 'c1cccc2c1C(=O)c1c{}cccc1C2=O', 'n1c(=O)n(C)c2nc{}n(C)c2c1=O'],
  // Five-membered heteroaromatics
  ...[
    'c1sc{}c{}c1{}',
    'c1cc{}c{}s1',
    'c1oc{}c{}c1',
    'c1cc{}co1',
    'c1[nH]c{}cc1{}',
    'n1c{}cc{}c1',
    'c1cc{}n{C}c1',
  ],
  ...[
    'c1nc{}c{}[nH]1',
    'n1cnc{}c1{}',
    'n1nc{}cc1{}',
    'c1n[nH]c{}c1{}',
    'c1nc{}cs1',
    'c1sc{}nc1{}',
    'c1nc{}co1',
  ],
  ...[
    'c1noc{}c1',
    'c1onc{}c1',
    'c1nsc{}c1',
    'n1cnc{}n1',
    'n1nnc{}c1',
    'c1nn{C}nn1',
    'c1nnn{C}n1',
    'c1nnc{}o1',
  ],
  ...[
    'c1noc{}n1',
    'c1nnc{}s1',
    'c1nsnc1{}',
    'c1nonc1{}',
    'n1cc[n+]{C}c1',
    'c1cc{}c[cH-]1',
    'c1c([O-])on[n+]1C',
  ],
  // Fused
  ...[
    'c1c[nH]c2c{}cc{}cc12',
    'n1cc{}c2cc{}ccc12',
    'c1cc{}c2c(c1)n{C}c{}c2',
    'c1nc2cc{}ccc2[nH]1',
    'n1ncc2c{}cccc12',
  ],
  ...[
    'c1n[nH]c2cc{}cnc12',
    'c1nc{}c2ncn{C}c2n1',
    'c1ccc2nc{}cc{}c2c1',
    'c1nccc2cc{}ccc12',
    'c1nc{}nc2cc{}ccc12',
  ],
  ...[
    'c1nc2ccccc2nc1{}',
    'c1ccc2c{}cccc2c1{}',
    'c1ccc2cc3cc{}ccc3cc2c1',
    'c1ccc2c(c1)ccc1cc{}ccc12',
    'c1ccc2cccc2cc1',
  ],
  ...[
    'c1cc{}c2cccc2cc1',
    'c1cc2ccccn2c1{}',
    'c1cn2cccc{}c2n1',
    'c1nn2c{}ccnc2c1{}',
    'c1nc2scc{}n2c1',
    'c1cc2cc[nH]c2nc1',
  ],
  ...[
    'c1nc2cc{}ccc2s1',
    'c1cc2ccccc2o1',
    'c1ccc2c(c1)[nH]c1cc{}ccc12',
    'c1c2ccccc2nc2c{}cccc12',
    'c1nc2nc{}nc{}c2nc1',
  ],
  ...['c1cc2cc{}ccc2oc1=O', 'c1cc(=O)c2ccc{}cc2o1', 'c1cc2ccc3cccc4ccc(c1)c2c34', 'C1=Cc2cccc3c{}ccc1c23'],
  ...['c1ccc2c(c1)c1ccccc12', 'c1ccc2c(c1)-c1cccc3cccc2c13', 'c1cc2cccc3ccc4cccc1c4c23'],
  ...[
    'c1cc2ccc3ccc4ccc5ccc6ccc1c1c2c3c4c5c61',
    'c1ccc2c(c1)sc1nc{}cn12',
    'c1ccc2c(c1)Nc1ccccc1S2',
    'c1ccc2c(c1)N{}c1cc{}ccc1O2',
  ],
  ...[
    'c1ccc2c(c1)C{}c1ccccc1-2',
    'c1ccc2c(c1)CCN{}C2',
    'c1ccc2OCOc2c1',
    'c1ccc2c(c1)C(=O)N{}C2=O',
    'c1cc2c(cn1)nc[nH]2',
  ],
  // Conjugated rings that are aromatic in some models or in none
  ...[
    'C1=CC=CC=CC=C1',
    'C1=CC=CC(=O)C=C1',
    'C1=CC=C[CH+]C=C1',
    'C1=CC(=C{}{})C=C1',
    'C1=CC=C{}C1',
    'C1=CC2=CC=CC2=C1',
  ],
  ...['C1=C{}C1=O', 'C1=CC=CN{}C=C1', 'C1=CC=COC=C1', 'C1=CC2=CC=CC=CC2=CC=C1', 'C1=CC=CC=CC=CC=C1'],
  ...['C1=CC(=C2C=CC=C2)C=C1', 'C1=CC(=C2C=CC=CC=C2)C=C1', 'C1=CN=CC=N1', 'B1OCc2cc{}ccc12'],
  // Saturated and partly saturated
  ...[
    'C1CCC{}CC1',
    'C1CC{}C{}C1',
    'C1CC{}C1',
    'C1C{}C1',
    'C1C{}{}C1',
    'C1CO1',
    'C1C{}O1',
    'C1CN1{}',
    'N1CCC{}CC1',
    'C1CCN{}CC1',
  ],
  ...[
    'N1CCN{C}CC1',
    'N1CCOCC1',
    'C1CN{}CCO1',
    'N1CCC{}C1',
    'C1CCCO1',
    'C1CCOC{}C1',
    'N1CC{}C1',
    'C1COC1',
    'C1CSCC1{}',
    'N1CCSCC1',
  ],
  ...[
    'N1CCCC1=O',
    'C1CC(=O)N{}C1',
    'C1CCOC1=O',
    'N1C(=O)CC1{}',
    'N1C(=O)NC(=O)C1{}',
    'C1C(=O)NC(=O)NC1=O',
    'C1SCC(=O)N1{}',
  ],
  ...[
    'C1C=CCC{}C1',
    'C1CCC=C{}C1',
    'C1=CCCC1',
    'C1=CC1{}',
    'C1CS(=O)(=O)CCN1{}',
    'C1CCSSC1',
    'C1CCCCCC1{}',
    'C1CCCCCCC1',
  ],
  ...[
    'C1CC2CCC1C2',
    'C12CC3CC(CC(C3)C1)C2',
    'C12CC{}(C1)C2',
    'C12C3C4C1C5C2C3C45',
    'C12CCN(CC1)C{}C2',
    'N1C2CCC1CC{}C2',
  ],
  ...[
    'C1CCC2(CC1)OCCO2',
    'C1CC2(C1)CN{}C2',
    'C1C2CC2CN1{}',
    'C1CC2CC1C=C2',
    'C1CCC2CC{}CCC2C1',
    'C1CC12CC{}C2',
    'C1C2CC12',
  ],
  ...[
    'C1NCc2ccccc2C1{}',
    'C1N=C{}c2cc{}ccc2N{}C1=O',
    'N1C=C{}CC=C1',
    'C1=NCCN1',
    'C1=NCCO1',
    'C1=NC{}CS1',
    'C1N=N1',
    'C1OCO1',
    'C1OO1',
  ],
  ...['[C@H]1O[C@H](CO{})[C@@H]{O}[C@H]{O}[C@H]1{O}', '[C@H]1CC[C@@H]{O}CC1', '[C@H]1CC[C@H]{O}CC1'],
  ...[
    '[C@H]1C(=O)N2[C@@H]1SC(C)(C)[C@@H]2C(=O)O',
    '[C@]12CC[C@H]{O}C[C@@H]1CC[C@@H]1[C@@H]2CC[C@]2(C)C(=O)CC[C@H]12',
  ],
  ...[
    '[C@@H]1C[C@H]1{C}',
    '[C@@]1{F}CCN{}C1',
    '[C@@H]1CCCN1{}',
    '[C@H]1C[C@@H]2CC[C@H]1C2',
    'P1(=O)OCCO1',
    'C1CP1{}',
  ],
  ...[
    'C1C[NH2+]CCC1{}',
    'C1CC[N+](C){C}C1',
    'C1CCCC[NH+]1{C}',
    'C1CSC(=S)S1',
    'C1=CSC=CS1',
    'C1=CS(=O)(=O)C=C1',
    'C1CS(=O)C1',
  ],
  // Chains
  ...[
    'C{}',
    'C{}{}',
    'C{}{}{}',
    'CC{}',
    'CCC{}{}',
    'CCCC{}',
    'O{}',
    'S{}',
    'N{}',
    'N{}{}',
    'C{}=O',
    'C(=O)N{}{}',
    'C(=O)O{}',
  ],
  ...[
    'OC(=O){}',
    'NC(=O){}',
    'N{}C(=O)O{C}',
    'N{}C(=O)N{}{}',
    'C(=O)NN{}',
    'C(=O)C(=O){}',
    'C(=O)CC(=O){}',
    'OC(=O)O{}',
    'C(=S)N{}{}',
  ],
  ...[
    'NC(=S)N{}',
    'C(=O)S{C}',
    'C(=S)O{C}',
    'C=C{}',
    'C{}=C{}{}',
    'C#C{}',
    'C=C=C{}',
    'C#CC#C{}',
    'C=CC=C{}',
    'N=C{}{}',
    'C=N{C}',
  ],
  ...[
    'C(=N){N}',
    'C(=NO{}){C}',
    'NC(=N)N{}',
    'C(=NC#N){N}',
    'N=C=N{C}',
    'C=[N+]=[N-]',
    'CN=[N+]=[N-]',
    'CC#N',
    'C[N+]#[C-]',
    'ON{}{}',
    'NN{}{}',
  ],
  ...[
    'OO{}',
    'SS{}',
    'CO{}',
    'CS{}',
    'CN{}{}',
    'C(F)(F){}',
    'C(Cl){}{}',
    'C(=O)F',
    'C(=O)Cl',
    'OCl',
    'N(F){}',
    'NCl',
  ],
  ...[
    '/C=C{/}',
    '/C=C{\\}',
    '/C=C{/C}',
    '/C=C{\\C}',
    '/C(C)=C(C){/C}',
    '/C{}=C(F){\\C}',
    '/C=N{/C}',
    '/C=N{\\C}',
    '/C=N/O{}',
    '/C(C)=N\\O',
  ],
  ...[
    '/N=N{/C}',
    '/N=N{\\C}',
    '/C=C/C=C{/}',
    '/C=C\\C=C{/}',
    '/C(N)=N{/C}',
    '/C=[N+]{/C}[O-]',
    '/C=N/N{}',
    '/C(C#N)=C{/C}',
    '/C=C/C(=O){}',
  ],
  ...[
    '[C@H]{C}{O}',
    '[C@@H]{C}{O}',
    '[C@H]{N}{C(=O)O}',
    '[C@@H]{N}{C(=O)O}',
    '[C@]{C}{O}{F}',
    '[C@@]{C}{N}{Cl}',
    '[C@@H]{C}C(=O)N{}',
  ],
  ...['[C@H]{O}[C@@H]{O}C', '[C@H]{O}[C@H]{O}C', '[C@H]{C}[C@@H]{N}C(=O)O', '[C@H]{F}Cl'],
  // Sulfur and phosphorus
  ...[
    'S(=O)(=O){C}',
    'S(=O){C}',
    '[S@](=O){C}',
    '[S@@](=O){C}',
    'S(=O)(=O)N{}{}',
    'N{}S(=O)(=O){C}',
    'S(=O)(=O)O{}',
    'OS(=O)(=O){C}',
  ],
  ...[
    'S(=O)(=N{}){C}',
    '[S@@](=O)(=N){C}',
    'S(=O)(=O)F',
    'S(=O)(=O)Cl',
    'S(=O)N{}',
    'SC#N',
    'SC(=O){C}',
    'S(=O)(=O)NC(=O)N{}',
    'S(=O)(=O)CC#N',
  ],
  ...[
    'P{C}{C}',
    'P(=O){C}{C}',
    'P(=O)(O{}){O}',
    'OP(=O)(O{})O{}',
    '[P@](=O){C}{O}',
    '[P@@](=O){C}{O}',
    'P(=S){OC}{OC}',
    'OP(=S)(OC)OC',
  ],
  ...[
    'N{}P(=O){N}{N}',
    'OP(=O)(O)OP(=O)(O)O',
    'P(Cl){Cl}',
    'S(F)(F)(F)(F)F',
    'C(=P(C)(C)C){}',
    'CB(O)O',
    'C[Si](C)(C){C}',
    'O[Si](C)(C){C}',
  ],
];

/** Hang on another piece only. */
const ENDS = [
  ...[
    'F',
    'Cl',
    'Br',
    'I',
    'O',
    'OC',
    'N',
    'C',
    'C#N',
    '[N+](=O)[O-]',
    'N=[N+]=[N-]',
    'N=C=O',
    'N=C=S',
    '[N+]#[C-]',
    'C(F)(F)F',
    'OC(F)(F)F',
  ],
  ...[
    'C(=O)[O-]',
    'CC(=O)[O-]',
    '[NH3+]',
    '[NH2+]C',
    '[NH+](C)C',
    '[N+](C)(C)C',
    '[N+](C)(C)[O-]',
    'C(=[NH2+])N',
    'NC(=[NH2+])N',
    'C[NH3+]',
  ],
  ...[
    '[O-]',
    '[S-]',
    'S(=O)(=O)[O-]',
    'S(=O)[O-]',
    'OS(=O)(=O)[O-]',
    'OP(=O)([O-])[O-]',
    'P(=O)([O-])O',
    '[N-]S(=O)(=O)C',
    '[N-]C#N',
    'C(=O)[N-]C',
  ],
  ...[
    '[S+](C)C',
    '[P+](C)(C)C',
    '[n+]1cc{}ccc1',
    '[n+]1ccn{C}c1',
    '[18OH]',
    '[2H]',
    '[13CH3]',
    'C([2H])([2H])[2H]',
    '[15NH2]',
  ],
  ...['[B-](F)(F)F', 'B(O)O', '[C-](C#N)C#N', '[N+]#N', 'C(=O)[C-](C)C(C)=O'],
  ...[
    'N=O',
    'ON=O',
    'O[N+](=O)[O-]',
    'N(O)C',
    'SC',
    'SSC',
    'SO',
    'S',
    'OO',
    'OOC',
    'NN',
    'NO',
    'N=NC',
    'C=O',
    'C(=O)O',
    'C#C',
    'C=C',
    'C=C=C',
  ],
];

const PIECES = [...CORES, ...ENDS];
const PLACE = /\{([/\\]?)([^{}]*)\}/g;
const MOST_RING_CLOSURES = 90;

interface Choice {
  piece: string;
  /** Which of the open places it takes, counted round them. */
  place: number;
}

interface Joined {
  piece: string;
  /** By place of the piece. */
  hanging: (Joined | undefined)[];
}

/**
 * SMILES of random molecules of one part: ring systems, chains, functional groups, charges, halogens, S, P, B and Si
 * groups, stereocentres and double bonds with sides. Not all are molecules that anyone would make.
 */
export function randomSmiles(mostPieces = 6): fc.Arbitrary<string> {
  const placed = (pieces: readonly string[]): fc.Arbitrary<Choice> =>
    fc.record({ piece: fc.constantFrom(...pieces), place: fc.nat(11) });
  return fc
    .tuple(fc.constantFrom(...CORES), fc.array(placed(PIECES), { maxLength: mostPieces - 1, size: 'max' }))
    .map(([core, others]) => join(core, others));
}

function join(core: string, others: readonly Choice[]): string {
  const root: Joined = { piece: core, hanging: [] };
  const open = placesOf(root);
  for (const { piece, place } of others) {
    const [taken] = open.splice(place % Math.max(open.length, 1), 1);
    if (taken === undefined) break;
    const hung: Joined = { piece, hanging: [] };
    taken.joined.hanging[taken.place] = hung;
    open.push(...placesOf(hung));
  }
  const smiles = written(root, { closures: 9 }).replace(/^[/\\]/, '');
  // An atom in brackets and a substituted aromatic nitrogen have no hydrogen in place of the piece they hang on.
  return /^[n[]/.test(smiles) ? `C${smiles}` : smiles;
}

function placesOf(joined: Joined): { joined: Joined; place: number }[] {
  return [...joined.piece.matchAll(PLACE)].map((_, place) => ({ joined, place }));
}

function written({ piece, hanging }: Joined, used: { closures: number }): string {
  const offset = used.closures;
  const digits = [...piece.replace(/\[[^\]]*\]/g, '').matchAll(/\d/g)].map(Number);
  used.closures = offset + Math.max(0, ...digits);
  if (used.closures > MOST_RING_CLOSURES) throw new Error(`Too many rings in one molecule at ${piece}.`);
  let place = 0;
  // Brackets keep their digits; ring closures of the piece get numbers of their own.
  return piece.replace(
    /\[[^\]]*\]|\d|\{([/\\]?)([^{}]*)\}/g,
    (part: string, side: string, otherwise: string) => {
      if (/^\d$/.test(part)) return `%${offset + Number(part)}`;
      if (!part.startsWith('{')) return part;
      const hung = hanging[place++];
      const text = hung === undefined ? otherwise : written(hung, used);
      return text === '' ? '' : `(${side}${side === '' ? text : text.replace(/^[/\\]/, '')})`;
    },
  );
}
