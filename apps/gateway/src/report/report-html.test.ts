import { loadRDKit, matchSmarts, moleculeFromSmiles } from '@bespoke/molecule';
import { builtInWorkflows, type FitReport, type TorsionFit } from '@bespoke/workflow-schema';
import { beforeAll, describe, expect, it } from 'vitest';
import { referenceNote } from './fit-report';
import { asymmetryWarnings } from './profile-symmetry';
import { reportHtml } from './report-html';

const GRID_DEGREES = Array.from({ length: 24 }, (_, index) => -165 + 15 * index);

function torsionFit(fragmentSmiles: string, smarts: string, barriers: readonly number[]): TorsionFit {
  const molecule = moleculeFromSmiles(fragmentSmiles);
  const dihedral = matchSmarts(molecule, smarts)[0] as TorsionFit['dihedral'];
  const energy = (degrees: number, scale: readonly number[]) =>
    scale.reduce((sum, k, index) => sum + k * (1 - Math.cos(((index + 1) * degrees * Math.PI) / 180)), 0);
  const terms = barriers.map((k, index) => ({
    periodicity: index + 1,
    phaseDegrees: index % 2 === 0 ? 0 : 180,
    kKcalPerMol: k * 0.4,
    idivf: 1,
  }));
  return {
    mappedSmiles: molecule.mappedSmiles,
    dihedral,
    parameters: [
      {
        smirks: '[#6X4H3:1]-[#7X3H1:2]-[#6X3:3](=[#8X1])-[#6X4H3:4]',
        startingFrom: 't72',
        terms,
        fitted: terms.map((term, index) => ({ ...term, kKcalPerMol: barriers[index]! })),
      },
    ],
    chargesE: molecule.atoms.map(() => 0),
    rmseBeforeKcalPerMol: 1.374,
    rmseAfterKcalPerMol: 0.218,
    points: GRID_DEGREES.map((gridDegrees) => ({
      gridDegrees,
      dihedralDegrees: gridDegrees + 0.04,
      qmKcalPerMol: energy(gridDegrees, barriers),
      mmBeforeKcalPerMol: energy(
        gridDegrees,
        barriers.map((k, index) => k * (0.5 + 0.3 * index)),
      ),
      mmAfterKcalPerMol:
        energy(
          gridDegrees,
          barriers.map((k) => k * 0.96),
        ) +
        0.12 * Math.sin(gridDegrees / 20),
      qmGeometryAngstrom: [],
      mmGeometryAfterAngstrom: [],
    })),
  };
}

