import { loadRDKit, matchSmarts, moleculeFromSmiles, SmartsError } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtInForceField, builtInForceFieldNames } from './built-in-force-fields';
import { childElements, parseOffxml } from './offxml';
import { matchSmirks } from './smirks-matches';

const MOLECULES = [
  ...['CO', 'C=C', 'C#CC', 'CC(=O)[O-]', 'CC(=O)Nc1ccccc1', 'C1CC1', 'CC(C)(C)OC', 'O', 'OC=O', 'N#CC=CO'],
  ...['C[NH3+]', 'c1ccoc1', 'CS(=O)(=O)N', 'Clc1ccc(Br)nc1', 'O=C1C=CC(=O)N1C', 'CP(=O)(O)OC', 'C=C=C'],
  ...['[13CH4]', 'F/C=C/F', 'C1CC2CCC1C2', 'C[N+](C)(C)CC([O-])=O', 'COc1ccc(C(=O)N2CCOCC2)cc1I'],
  // Cages, fused and spiro rings.
  ...[
    'C12C3C4C1C5C2C3C45',
    'c1ccc2c(c1)[nH]c1ccccc12',
    'C1CC12CCNC2',
    'C1C2CC3CC1CC(C2)C3',
    'c1cc2ccc3cccc4ccc(c1)c2c34',
  ],
  ...['[2H]C([2H])O', 'c1ccc2cccc2cc1', 'C[N+](=O)[O-]', 'CN=[N+]=[N-]'],
];
const PATTERNS = [
  ...[
    '[H][C:1]',
    '[HX1:1]',
    '[#6H3:1]',
    '[C;!R:1]',
    '[c,n:1]',
    '[!#1:1]',
    '[r5:1]',
    '[R0]',
    '[x2]',
    '[v4]',
    '[r3]',
    '[r6]',
    '[!r6;r:1]',
    '[x0]',
    '[x3:1]',
    '[R2]',
    '[!R2]',
  ],
  ...[
    '[$(*=O):1]',
    '[#6;!$(*=O):1]',
    '[+1]',
    '[-]',
    '[!+0]',
    '[++]',
    'C=O',
    'c1ccccc1',
    '[#6]!@[#6]',
    'C-,=N',
  ],
  ...['[#6;r6,r5:1]', '*~*', '[A]', '[a]', '[H]', '[#7&H2]', '[#7H2;+0]', '[D3]', '[C&X4,N:1]', 'F/C=C/F'],
  ...[
    '[C@H]',
    '[C:1](F)(F)F',
    '[13C]',
    '[#6^2]',
    'O.N',
    'C%11CC%11',
    '[!!#6]',
    '[#6,#7;X3:1](~[*:2])!#[*:3]',
  ],
];

beforeAll(loadRDKit);

describe('matching a SMIRKS pattern', () => {
  it("finds RDKit's matches in RDKit's order", () => {
    const ofForceFields = builtInForceFieldNames.flatMap((name) =>
      childElements(parseOffxml(builtInForceField(name)).root)
        .flatMap(childElements)
        .flatMap(({ attributes }) => attributes['smirks'] ?? []),
    );
    let matching = 0;
    for (const smiles of MOLECULES) {
      const molecule = moleculeFromSmiles(smiles);
      for (const pattern of new Set([...ofForceFields, ...PATTERNS])) {
        const matches = matchSmarts(molecule, pattern);
        expect(matchSmirks(molecule, pattern), `${pattern} on ${smiles}`).toEqual(matches);
        matching += Number(matches.length > 0);
      }
    }
    expect(matching).toBeGreaterThan(500);
  });

  it.each(['[#6:1]-[#6:1]', '[#6&&X4:1]', '[#6;,X4:1]', '[#6:1]-!'])(
    'refuses what RDKit refuses: %s',
    (pattern) => {
      const ethane = moleculeFromSmiles('CC');
      expect(() => matchSmarts(ethane, pattern)).toThrow(SmartsError);
      expect(() => matchSmirks(ethane, pattern)).toThrow(SmartsError);
    },
  );
});
