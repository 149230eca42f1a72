import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@bespoke/child-process';
import { generateConformers, loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { builtInForceField, parseOffxml } from '@bespoke/smirnoff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  forceFieldCharges,
  forceFieldChargesProgram,
  forceFieldChargesUnsupported,
  type ChargeModelName,
} from './index';

let scratchDirectory: string;
beforeAll(async () => {
  scratchDirectory = mkdtempSync(join(tmpdir(), 'charges-'));
  await loadRDKit();
});
afterAll(() => rmSync(scratchDirectory, { recursive: true }));

const run = () => ({ cores: 2, memoryBytes: 2 ** 30, scratchDirectory });
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const SAGE = 'openff_unconstrained-2.2.1.offxml';
/** Sage with sections of one's own in place of its library charges and its ToolkitAM1BCC. */
const sageWith = (...sections: string[]) =>
  builtInForceField(SAGE)
    .replace(/<LibraryCharges[\s\S]*<\/LibraryCharges>/, '')
    .replace(/<ToolkitAM1BCC[^>]*>(\s*<\/ToolkitAM1BCC>)?/, '')
    .replace('</SMIRNOFF>', `${sections.join('')}</SMIRNOFF>`);
const library = (hydrogenE: number) =>
  `<LibraryCharges version="0.3"><LibraryCharge smirks="[#8X2:1](-[#1:2])-[#1:3]" charge1="-0.8 * elementary_charge" charge2="${hydrogenE} * elementary_charge" charge3="${hydrogenE} * elementary_charge"/></LibraryCharges>`;
const increments = (baseMethod: string, oxygenE = -0.1) =>
  `<ChargeIncrementModel version="0.3" number_of_conformers="1" partial_charge_method="${baseMethod}"><ChargeIncrement smirks="[#8X2:1]-[#1:2]" charge_increment1="${oxygenE} * elementary_charge" charge_increment2="0.1 * elementary_charge"/></ChargeIncrementModel>`;

const request = (smiles: string, offxml: string, override: ChargeModelName | null = null) => ({
  forceField: parseOffxml(offxml),
  molecule: moleculeFromSmiles(smiles),
  override,
});

