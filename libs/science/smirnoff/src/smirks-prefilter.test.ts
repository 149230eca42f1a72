import { loadRDKit, matchSmarts, moleculeFromSmiles } from '@bespoke/molecule';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtInForceField, builtInForceFieldNames } from './built-in-force-fields';
import { childElements, parseOffxml } from './offxml';
import { mayMatch } from './smirks-prefilter';

const MOLECULES = [
  ...['CO', 'C=C', 'C#CC', 'CC(=O)[O-]', 'CC(=O)Nc1ccccc1', 'C1CC1', 'CC(C)(C)OC', 'O', 'OC=O', 'N#CC=CO'],
  ...['C[NH3+]', 'c1ccoc1', 'CS(=O)(=O)N', 'Clc1ccc(Br)nc1', 'O=C1C=CC(=O)N1C', 'CP(=O)(O)OC', 'C=C=C'],
  ...['[13CH4]', 'F/C=C/F', 'C1CC2CCC1C2', 'C[N+](C)(C)CC([O-])=O', 'COc1ccc(C(=O)N2CCOCC2)cc1I'],
];
const PATTERNS = [
  ...['[H][C:1]', '[HX1:1]', '[#6H3:1]', '[C;!R:1]', '[c,n:1]', '[!#1:1]', '[r5:1]', '[R0]', '[x2]', '[v4]'],
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

describe('looking at a pattern before it is matched', () => {
  it('denies none that matches, and most that do not', () => {
    const ofForceFields = builtInForceFieldNames.flatMap((name) =>
      childElements(parseOffxml(builtInForceField(name)).root)
        .flatMap(childElements)
        .flatMap(({ attributes }) => attributes['smirks'] ?? []),
    );
    const count = { matching: 0, denied: 0, admittedInVain: 0 };
    for (const smiles of MOLECULES) {
      const molecule = moleculeFromSmiles(smiles);
      for (const pattern of new Set([...ofForceFields, ...PATTERNS])) {
        const matches = matchSmarts(molecule, pattern).length > 0;
        const admitted = mayMatch(molecule, pattern);
        expect(matches && !admitted, `${pattern} on ${smiles}`).toBe(false);
        count.matching += Number(matches);
        count.denied += Number(!admitted);
        count.admittedInVain += Number(admitted && !matches);
      }
    }
    expect(count.matching).toBeGreaterThan(500);
    expect(count.admittedInVain).toBeLessThan(count.denied / 20);
  });
});
