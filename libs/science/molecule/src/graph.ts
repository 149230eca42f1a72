/**
 * A molecule as RDKit's JSON (CommonChem) has it, hydrogens explicit: what the library computes with.
 * Bonds are sorted by their atoms, `begin < end`, so that equal numberings give equal graphs.
 */
export interface Graph {
  atoms: GraphAtom[];
  bonds: GraphBond[];
}

export interface GraphAtom {
  element: number;
  formalCharge: number;
  isotope: number;
  /** Handedness of the neighbours in the order of the bond list, as RDKit means it; null if it has none. */
  chirality: 'cw' | 'ccw' | null;
}

export interface GraphBond {
  begin: number;
  end: number;
  order: 1 | 2 | 3;
  /** Of a double bond: are these neighbours of `begin` and `end` on the same side? */
  stereo: { cis: boolean; beginNeighbour: number; endNeighbour: number } | null;
  /** Aromatic in RDKit's model: which of the two Kekulé structures is written says nothing. */
  delocalised: boolean;
}

interface CommonChem {
  molecules: {
    atoms: { z?: number; chg?: number; nRad?: number; isotope?: number; stereo?: string; impHs?: number }[];
    bonds?: { bo?: number; atoms: [number, number]; stereo?: string; stereoAtoms?: [number, number] }[];
    conformers?: { dim: number; coords: number[][] }[];
    extensions: {
      name: string;
      aromaticBonds?: number[];
      atomRings?: number[][];
      atomQueries?: { descr?: string }[];
      bondQueries?: { descr?: string }[];
    }[];
  }[];
}

/** What RDKit's JSON says of a molecule. */
export interface RDKitReading {
  graph: Graph;
  rings: number[][];
  /** Atoms with unpaired electrons. */
  radicals: number[];
  /** Bonds that have no integral order of 1 to 3 (dative, zero order...), or stand for several as in a search pattern. */
  oddBonds: [number, number][];
  /** Atoms that stand for several, as in a search pattern. */
  queryAtoms: number[];
  /** 3N coordinates in angstrom if the input is three-dimensional. */
  conformerAngstrom: Float64Array | null;
  /** 3N coordinates with z = 0 if the input lies in a plane. */
  flatCoordinates: Float64Array | null;
}

export function readCommonChem(json: string): RDKitReading {
  const molecule = (JSON.parse(json) as CommonChem).molecules[0];
  if (molecule === undefined) throw new Error('RDKit wrote JSON without a molecule.');
  const extension = molecule.extensions.find((e) => e.name === 'rdkitRepresentation');
  const queries = molecule.extensions.find((e) => e.name === 'rdkitQueries');
  const delocalised = new Set(extension?.aromaticBonds);
  const oddBonds: [number, number][] = [];
  const atoms = molecule.atoms.map((atom): GraphAtom => ({
    element: atom.z ?? 6,
    formalCharge: atom.chg ?? 0,
    isotope: atom.isotope ?? 0,
    chirality: atom.stereo === 'cw' || atom.stereo === 'ccw' ? atom.stereo : null,
  }));
  const bonds = (molecule.bonds ?? []).map((bond, index): GraphBond => {
    const [begin, end] = bond.atoms;
    const order = bond.bo ?? 1;
    const isQuery = queries?.bondQueries?.[index]?.descr !== undefined;
    if (isQuery || (order !== 1 && order !== 2 && order !== 3)) oddBonds.push([begin, end]);
    const defined = (bond.stereo === 'cis' || bond.stereo === 'trans') && bond.stereoAtoms !== undefined;
    return {
      begin,
      end,
      order: order as 1 | 2 | 3,
      stereo:
        defined && bond.stereoAtoms
          ? {
              cis: bond.stereo === 'cis',
              beginNeighbour: bond.stereoAtoms[0],
              endNeighbour: bond.stereoAtoms[1],
            }
          : null,
      delocalised: delocalised.has(index),
    };
  });
  const queryAtoms = (queries?.atomQueries ?? []).flatMap(({ descr }, atom) =>
    descr === undefined ? [] : [atom],
  );
  const coordinates = (dimension: number): Float64Array | null => {
    const conformer = molecule.conformers?.find(({ dim }) => dim === dimension);
    return conformer === undefined
      ? null
      : Float64Array.from(conformer.coords.flatMap(([x = 0, y = 0, z = 0]) => [x, y, z]));
  };
  return {
    graph: sortBonds({ atoms, bonds }),
    rings: extension?.atomRings ?? [],
    radicals: molecule.atoms.flatMap((atom, index) => ((atom.nRad ?? 0) > 0 ? [index] : [])),
    oddBonds,
    queryAtoms,
    conformerAngstrom: coordinates(3),
    flatCoordinates: coordinates(2),
  };
}

