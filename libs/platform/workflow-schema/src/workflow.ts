import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { IsFragmentation, type Fragmentation } from './fragmentation';

/** A level of theory: which program computes, with which method, and in which basis where there is one. */
export class QcSpecification {
  /** The engine's name in lower case, as `bespoke doctor` lists it: xtb, psi4, … */
  @IsString()
  @Matches(/^[a-z][a-z0-9]{0,31}$/, { message: 'program must be a lower-case name such as xtb' })
  program!: string;

  /** The method as the program spells it, in any case: GFN2-xTB, B3LYP-D3BJ, … */
  @IsString()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9()+*_.-]{0,63}$/, {
    message: 'method must be a method name such as GFN2-xTB',
  })
  method!: string;

  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9()+*_.-]{0,63}$/, {
    message: 'basis must be a basis set name such as DZVP',
  })
  basis?: string | null;

  /** In vacuum where there is none; by the program's implicit model, ALPB with xtb. */
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/, {
    message: 'solvent must be the name of a solvent such as water',
  })
  solvent?: string | null;
}

/** What makes partial charges; `libs/science/partial-charges` describes them. */
export const CHARGE_MODELS = ['am1bcc', 'am1bcc-elf10', 'nagl'] as const;
export type ChargeModelName = (typeof CHARGE_MODELS)[number];

/** As in "B3LYP-D3BJ/DZVP" or "GFN2-xTB in water". */
export function levelOfTheory({ method, basis, solvent }: QcSpecification): string {
  return (basis ? `${method}/${basis}` : method) + (solvent ? ` in ${solvent}` : '');
}

/** How each torsion is scanned. */
export class TorsionDriveSettings {
  /** Spacing of the grid in degrees; divides 360. */
  @IsIn([5, 10, 15, 20, 30, 45, 60])
  gridSpacingDegrees!: number;

  /** At most this many conformers start the drive. */
  @IsInt()
  @Min(1)
  @Max(50)
  maxConformers!: number;

  /** An energy at a grid point must fall by more than this, in hartree, to spread to its neighbours. */
  @IsNumber()
  @Min(0)
  @Max(0.01)
  energyDecreaseThresholdHartree!: number;
}

/** Sections of a force field that can be fitted beside its proper torsions. */
export const OTHER_SECTIONS = ['Bonds', 'Angles', 'ImproperTorsions', 'vdW'] as const;
export type OtherSection = (typeof OTHER_SECTIONS)[number];

/** General parameters keep their terms, so nothing is silently ignored. */
function IsEmptyWithGeneralParameters(): PropertyDecorator {
  return ValidateBy({
    name: 'isEmptyWithGeneralParameters',
    validator: {
      validate: (value: unknown, args) =>
        (args!.object as FitSettings).parameters !== 'general' ||
        (Array.isArray(value) && value.length === 0),
      defaultMessage: () =>
        'periodicities must be [] with parameters general, which keep the terms that they have',
    },
  });
}

/** What is fitted, and how: ForceBalance's TorsionProfile objective and its priors. */
export class FitSettings {
  /**
   * `bespoke`, also where it is absent: new parameters for this molecule. `general`: in their place the parameters that
   * the base force field gives to its driven torsions, which other molecules have too.
   */
  @IsOptional()
  @IsIn(['bespoke', 'general'])
  parameters?: 'bespoke' | 'general' | null;

  /** Each bespoke torsion gets a cosine term for each of these; without any it keeps those of the general one. */
  @IsArray()
  @ArrayMaxSize(6)
  @ArrayUnique()
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(6, { each: true })
  @IsEmptyWithGeneralParameters()
  periodicities!: number[];

  /** What is fitted beside torsions, new or in place as `parameters` says, as far as driven fragments have it. */
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsIn(OTHER_SECTIONS, { each: true })
  also?: OtherSection[] | null;

  /**
   * What holds force constants to where they start: `L1` and `L2` are ForceBalance's; `evidence` is L2 with prior widths
   * that fall off with the periodicity, against points weighed by the noise that the drives themselves make likely.
   */
  @IsIn(['L1', 'L2', 'evidence'])
  penalty!: 'L1' | 'L2' | 'evidence';

  /** Prior width of a torsion's force constants, kcal/mol; with `evidence` of those of periodicity 1. */
  @IsNumber()
  @Min(0.01)
  @Max(100)
  priorWidthKcalPerMol!: number;

