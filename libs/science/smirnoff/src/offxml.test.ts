import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseOffxml, writeOffxml } from './offxml';

const RELEASED = join(__dirname, '../../../../../shared/data/force-fields');

const SMALL = `<?xml version="1.0" encoding="utf-8"?>
<!-- before -->
<SMIRNOFF version="0.3" aromaticity_model="OEAroModel_MDL">
    <Author>A &amp; B</Author>
    <!-- where it comes from -->
    <ProperTorsions version="0.4">
        <Proper smirks="[*:1]~[#6:2]~[#6:3]~[*:4]" parameterize="k1, k2" note="a &lt; b" other="90&#176; &quot;and more&quot;"></Proper>
    </ProperTorsions>
    <SomebodysSection>
        <Thing><Part a="1"></Part></Thing>
    </SomebodysSection>
</SMIRNOFF>
`;

function messageOf(text: string): string {
  try {
    parseOffxml(text);
  } catch (error) {
    return (error as Error & { code: string }).code + ': ' + (error as Error).message;
  }
  return 'accepted';
}

describe('an OFFXML', () => {
  it.skipIf(!existsSync(RELEASED)).each(['2.2.0', '2.2.1', '2.3.0'])(
    'comes out as it went in, to the byte, for Sage %s as released (where the reference data is)',
    (version) => {
      const text = readFileSync(join(RELEASED, `openff_unconstrained-${version}.offxml`), 'utf8');
      expect(writeOffxml(parseOffxml(text))).toBe(text);
    },
  );

  it('keeps cosmetic attributes, unknown sections, comments and escaped characters', () => {
    const text = writeOffxml(parseOffxml(SMALL));
    expect(text).toContain('parameterize="k1, k2" note="a &lt; b" other="90° &quot;and more&quot;"');
    expect(text).toContain('<Author>A &amp; B</Author>');
    expect(text).toContain('<!-- before -->');
    expect(text).toContain('<!-- where it comes from -->');
    expect(text).toContain('<Part a="1"></Part>');
    expect(writeOffxml(parseOffxml(text))).toBe(text);
  });

  it('is refused with a document type declaration, so that entities cannot be defined', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>\n<SMIRNOFF version="0.3"><Author>&a;</Author></SMIRNOFF>';
    expect(messageOf(bomb)).toMatch(/^unreadable-offxml: .*DTD/);
  });

  it('that is not well-formed is refused with the line', () => {
    expect(messageOf('<SMIRNOFF version="0.3">\n<Bonds>\n</SMIRNOFF>')).toMatch(
      /^unreadable-offxml: .*line 3/,
    );
    expect(messageOf('<SMIRNOFF version="0.3" version="0.3"></SMIRNOFF>')).toMatch(/^unreadable-offxml: /);
    expect(messageOf('')).toMatch(/^unreadable-offxml: /);
  });

  it('is refused in few words, however long the tag that is wrong', () => {
    expect(messageOf('<'.repeat(100_000)).length).toBeLessThan(3_000);
  });

  it('is refused when it is another kind of file, or of another version', () => {
    expect(messageOf('<ForceField></ForceField>')).toMatch(/^unreadable-offxml: .*ForceField/);
    expect(messageOf('<SMIRNOFF version="0.1"></SMIRNOFF>')).toMatch(/^unsupported-force-field: .*0\.1/);
  });

  it('is refused when it is too large to be one', () => {
    expect(messageOf(SMALL + ' '.repeat(20_000_000))).toMatch(/^offxml-too-large: /);
  });
});
