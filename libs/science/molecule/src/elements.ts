const SYMBOLS = (
  '* H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr ' +
  'Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu ' +
  'Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr ' +
  'Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'
).split(' ');

/** The elements of organic molecules; a force field may know fewer. */
const ORGANIC = new Set([1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 35, 53]);

/** Symbol of an atomic number, '*' for 0 (a place holder). */
export function elementSymbol(element: number): string {
  return SYMBOLS[element] ?? `element ${element}`;
}

const NUMBERS = new Map(SYMBOLS.map((symbol, element) => [symbol, element]));

/** Atomic number of a symbol such as Cl, undefined for what is none. */
export function elementNumber(symbol: string): number | undefined {
  return symbol === '*' ? undefined : NUMBERS.get(symbol);
}

export function isOrganicElement(element: number): boolean {
  return ORGANIC.has(element);
}

export function organicElements(): string[] {
  return [...ORGANIC].map(elementSymbol);
}
