import { elementSymbol } from './elements';
import { at } from './graph';
import { bondBetween, type Molecule } from './molecule';
import { usingMol } from './rdkit';
import { drawableMol } from './structure';

export interface MolfileOptions {
  /** 3N coordinates; without them `conformerAngstrom`, and without that a layout in the plane. */
  geometryAngstrom?: ArrayLike<number>;
  /** V2000 where it can hold the molecule, if left out. */
  version?: 'V2000' | 'V3000';
}

/** What stands in a molfile. */
export interface MolfileContent {
  title: string;
  dimension: 2 | 3;
  atoms: readonly {
    element: number;
    position: readonly [number, number, number];
    formalCharge: number;
    isotope: number;
    /** 0 for none. */
    mapNumber: number;
  }[];
  bonds: readonly {
    begin: number;
    end: number;
    order: number;
    /** Seen from `begin`, in two dimensions; 'either' for a double bond whose stereo is open. */
    wedge: 'up' | 'down' | 'either' | null;
  }[];
  version?: 'V2000' | 'V3000';
}

/**
 * The molecule as an MDL molfile with all its hydrogens, its name as the title and its atom map numbers. Stereo stands
 * in the coordinates, in two dimensions also in wedges; a double bond that is left open is marked as such there.
 *
 * @throws RangeError if `geometryAngstrom` has not 3N finite numbers, or if V2000 is asked for and cannot hold it
 */
export function moleculeToMolfile(molecule: Molecule, options: MolfileOptions = {}): string {
  const geometry = options.geometryAngstrom ?? molecule.conformerAngstrom;
  const common = { title: molecule.name, ...(options.version && { version: options.version }) };
  const atomsAt = (position: (atom: number) => readonly [number, number, number]) =>
    molecule.atoms.map((atom, index) => ({ ...atom, position: position(index) }));
  if (geometry !== null) {
    if (geometry.length !== 3 * molecule.atoms.length || !Array.from(geometry).every(Number.isFinite))
      throw new RangeError(
        `A geometry of ${molecule.atoms.length} atoms has ${3 * molecule.atoms.length} finite coordinates.`,
      );
    return writeMolfile({
      ...common,
      dimension: 3,
      atoms: atomsAt((atom) => [
        geometry[3 * atom] ?? 0,
        geometry[3 * atom + 1] ?? 0,
        geometry[3 * atom + 2] ?? 0,
      ]),
      bonds: molecule.bonds.map((bond) => ({ ...bond, wedge: null })),
    });
  }
  const { positions, bonds } = layout(molecule);
  return writeMolfile({ ...common, dimension: 2, atoms: atomsAt((atom) => at(positions, atom)), bonds });
}

/**
 * A record of an SD file: the molfile, data items (their names and values) and the line that ends it.
 * Blank lines of a value are left out, for they would end it.
 */
export function sdfRecord(
  molecule: Molecule,
  properties: Readonly<Record<string, string>> = {},
  options: MolfileOptions = {},
): string {
  const items = Object.entries(properties).map(([name, value]) => {
    const lines = value.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
    // What would be read as the end of the record or as the next item.
    const safe = lines.map((line) => (/^(?:\$\$\$\$|>)/.test(line) ? ` ${line}` : line));
    return `> <${name.replace(/[<>\p{Cc}]/gu, '_')}>\n${safe.map((line) => `${line}\n`).join('')}\n`;
  });
  return `${moleculeToMolfile(molecule, options)}${items.join('')}$$$$\n`;
}

export function writeMolfile(content: MolfileContent): string {
  const reason = whyNotV2000(content);
  const version = content.version ?? (reason === null ? 'V2000' : 'V3000');
  if (version === 'V2000' && reason !== null)
    throw new RangeError(`A V2000 molfile cannot hold the molecule: ${reason}. Write V3000.`);
  // Columns 21 and 22 tell the dimensions.
  const header = [
    [...content.title.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()].slice(0, 80).join(''),
    `  bespoke           ${content.dimension}D`,
    '',
  ];
  const body = version === 'V2000' ? v2000Lines(content) : v3000Lines(content);
  return [...header, ...body, 'M  END', ''].join('\n');
}

function whyNotV2000({ atoms, bonds }: MolfileContent): string | null {
  if (atoms.length > 999 || bonds.length > 999) return 'it has more than 999 atoms or bonds';
  if (atoms.some(({ mapNumber }) => mapNumber > 999)) return 'it has map numbers above 999';
  const isWide = (coordinate: number): boolean => coordinate.toFixed(4).length > 10;
  if (atoms.some(({ position }) => position.some(isWide))) return 'its coordinates are too large';
  return null;
}

const V2000_WEDGE = { up: 1, down: 6, either: 3 };