/** Made up, but of melatonin's size and shape. */
function melatonin(): FitReport {
  const parent = moleculeFromSmiles('CC(=O)NCCC1=CNc2c1cc(OC)cc2');
  const bond = (smarts: string) => matchSmarts(parent, smarts)[0]!.slice(0, 2) as [number, number];
  const torsions = [
    torsionFit('CCNC(C)=O', '[CH2:2]([CH3:1])[NH:3][C:4]=O', [0.8, 0.4, 0.25, 0.1]),
    torsionFit('CNCCC', '[NH:1][CH2:2][CH2:3][CH3:4]', [0.6, 0.3, 1.4, 0.05]),
    torsionFit('COc1ccccc1', '[CH3:1][O:2][c:3][c:4]', [0.1, 1.6, 0.05, 0.1]),
  ];
  const reference = { program: 'xtb', version: '6.5.1', method: 'GFN2-xTB' };
  const parentAtoms = ({ mappedSmiles }: { mappedSmiles: string }, heavyAtoms: string) => {
    const inParent = matchSmarts(parent, heavyAtoms)[0]!;
    const hydrogens = inParent.map((atom) =>
      parent.neighbours[atom]!.filter((neighbour) => parent.atoms[neighbour]!.element === 1),
    );
    // Heavy atoms come first; hydrogens that the parent has not are caps.
    const { atoms, neighbours } = moleculeFromSmiles(mappedSmiles);
    return atoms.map((_, atom) => inParent[atom] ?? hydrogens[neighbours[atom]![0]!]?.shift() ?? null);
  };
  const heavyAtoms = [
    '[C:1][C:2][N:3][C:4]([C:5])=[O:6]',
    '[C:1][N:2][C:3][C:4][#6:5]',
    '[C:1][O:2][c:3]1[c:4][c:5][c:6][c:7][c:8]1',
  ];
  const parentBonds = [bond('[NH:1][CH2:2]'), bond('[CH2:1]([N])[CH2:2]'), bond('[O:1]([CH3])[c:2]')];
  const ethylindole = moleculeFromSmiles('CCc1c[nH]c2ccccc12');
  return {
    schema: 'bespoke-fit-report',
    schemaVersion: 1,
    fitId: '0199f3a2-melatonin',
    name: 'melatonin',
    smiles: 'CC(=O)NCCC1=CNc2c1cc(OC)cc2',
    mappedSmiles: parent.mappedSmiles,
    status: 'succeeded',
    referenceNote:
      'The reference of each torsion is GFN2-xTB, computed with xtb 6.5.1. Against DFT, such a fit is no better than Sage itself.',
    workflow: builtInWorkflows.get('draft')!,
    baseForceField: { name: 'openff_unconstrained-2.2.1.offxml', sha256: 'a'.repeat(64) },
    forceFieldSha256: 'b'.repeat(64),
    fragments: [
      ...torsions.map(({ mappedSmiles, dihedral }, torsion) => ({
        mappedSmiles,
        dihedral,
        occurrences: [
          {
            parentBond: parentBonds[torsion]!,
            parentAtoms: parentAtoms({ mappedSmiles }, heavyAtoms[torsion]!),
          },
        ],
        parentCheck:
          torsion === 0
            ? { verdict: 'unlike' as const, deviationKcalPerMol: 0.873 }
            : { verdict: 'alike' as const, deviationKcalPerMol: 0.12 },
        replaces: torsion === 0 ? 'CCO' : null,
        startsFromGivenCoordinates: torsion === 0,
        reference,
        dropped: null,
        torsion,
      })),
      {
        mappedSmiles: ethylindole.mappedSmiles,
        dihedral: matchSmarts(ethylindole, '[CH3:1][CH2:2][#6X3:3]~[#6X3:4]')[0] as TorsionFit['dihedral'],
        occurrences: [
          {
            parentBond: bond('[CH2:1][#6X3:2]'),
            parentAtoms: parentAtoms(
              ethylindole,
              '[C:1][C:2][#6:3]1=[#6:4][#7:5][c:6]2[c:7][c:8][c:9][c:10][c:11]12',
            ),
          },
        ],
        parentCheck: { verdict: 'not-compared', reason: 'no worker and no pool has xtb' },
        replaces: null,
        startsFromGivenCoordinates: false,
        reference: null,
        dropped: 'xtb did not converge at 45° from any of its starting geometries',
        torsion: null,
      },
    ],
    fit: {
      objective: {
        before: { total: 41.6, target: 41.6, penalty: 0 },
        after: { total: 3.27, target: 2.9, penalty: 0.37 },
        history: [41.6, 8.2, 3.6, 3.28, 3.27],
      },
      converged: true,
      warnings: [],
      torsions,
      chargeModel: { program: 'mopac', version: '22.0.6', method: 'AM1-BCC' },
      seconds: { charges: 3.1, fit: 9.4 },
    },
    warnings: [
      'bond 3-4 (fragment CCc1c[nH]c2ccccc12) keeps its general parameters: xtb did not converge at 45°.',
    ],
    timings: {
      createdAt: '2026-11-22T10:00:00.000Z',
      finishedAt: '2026-11-22T10:01:37.000Z',
      stages: [
        { stage: 'fragmentation', seconds: 1.9 },
        { stage: 'qc-generation', seconds: 82 },
        { stage: 'optimization', seconds: 12.6 },
      ],
    },
    versions: { bespoke: '0.1.0', xtb: '6.5.1', mopac: '22.0.6' },
  };
}

