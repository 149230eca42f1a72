/**
 * The records of an SD file, each as a molfile with its title. Data items are left out.
 * The last record may lack its `$$$$`; empty records are skipped.
 */
export function splitSdf(text: string): { name: string; molfile: string }[] {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split(/^\$\$\$\$.*\n?/m)
    .filter((record) => record.trim() !== '')
    .map((record) => {
      const end = /^M {2}END[ \t]*$/m.exec(record);
      const molfile = end === null ? record : `${record.slice(0, end.index)}M  END\n`;
      return { name: record.slice(0, record.indexOf('\n')).trim(), molfile };
    });
}

/**
 * The molecules of a SMILES file: on each line a SMILES and, after blanks, its name ('' if none). Blank lines,
 * lines that begin with '#' and a heading that begins with "smiles" are skipped. `line` counts from 1.
 */
export function parseSmilesFile(text: string): { name: string; smiles: string; line: number }[] {
  const molecules: { name: string; smiles: string; line: number }[] = [];
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .forEach((content, index) => {
      const [, smiles, name] = /^\s*(\S+)\s*(.*?)\s*$/.exec(content) ?? [];
      if (smiles === undefined || name === undefined) return;
      // No SMILES begins with '#', which is a bond.
      if (smiles.startsWith('#') || (molecules.length === 0 && smiles.toLowerCase() === 'smiles')) return;
      molecules.push({ name, smiles, line: index + 1 });
    });
  return molecules;
}