describe('the charges of a force field', () => {
  it('are its library charges where they cover the molecule', async () => {
    const { chargesE, model, provenance } = await forceFieldCharges(
      request('[O:1]([H:2])[H:3]', sageWith(library(0.4))),
      null,
      run(),
    );
    expect(chargesE).toEqual([-0.8, 0.4, 0.4]);
    expect(model).toBeNull();
    expect(provenance.program).toBe('force field');
  });

  it('are what the force field says where no model is named', async () => {
    const { override, ...asTheForceFieldSays } = request('[O:1]([H:2])[H:3]', sageWith(library(0.4)));
    expect(override).toBeNull();
    expect(await forceFieldCharges(asTheForceFieldSays, null, run())).toMatchObject({
      chargesE: [-0.8, 0.4, 0.4],
      overridden: false,
    });
  });

  it('are not taken where they do not add up', () => {
    expect(forceFieldChargesUnsupported(request('O', sageWith(library(0.3))))).toMatchObject({
      code: 'charges-do-not-add-up',
      message: expect.stringContaining('add up to -0.2000 e on this molecule, and should to 0') as string,
    });
    expect(
      forceFieldChargesUnsupported(request('CO', sageWith(increments('formal_charge', 0.2)))),
    ).toMatchObject({ code: 'charges-do-not-add-up' });
  });

  it('can be increments on formal charges', async () => {
    const { chargesE } = await forceFieldCharges(
      request('[C:1]([O:2][H:3])([H:4])([H:5])[H:6]', sageWith(increments('formal_charge'))),
      null,
      run(),
    );
    expect(chargesE).toEqual([0, -0.1, 0.1, 0, 0, 0]);
  });

  it('are an error that says what to do where the force field names nothing that is known here', () => {
    expect(forceFieldChargesUnsupported(request('C', sageWith()))).toMatchObject({
      code: 'no-charge-model',
      message: expect.stringContaining('Choose one (chargeModel in the workflow)') as string,
    });
    expect(forceFieldChargesUnsupported(request('C', sageWith(increments('gasteiger'))))).toMatchObject({
      code: 'no-charge-model',
      message: expect.stringContaining('gasteiger') as string,
    });
  });

  it('are refused before any work where the model lacks something, by the names that are wanted', () => {
    const phosphine = request('CP(C)C', builtInForceField(SAGE));
    expect(forceFieldChargesUnsupported(phosphine)).toMatchObject({
      code: 'unsupported-by-charge-model',
      message: 'AM1-BCC has no bond charge correction for the bond C1-P2, P2-C3, P2-C4',
    });
    expect(forceFieldChargesUnsupported(phosphine, (atom) => `atom ${atom + 10}`)?.message).toContain(
      'atom 10-atom 11',
    );
  });

  it('are NAGL with Sage 2.3.0, which needs no program and no geometry', async () => {
    const { chargesE, model, provenance } = await forceFieldCharges(
      request(
        '[C:1]([C:2]([O:3][H:9])([H:7])[H:8])([H:4])([H:5])[H:6]',
        builtInForceField('openff_unconstrained-2.3.0.offxml'),
      ),
      null,
      run(),
    );
    expect(model).toBe('nagl');
    expect(provenance).toMatchObject({ method: 'NAGL', program: 'openff-gnn-am1bcc', version: '1.0.0' });
    expect(sum(chargesE)).toBeCloseTo(0, 6);
    expect(chargesE[2]).toBeCloseTo(-0.6, 1);
  });

  it('are overridden only by another model than that of the force field', async () => {
    const overridden = async (version: string) =>
      (
        await forceFieldCharges(
          request('CO', builtInForceField(`openff_unconstrained-${version}.offxml`), 'nagl'),
          null,
          run(),
        )
      ).overridden;
    expect(await overridden('2.3.0')).toBe(false);
    expect(await overridden('2.2.1')).toBe(true);
  });

  it('need a program only where a model is run that needs one', () => {
    const sage = (version: string) => builtInForceField(`openff_unconstrained-${version}.offxml`);
    const program = (smiles: string, offxml: string, override?: ChargeModelName) =>
      forceFieldChargesProgram(request(smiles, offxml, override));
    expect([program('CO', sage('2.2.1')), program('CO', sage('2.3.0'))]).toEqual(['mopac', null]);
    expect(program('CO', sage('2.2.1'), 'nagl')).toBeNull();
    expect(program('CO', sage('2.3.0'), 'am1bcc-elf10')).toBe('mopac');
    // Library charges, of TIP3P.
    expect([program('O', sage('2.2.1')), program('O', sage('2.2.1'), 'am1bcc')]).toEqual([null, 'mopac']);
    expect(program('CO', sageWith(increments('formal_charge')))).toBeNull();
    expect(program('CO', sageWith(increments('AM1-Mulliken')))).toBe('mopac');
  });

  it('are refused where the force field wants a network that is not here', () => {
    const another = builtInForceField('openff_unconstrained-2.3.0.offxml').replace(
      'am1bcc-1.0.0',
      'am1bcc-9',
    );
    expect(forceFieldChargesUnsupported(request('C', another))).toMatchObject({
      code: 'no-charge-model',
      message: expect.stringContaining('openff-gnn-am1bcc-9.pt') as string,
    });
  });

  describe.skipIf(findProgram('mopac', 'MOPAC_BIN') === null)('(need mopac on the PATH)', () => {
    const methanol = '[C:1]([O:2][H:3])([H:4])([H:5])[H:6]';

    it('are AM1-BCC with Sage 2.2.1, and it says so', async () => {
      const { chargesE, model, provenance } = await forceFieldCharges(
        request(methanol, builtInForceField(SAGE)),
        null,
        run(),
      );
      expect(model).toBe('am1bcc');
      expect(provenance).toMatchObject({ method: 'AM1-BCC', program: 'mopac' });
      expect(chargesE[1]).toBeCloseTo(-0.5988, 2);
    });

    it('are the model that overrides them, library charges too', async () => {
      const water = request('[O:1]([H:2])[H:3]', sageWith(library(0.4)), 'am1bcc-elf10');
      const { chargesE, provenance } = await forceFieldCharges(water, null, run());
      expect(provenance.method).toBe('AM1-BCC ELF10');
      expect(chargesE[0]).not.toBe(-0.8);
      expect(sum(chargesE)).toBeCloseTo(0, 12);
    });

    it('are those of the stereoisomer of the geometry, where the molecule leaves it open', async () => {
      const told = request(
        '[C:1]([C@:2]([F:3])([O:4][H:9])[H:8])([H:5])([H:6])[H:7]',
        builtInForceField(SAGE),
        'am1bcc-elf10',
      );
      const open = { ...told, molecule: moleculeFromSmiles(told.molecule.mappedSmiles.replace(/@+/, '')) };
      const [geometry] = generateConformers(told.molecule, { maxConformers: 1, seed: 1 });
      const { chargesE } = await forceFieldCharges(open, geometry!, run());
      expect(chargesE).toEqual((await forceFieldCharges(told, geometry!, run())).chargesE);
    });

    it('can be increments on AM1 charges', async () => {
      const [bare, raised] = await Promise.all(
        [0, -0.1].map((oxygenE) =>
          forceFieldCharges(
            request(
              methanol,
              sageWith(increments('AM1-Mulliken', oxygenE).replaceAll('"0.1 *', `"${-oxygenE} *`)),
            ),
            null,
            run(),
          ),
        ),
      );
      expect(raised!.provenance.method).toBe('charge increments on AM1-Mulliken');
      expect(raised!.chargesE[1]! - bare!.chargesE[1]!).toBeCloseTo(-0.1, 12);
      expect(raised!.chargesE[2]! - bare!.chargesE[2]!).toBeCloseTo(0.1, 12);
    });
  });
});