describe('the HTML report', () => {
  beforeAll(loadRDKit);

  it('shows the molecule, each fragment and each profile, and needs nothing from elsewhere', async () => {
    const page = await reportHtml(melatonin());

    // The molecule, and for each of four fragments itself and where it is.
    expect(page.match(/class="structure"/g)).toHaveLength(1 + 2 * 4);
    expect(page.match(/class="plot"/g)).toHaveLength(3);
    // Atoms have the molecule's numbers, in the two fragments that have its atom 17 too.
    expect(page.match(/class='note'[^>]*>17</g)).toHaveLength(1 + 4 + 2);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\([^#]|src=/i);
    expect(page).not.toContain('undefined');
    expect(page).not.toContain('NaN');
    expect(page).toMatch(/^<!doctype html>/);
  });

  it('names the RMSE of every torsion before and after with its reference, and every torsion left out', async () => {
    const page = await reportHtml(melatonin());
    const overview = page.slice(page.indexOf('Torsions at a glance'), page.indexOf('</table>'));
    expect(overview.match(/1\.37/g)).toHaveLength(3);
    expect(overview.match(/0\.22/g)).toHaveLength(3);
    expect(overview.match(/GFN2-xTB \(xtb 6\.5\.1\)/g)).toHaveLength(3);
    expect(overview).toContain('xtb did not converge at 45°');
  });

  it('says of which scan the coordinates given are a starting conformer', async () => {
    const page = await reportHtml(melatonin());
    expect(page.match(/The coordinates given are one of its starting conformers/g)).toHaveLength(1);
  });

  it('says how each fragment compares with the molecule, and where the molecule took its place', async () => {
    const page = await reportHtml(melatonin());
    expect(page).toContain(
      'The fragment CCO and the molecule differ by 0.87 kcal/mol (QM − MM, standard deviation; threshold 0.2): the whole molecule was driven in its place.',
    );
    expect(page.match(/Fragment and molecule differ by 0\.12 kcal\/mol/g)).toHaveLength(2);
    expect(page).toContain('was not compared with the molecule: no worker and no pool has xtb');
  });

  it('has every figure that was fitted, and says where others have it too', async () => {
    const report = melatonin();
    report.workflow = {
      ...report.workflow,
      fit: { ...report.workflow.fit, parameters: 'general', periodicities: [], also: ['Angles'] },
    };
    for (const torsion of report.fit!.torsions) torsion.parameters = [];
    const angle = { section: 'Angles', smirks: '[*:1]~[#6X4:2]-[*:3]', attribute: 'angle' } as const;
    report.fit!.figures = [{ ...angle, id: 'a1', before: 110.25, after: 111.5, priorWidth: 10, unit: '°' }];
    const page = await reportHtml(report);
    const cells = [angle.smirks, 'a1', 'angle', '110.2500', '111.5000', '10.0', '0.125', '°'].map(
      (text) => `[^]*>${text.replaceAll(/[[\]*^.]/g, '\\$&')}<`,
    );
    expect(page).toMatch(new RegExp(`<details open><summary>Values that were fitted: 1${cells.join('')}`));
    expect(page).toContain('General parameters were changed in place');
    expect(page).toContain('general ones in place: torsions, Angles');
    expect(await reportHtml(melatonin())).not.toContain('were changed in place');
  });

  it('names the k of a torsion by its periodicity, whatever the number of its term, and folds up what stands elsewhere', async () => {
    const report = melatonin();
    const { smirks } = report.fit!.torsions[0]!.parameters[0]!;
    const k = { section: 'ProperTorsions', smirks, attribute: 'k1', periodicity: 3 } as const;
    report.fit!.figures = [{ ...k, before: 0.1, after: -0.00001, priorWidth: 1, unit: 'kcal/mol' }];
    const page = await reportHtml(report);
    expect(page).toMatch(/<details><summary>Values that were fitted: 1[^]*>k, periodicity 3<[^]*>0\.0000</);
    expect(page).not.toMatch(/>-0\.0+</);
  });

  it('says of a profile that lacks its symmetry by how much, at which bond, where and what to do', async () => {
    const report = melatonin();
    expect(asymmetryWarnings(report)).toEqual([]);
    report.fit!.torsions[1]!.points.find(({ gridDegrees }) => gridDegrees === 60)!.qmKcalPerMol += 1.78;
    const [warning, ...others] = asymmetryWarnings(report);
    expect(others).toEqual([]);
    expect(warning).toBe(
      'Bond C5–C6: the QM profile differs by up to 1.8 kcal/mol between +φ and −φ, where symmetry makes it equal: a lower path was missed at 60°. More starting conformers (torsionDrive.maxConformers in the workflow) may find it.',
    );
    expect(await reportHtml(report)).toContain('The QM profile differs by up to 1.8 kcal/mol');
  });

  it('names a point by its angle and energy where the pointer rests', async () => {
    const page = await reportHtml(melatonin());
    expect(page).toContain('QM at 0°: 0.00 kcal/mol');
  });

  it('shows which points are computed, where the others are interpolated, and how sure they are', async () => {
    expect(await reportHtml(melatonin())).not.toMatch(/class="band"|interpolated/);
    const report = melatonin();
    const [fragment] = report.fragments;
    fragment!.reference = {
      ...{ program: 'pyscf', version: '2.14.0', method: 'B3LYP-D3BJ/DZVP' },
      geometriesBy: { program: 'xtb', version: '6.5.1', method: 'GFN2-xTB' },
    };
    report.fit!.torsions[0]!.points.forEach((point, n) => {
      point.isComputed = n % 3 === 0;
      point.standardErrorKcalPerMol = point.isComputed ? 0 : 0.1;
    });
    const page = await reportHtml(report);
    expect(page).toContain(
      'B3LYP-D3BJ/DZVP (pyscf 2.14.0) at geometries by GFN2-xTB (xtb 6.5.1). Computed at 8 of 24 points',
    );
    expect(page.match(/class="band"/g)).toHaveLength(1);
    expect(page.match(/r="1.5"/g)).toHaveLength(16);
  });

  it('escapes every text that came from outside', async () => {
    const hostile = '<script>alert("1")</script>&\'';
    const report = melatonin();
    const [fragment, dropped] = [report.fragments[0]!, report.fragments.at(-1)!];
    const page = await reportHtml({
      ...report,
      fitId: hostile,
      name: hostile,
      smiles: hostile,
      referenceNote: hostile,
      warnings: [hostile],
      workflow: { ...report.workflow, name: hostile, description: hostile },
      baseForceField: { name: hostile, sha256: hostile },
      fragments: [
        { ...fragment, reference: { program: hostile, version: hostile, method: hostile } },
        { ...dropped, dropped: hostile },
      ],
      versions: { [hostile]: hostile },
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain('alert("1")');
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
  });

  it('breaks the line where a grid point is missing', async () => {
    const report = melatonin();
    const lines = async () => (await reportHtml(report)).match(/<polyline/g)!.length;
    const whole = await lines();
    report.fit!.torsions[0]!.points.splice(8, 2);
    expect(await lines()).toBe(whole + 3);
  });

  it('names the atoms of a drive by their numbers in the molecule, and what is not of it a cap', async () => {
    const report = melatonin();
    expect(await reportHtml(report)).toContain('driven about C6–C5–N4–C2');
    const { occurrences, dihedral } = report.fragments[0]!;
    occurrences[0]!.parentAtoms[dihedral[3]] = null;
    expect(await reportHtml(report)).toContain('driven about C6–C5–N4–cap');
  });

  it('says how many points lie below the energy cutoff, in the table, above the plot and by hollow points', async () => {
    const report = melatonin();
    const { points } = report.fit!.torsions[0]!;
    for (const point of points.slice(0, 11)) point.qmKcalPerMol = 20.01;
    points[11]!.qmKcalPerMol = 20;
    const page = await reportHtml(report);
    expect(page.match(/>13 of 24</g)).toHaveLength(1);
    expect(page.match(/over 13 of 24 points/g)).toHaveLength(1);
    // Eleven in each of three profiles, and one in the legend.
    expect(page.match(/class="hollow"/g)).toHaveLength(34);
  });

  it('of a molecule with nothing to fit leaves it at the note and the reason', async () => {
    const report = melatonin();
    const page = await reportHtml({
      ...report,
      referenceNote: referenceNote(null),
      fragments: [],
      fit: null,
      warnings: ['The force field is the base force field, unchanged.'],
    });
    expect(page).toContain('There was nothing to fit');
    expect(page.match(/base force field/gi)).toHaveLength(1);
    expect(page).not.toContain('class="plot"');
    expect(page).not.toContain('Energies are relative');
  });
});