/** Aromaticity to be written into the JSON; RDKit must then be told not to perceive its own. */
export interface AromaticFlags {
  atoms: readonly boolean[];
  bonds: readonly boolean[];
}

/** RDKit refuses a whole number as coordinate, and JSON has no way to write 1.0. */
function fractional(coordinate: number): number {
  return Number.isInteger(coordinate) ? coordinate + 1e-6 : coordinate;
}

/** Where each atom lies in a drawing, in units of RDKit's (1.5 a bond). */
export type FlatLayout = readonly (readonly [number, number])[];

/** `isotopes` stand in for the atoms' own where given; `eitherBonds` are marked as of either configuration. */
export function writeCommonChem(
  graph: Graph,
  aromatic: AromaticFlags | null,
  {
    isotopes,
    eitherBonds,
    flatCoordinates,
  }: {
    isotopes?: readonly number[];
    eitherBonds?: ReadonlySet<number>;
    flatCoordinates?: FlatLayout;
  } = {},
): string {
  return JSON.stringify({
    rdkitjson: { version: 12 },
    defaults: {
      atom: { z: 6, impHs: 0, chg: 0, nRad: 0, isotope: 0, stereo: 'unspecified' },
      bond: { bo: 1, stereo: 'unspecified' },
    },
    molecules: [
      {
        atoms: graph.atoms.map((atom, index) => ({
          z: atom.element,
          chg: atom.formalCharge,
          isotope: isotopes?.[index] ?? atom.isotope,
          stereo: atom.chirality ?? 'unspecified',
        })),
        bonds: graph.bonds.map(({ begin, end, order, stereo }, index) => ({
          bo: order,
          atoms: [begin, end],
          ...(eitherBonds?.has(index) && { stereo: 'either' }),
          ...(stereo && {
            stereo: stereo.cis ? 'cis' : 'trans',
            stereoAtoms: [stereo.beginNeighbour, stereo.endNeighbour],
          }),
        })),
        ...(flatCoordinates && {
          conformers: [{ dim: 2, coords: flatCoordinates.map((place) => place.map(fractional)) }],
        }),
        extensions: aromatic
          ? [
              {
                name: 'rdkitRepresentation',
                formatVersion: 2,
                aromaticAtoms: indicesOfTrue(aromatic.atoms),
                aromaticBonds: indicesOfTrue(aromatic.bonds),
              },
            ]
          : [],
      },
    ],
  });
}

/** The same molecule with its atoms in another order: new atom n is old atom `order[n]`. */
export function renumber(graph: Graph, order: readonly number[]): Graph {
  const newIndex: number[] = [];
  order.forEach((old, index) => (newIndex[old] = index));
  const to = (old: number): number => at(newIndex, old);
  return sortBonds({
    atoms: order.map((old) => at(graph.atoms, old)),
    bonds: graph.bonds.map((bond) => ({
      ...bond,
      begin: to(bond.begin),
      end: to(bond.end),
      stereo: bond.stereo && {
        cis: bond.stereo.cis,
        beginNeighbour: to(bond.stereo.beginNeighbour),
        endNeighbour: to(bond.stereo.endNeighbour),
      },
    })),
  });
}