function v2000Lines({ atoms, bonds }: MolfileContent): string[] {
  const column = (value: number, width: number): string => String(value).padStart(width);
  const isChiral = bonds.some(({ wedge }) => wedge === 'up' || wedge === 'down') ? 1 : 0;
  const inEights = (code: string, value: (atom: (typeof atoms)[number]) => number): string[] => {
    const entries = atoms.flatMap((atom, index) =>
      value(atom) === 0 ? [] : [`${column(index + 1, 4)}${column(value(atom), 4)}`],
    );
    return Array.from({ length: Math.ceil(entries.length / 8) }, (_, line) => {
      const here = entries.slice(8 * line, 8 * line + 8);
      return `M  ${code}${column(here.length, 3)}${here.join('')}`;
    });
  };
  return [
    `${column(atoms.length, 3)}${column(bonds.length, 3)}  0  0${column(isChiral, 3)}  0  0  0  0  0999 V2000`,
    ...atoms.map(
      ({ element, position, mapNumber }) =>
        `${position.map((coordinate) => coordinate.toFixed(4).padStart(10)).join('')} ` +
        `${elementSymbol(element).padEnd(3)} 0  0  0  0  0  0  0  0  0${column(mapNumber, 3)}  0  0`,
    ),
    ...bonds.map(
      ({ begin, end, order, wedge }) =>
        column(begin + 1, 3) +
        column(end + 1, 3) +
        column(order, 3) +
        column(wedge === null ? 0 : V2000_WEDGE[wedge], 3),
    ),
    ...inEights('CHG', ({ formalCharge }) => formalCharge),
    ...inEights('ISO', ({ isotope }) => isotope),
  ];
}

const V3000_CFG = { up: 1, down: 3, either: 2 };

function v3000Lines({ atoms, bonds }: MolfileContent): string[] {
  const isChiral = bonds.some(({ wedge }) => wedge === 'up' || wedge === 'down') ? 1 : 0;
  const lines = [
    'BEGIN CTAB',
    `COUNTS ${atoms.length} ${bonds.length} 0 0 ${isChiral}`,
    'BEGIN ATOM',
    ...atoms.map(({ element, position, mapNumber, formalCharge, isotope }, index) =>
      [
        index + 1,
        elementSymbol(element),
        ...position.map((coordinate) => coordinate.toFixed(6)),
        mapNumber,
        ...(formalCharge === 0 ? [] : [`CHG=${formalCharge}`]),
        ...(isotope === 0 ? [] : [`MASS=${isotope}`]),
      ].join(' '),
    ),
    'END ATOM',
    ...(bonds.length === 0
      ? []
      : [
          'BEGIN BOND',
          ...bonds.map(({ begin, end, order, wedge }, index) =>
            [
              index + 1,
              order,
              begin + 1,
              end + 1,
              ...(wedge === null ? [] : [`CFG=${V3000_CFG[wedge]}`]),
            ].join(' '),
          ),
          'END BOND',
        ]),
    'END CTAB',
  ];
  return ['  0  0  0     0  0            999 V3000', ...lines.map((line) => `M  V30 ${line}`)];
}

/** Where RDKit draws the atoms, and the bonds as it wedges them. */
function layout(molecule: Molecule): {
  positions: (readonly [number, number, number])[];
  bonds: MolfileContent['bonds'];
} {
  const written = usingMol(drawableMol(molecule), (mol) => {
    mol.set_new_coords();
    return mol.get_v3Kmolblock();
  });
  const positions: [number, number, number][] = [];
  const bonds: MolfileContent['bonds'][number][] = [];
  let block = '';
  for (const line of written.replaceAll('-\nM  V30 ', '').split('\n')) {
    block = /^M {2}V30 (?:BEGIN|END) (\w+)/.exec(line)?.[1] ?? block;
    const words = line.slice(7).split(' ');
    const numbers = words.map(Number);
    if (!line.startsWith('M  V30 ') || !/^\d+$/.test(words[0] ?? '')) continue;
    if (block === 'ATOM') positions.push([at(numbers, 2), at(numbers, 3), 0]);
    if (block !== 'BOND') continue;
    const cfg = /CFG=(\d)/.exec(line)?.[1];
    const wedge = cfg === '1' ? 'up' : cfg === '3' ? 'down' : cfg === '2' ? 'either' : null;
    const [begin, end] = [at(numbers, 2) - 1, at(numbers, 3) - 1];
    const isLost = wedge === null && isOpenAcrossRing(molecule, begin, end);
    bonds.push({ order: at(numbers, 1), begin, end, wedge: isLost ? 'either' : wedge });
  }
  return { positions, bonds };
}

/**
 * A double bond out of a ring whose stereo counts only together with that of another one, across the ring (as in
 * quinone diimines). No label tells that it is open, but a reader would take it from the drawing.
 */
function isOpenAcrossRing(molecule: Molecule, begin: number, end: number): boolean {
  const bond = bondBetween(molecule, begin, end);
  if (bond?.order !== 2 || bond.inRing || bond.stereo !== null) return false;
  const isInRing = (atom: number): boolean => at(molecule.atoms, atom).inRing;
  const hasSides = (atom: number): boolean => at(molecule.neighbours, atom).length > 1;
  return (isInRing(begin) || isInRing(end)) && hasSides(begin) && hasSides(end);
}