  /** QM energies above this, kcal/mol relative to the minimum, carry no weight. */
  @IsNumber()
  @Min(1)
  @Max(100)
  energyCutoffKcalPerMol!: number;

  /** QM energies above this, kcal/mol, count less and less. */
  @IsNumber()
  @Min(0.01)
  @Max(100)
  energyDenominatorKcalPerMol!: number;

  /** Force constant of the positional restraints on relaxation, kcal/mol/Å². */
  @IsNumber()
  @Min(0)
  @Max(1000)
  restraintKcalPerMolPerAngstrom2!: number;

  @IsInt()
  @Min(1)
  @Max(1000)
  maxIterations!: number;
}

/**
 * How a fragment is compared with its molecule before it is driven: where (QM − MM) of the two, along the same turn of
 * the bond, differ by more than a threshold, the whole molecule is driven and fitted in its place.
 */
export class ParentCheckSettings {
  /** What the energies are compared by: a cheap level will do, whatever the drives are made with. */
  @IsObject()
  @ValidateNested()
  @Type(() => QcSpecification)
  qc!: QcSpecification;

  /** Between the angles that are compared. */
  @IsIn([15, 20, 30, 45, 60])
  gridSpacingDegrees!: number;

  /** Standard deviation of the difference, kcal/mol, above which a fragment is unlike its molecule. */
  @IsNumber()
  @Min(0.01)
  @Max(100)
  thresholdKcalPerMol!: number;
}

/** Least and most are one rule. */
function IsNotLessThanLeastPoints(): PropertyDecorator {
  return ValidateBy({
    name: 'isNotLessThanLeastPoints',
    validator: {
      validate: (value: unknown, args) => Number(value) >= (args!.object as SinglePointSettings).leastPoints,
      defaultMessage: () => 'mostPoints must not be less than leastPoints',
    },
  });
}

/**
 * Energies of a higher level than geometries: single points at some geometries of each drive, and the difference between
 * the two levels interpolated by a Gaussian process, until that is sure enough. As many points as the grid has are all.
 */
export class SinglePointSettings {
  @IsObject()
  @ValidateNested()
  @Type(() => QcSpecification)
  qc!: QcSpecification;

  /** Of the profile's points up to the energy cutoff, their root mean square, kcal/mol. */
  @IsNumber()
  @Min(0.01)
  @Max(10)
  targetStandardErrorKcalPerMol!: number;

  /** So many are computed of each drive before anything is judged. */
  @IsInt()
  @Min(2)
  @Max(72)
  leastPoints!: number;

  @IsInt()
  @Max(72)
  @IsNotLessThanLeastPoints()
  mostPoints!: number;

  /** How many are computed at once after the first ones. */
  @IsInt()
  @Min(1)
  @Max(72)
  pointsPerRound!: number;
}

/**
 * Everything that decides what a fit computes, the molecule aside. The same workflow on the same
 * molecule with the same program versions gives the same force field.
 */
export class Workflow {
  @IsString()
  @MaxLength(64)
  name!: string;

  /** One sentence for people. */
  @IsString()
  @MaxLength(500)
  description!: string;

  /** The name of a force field that the project ships, such as openff_unconstrained-2.2.1.offxml. */
  @IsString()
  @MaxLength(128)
  baseForceField!: string;

  /**
   * Replaces the charges that the base force field wants; absent or null leaves them. A simulation with the fitted
   * force field must then be given the same charges.
   */
  @IsOptional()
  @IsIn(CHARGE_MODELS)
  chargeModel?: ChargeModelName | null;

  /** A scheme's name stands for the scheme with its defaults. */
  @IsFragmentation()
  fragmentation!: Fragmentation;

  /** SMARTS patterns of the bonds whose torsions are fitted, each with the bond's atoms tagged :1 and :2. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(500, { each: true })
  targetTorsionSmarts!: string[];

  /** The level of the drives: of their energies too, unless these are of singlePoints. */
  @IsObject()
  @ValidateNested()
  @Type(() => QcSpecification)
  qc!: QcSpecification;

  /** Absent or null: the energies are those of the drives. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SinglePointSettings)
  singlePoints?: SinglePointSettings | null;

  @IsObject()
  @ValidateNested()
  @Type(() => TorsionDriveSettings)
  torsionDrive!: TorsionDriveSettings;

  @IsObject()
  @ValidateNested()
  @Type(() => FitSettings)
  fit!: FitSettings;

  /** Absent or null: fragments stand for their molecule unchecked. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ParentCheckSettings)
  parentCheck?: ParentCheckSettings | null;
}