/** Neighbours of each atom in the order of the bond list. */
export function neighboursOf(graph: Graph): number[][] {
  const neighbours: number[][] = graph.atoms.map(() => []);
  for (const { begin, end } of graph.bonds) {
    at(neighbours, begin).push(end);
    at(neighbours, end).push(begin);
  }
  return neighbours;
}

/** Atoms of each connected part. */
export function connectedParts(graph: Graph): number[][] {
  const neighbours = neighboursOf(graph);
  const seen = new Set<number>();
  const parts: number[][] = [];
  for (let start = 0; start < graph.atoms.length; start++) {
    if (seen.has(start)) continue;
    seen.add(start);
    const part = [start];
    for (let next = 0; next < part.length; next++)
      for (const neighbour of at(neighbours, at(part, next)))
        if (!seen.has(neighbour)) {
          seen.add(neighbour);
          part.push(neighbour);
        }
    parts.push(part);
  }
  return parts;
}

/** Does it take an odd number of swaps to bring `from` into the order of `to` (same members)? */
export function isOddPermutation(from: readonly number[], to: readonly number[]): boolean {
  const places = from.map((member) => to.indexOf(member));
  let odd = false;
  for (let i = 0; i < places.length; i++)
    for (let j = i + 1; j < places.length; j++) if (at(places, i) > at(places, j)) odd = !odd;
  return odd;
}

export function mirrored(chirality: 'cw' | 'ccw'): 'cw' | 'ccw' {
  return chirality === 'cw' ? 'ccw' : 'cw';
}

/** Names a bond whichever way round its atoms are given. */
export function pairKey(i: number, j: number): string {
  return i < j ? `${i}-${j}` : `${j}-${i}`;
}

/** Element of an array that is known to be there. */
export function at<T>(array: readonly T[], index: number): T {
  const element = array[index];
  if (element === undefined) throw new RangeError(`No element ${index} in an array of ${array.length}.`);
  return element;
}

/** Chirality is told by the order of an atom's bonds, so sorting the bonds may turn it over. */
function sortBonds(graph: Graph): Graph {
  const bonds = graph.bonds
    .map((bond) =>
      bond.begin < bond.end
        ? { ...bond }
        : {
            ...bond,
            begin: bond.end,
            end: bond.begin,
            stereo: bond.stereo && {
              cis: bond.stereo.cis,
              beginNeighbour: bond.stereo.endNeighbour,
              endNeighbour: bond.stereo.beginNeighbour,
            },
          },
    )
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  const before = neighboursOf(graph);
  const after = neighboursOf({ atoms: graph.atoms, bonds });
  for (const bond of bonds) bond.stereo &&= toLowestNeighbours(bond.stereo, bond, after);
  const atoms = graph.atoms.map((atom, index) =>
    atom.chirality !== null && isOddPermutation(at(before, index), at(after, index))
      ? { ...atom, chirality: mirrored(atom.chirality) }
      : atom,
  );
  return { atoms, bonds };
}

/** Tells the same configuration by the neighbours with the lowest index. */
function toLowestNeighbours(
  { cis, beginNeighbour, endNeighbour }: NonNullable<GraphBond['stereo']>,
  { begin, end }: GraphBond,
  neighbours: readonly (readonly number[])[],
): GraphBond['stereo'] {
  const lowestBegin = Math.min(...at(neighbours, begin).filter((n) => n !== end));
  const lowestEnd = Math.min(...at(neighbours, end).filter((n) => n !== begin));
  const turned = (lowestBegin !== beginNeighbour) !== (lowestEnd !== endNeighbour);
  return { cis: turned ? !cis : cis, beginNeighbour: lowestBegin, endNeighbour: lowestEnd };
}

function indicesOfTrue(flags: readonly boolean[]): number[] {
  return flags.flatMap((flag, index) => (flag ? [index] : []));
}
