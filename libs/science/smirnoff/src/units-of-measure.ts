import { ANGSTROM_PER_BOHR, DEGREES_PER_RADIAN, KILOJOULE_PER_KCAL } from '@bespoke/units';

// The units in which OFFXML files may write: those of openff-units (https://github.com/openforcefield/openff-units,
// MIT), a list for the Python package pint, as far as lengths, energies, amounts, angles and charges can be made of them.

/** Powers of length, time, mass, amount and charge. */
export type Dimensions = readonly [number, number, number, number, number];

export interface Unit {
  /** Size in angstrom, second, mole, elementary charge, and the mass that makes kilocalorie the energy of these. */
  factor: number;
  dimensions: Dimensions;
}

export const DIMENSIONLESS: Dimensions = [0, 0, 0, 0, 0];

const LENGTH: Dimensions = [1, 0, 0, 0, 0];
const TIME: Dimensions = [0, 1, 0, 0, 0];
const MASS: Dimensions = [0, 0, 1, 0, 0];
const AMOUNT: Dimensions = [0, 0, 0, 1, 0];
const CHARGE: Dimensions = [0, 0, 0, 0, 1];
const ENERGY: Dimensions = [2, -2, 1, 0, 0];
const MOLAR_ENERGY: Dimensions = [2, -2, 1, -1, 0];

/** kilocalorie = 4184 kg·m²/s² = 1 mass unit · (1e-10 m)²/s². */
const KILOGRAMS_PER_MASS_UNIT = 4.184e23;
const COULOMBS_PER_E = 1.602176634e-19;
const DALTON_KILOGRAMS = 1.6605390666e-27;
const HARTREE_JOULES = 4.3597447222071e-18;

const UNITS = new Map<string, Unit>();

function define(names: string, factor: number, dimensions: Dimensions): void {
  for (const name of names.split(' ')) {
    UNITS.set(name, { factor, dimensions });
  }
}

define('dimensionless radian rad count', 1, DIMENSIONLESS);
define('pi π', Math.PI, DIMENSIONLESS);
define('degree deg arcdeg arcdegree angular_degree', 1 / DEGREES_PER_RADIAN, DIMENSIONLESS);
define('angstrom ångström Å Å', 1, LENGTH);
define('meter metre m', 1e10, LENGTH);
define('micron', 1e4, LENGTH);
define('fermi', 1e-5, LENGTH);
define('bohr a_0 a0 bohr_radius atomic_unit_of_length a_u_length', ANGSTROM_PER_BOHR, LENGTH);
define('second sec s', 1, TIME);
define('minute min', 60, TIME);
define('hour hr', 3600, TIME);
define('gram g', 1e-3 / KILOGRAMS_PER_MASS_UNIT, MASS);
define('dalton Da unified_atomic_mass_unit u amu', DALTON_KILOGRAMS / KILOGRAMS_PER_MASS_UNIT, MASS);
define('mole mol', 1, AMOUNT);
define('avogadro_number', 6.02214076e23, DIMENSIONLESS);
define('avogadro_constant N_A', 6.02214076e23, [0, 0, 0, -1, 0]);
define('calorie cal thermochemical_calorie cal_th', 1e-3, ENERGY);
define('joule J', 1e-3 / KILOJOULE_PER_KCAL, ENERGY);
define('erg', 1e-10 / KILOJOULE_PER_KCAL, ENERGY);
define('rydberg Ry', HARTREE_JOULES / 2 / 1e3 / KILOJOULE_PER_KCAL, ENERGY);
define(
  'hartree E_h Eh hartree_energy atomic_unit_of_energy a_u_energy',
  HARTREE_JOULES / 1e3 / KILOJOULE_PER_KCAL,
  ENERGY,
);
define('calorie_per_mole calories_per_mole', 1e-3, MOLAR_ENERGY);
define('joule_per_mole joules_per_mole', 1e-3 / KILOJOULE_PER_KCAL, MOLAR_ENERGY);
// newton = joule/meter, dyne = erg/centimeter
define('newton N', 1e-13 / KILOJOULE_PER_KCAL, [1, -2, 1, 0, 0]);
define('dyne dyn', 1e-18 / KILOJOULE_PER_KCAL, [1, -2, 1, 0, 0]);
define('elementary_charge e', 1, CHARGE);
define('coulomb C', 1 / COULOMBS_PER_E, CHARGE);
define('ampere amp A', 1 / COULOMBS_PER_E, [0, -1, 0, 0, 1]);
define('volt V', COULOMBS_PER_E / 1e3 / KILOJOULE_PER_KCAL, [2, -2, 1, 0, -1]);

const PREFIXES = new Map<string, number>(
  (
    [
      ['yocto y', 1e-24],
      ['zepto z', 1e-21],
      ['atto a', 1e-18],
      ['femto f', 1e-15],
      ['pico p', 1e-12],
      ['nano n', 1e-9],
      ['micro µ μ u', 1e-6],
      ['milli m', 1e-3],
      ['centi c', 1e-2],
      ['deci d', 1e-1],
      ['deca deka da', 1e1],
      ['hecto h', 1e2],
      ['kilo k', 1e3],
      ['mega M', 1e6],
      ['giga G', 1e9],
      ['tera T', 1e12],
      ['peta P', 1e15],
      ['exa E', 1e18],
    ] as const
  ).flatMap(([names, factor]) => names.split(' ').map((name): [string, number] => [name, factor])),
);

/** A unit by its name or symbol, with or without a prefix, singular or plural; undefined if there is none. */
export function unitNamed(name: string): Unit | undefined {
  for (const singular of name.endsWith('s') ? [name, name.slice(0, -1)] : [name]) {
    const unit = UNITS.get(singular) ?? prefixedUnit(singular);
    if (unit !== undefined) {
      return unit;
    }
  }
  return undefined;
}

function prefixedUnit(name: string): Unit | undefined {
  for (const [prefix, size] of PREFIXES) {
    const unit = name.startsWith(prefix) ? UNITS.get(name.slice(prefix.length)) : undefined;
    if (unit !== undefined) {
      return { factor: size * unit.factor, dimensions: unit.dimensions };
    }
  }
  return undefined;
}
