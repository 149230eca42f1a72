import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
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
  ValidateNested,
} from 'class-validator';
import { IsFragmentation, type Fragmentation } from './fragmentation';
import {
  CHARGE_MODELS,
  FitSettings,
  OTHER_SECTIONS,
  QcSpecification,
  type ChargeModelName,
  type OtherSection,
} from './workflow';

// Messages between the apps. Every molecule in a message is a mapped SMILES with explicit hydrogens in which
// atom i, counted from 0, carries map number i + 1; every index in a message counts from 0 in that order.
// Geometries are flat [x0, y0, z0, x1, …] in angstrom.

const MAX_SMILES_LENGTH = 20_000;
const MAX_COORDINATES = 3 * 1000;
const SHA256 = /^[0-9a-f]{64}$/;

/** Four atoms around a bond, 0-based. */
export type Dihedral = [number, number, number, number];

// ---- fragment -------------------------------------------------------------------------------------------

/** Cut a molecule into fragments and say which parameters are to be fitted on each. */
export class FragmentTask {
  /** Which version of this software is to do it. */
  @IsString() @MaxLength(64) softwareVersion!: string;
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  @IsFragmentation() fragmentation!: Fragmentation;
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(500, { each: true })
  targetTorsionSmarts!: string[];
  /** SHA-256 of the base force field's OFFXML among the artifacts. */
  @Matches(SHA256) baseForceFieldSha256!: string;
  @IsArray()
  @ArrayMaxSize(6)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(6, { each: true })
  periodicities!: number[];
  /** As in FitSettings, where it is not `bespoke`. */
  @IsOptional() @IsIn(['general']) parameters?: 'general';
  @IsOptional() @IsArray() @IsIn(OTHER_SECTIONS, { each: true }) also?: OtherSection[];
  /** SHA-256 of the molecule's StartConformer among the artifacts, where its coordinates were given. */
  @IsOptional() @Matches(SHA256) startConformerSha256?: string;
  /** Whether to say too what takes a fragment's place should it turn out to be unlike the molecule. */
  @IsOptional() @IsBoolean() withWholeMolecule?: boolean;
}

/** A geometry that was given with a molecule, to 1e-4 angstrom: an artifact in JSON. */
export type StartConformer = number[];

/** One cosine term of a proper torsion: k/idivf·(1 + cos(periodicity·φ − phase)). */
export interface TorsionTerm {
  periodicity: number;
  phaseDegrees: number;
  kKcalPerMol: number;
  idivf: number;
}

/** A torsion parameter to be fitted, with the values that it starts from. */
export interface BespokeParameter {
  smirks: string;
  /** The base force field's parameter whose values it starts from. */
  startingFrom: string;
  terms: TorsionTerm[];
}

/** A parameter that is fitted and is no bespoke torsion: a general one in place, or a copy of it. */
export interface OtherParameter {
  section: OtherSection | 'ProperTorsions';
  smirks: string;
  /** Pattern of the general parameter that this one is a copy of, with a pattern that hits terms of one molecule alone. */
  copyOf?: string;
}

/** One place in the parent that a fragment was cut from. */
export interface FragmentOccurrence {
  /** The target bond in the parent, 0-based. */
  parentBond: [number, number];
  /** For each atom of the fragment its 0-based index in the parent, or null for a cap. */
  parentAtoms: (number | null)[];
}

/** A molecule to be driven about one bond, and the parameters that are fitted to that. */
export interface DrivenMolecule {
  /**
   * In its own canonical numbering, so that two molecules with the same fragment around the same bond name it by the
   * same string.
   */
  mappedSmiles: string;
  /** The same without maps and hydrogens, for people. */
  smiles: string;
  /** The driven dihedral; the middle two atoms are the target bond. */
  dihedral: Dihedral;
  /** Everywhere in the parent that this stands for: equivalent bonds share one. */
  occurrences: FragmentOccurrence[];
  parameters: BespokeParameter[];
  /** What else is fitted to it. */
  otherParameters?: OtherParameter[];
  /** SHA-256 of its StartConformer: only where it is the whole molecule, and that has one. */
  startConformerSha256?: string;
}

/** As warnings begin: `bond 2-5 (fragment CCOC)`, atoms of the molecule by their map numbers. */
export function fragmentName({
  smiles,
  occurrences,
}: {
  smiles: string;
  occurrences: readonly { parentBond: readonly [number, number] }[];
}): string {
  const bonds = occurrences.map(({ parentBond: [a, b] }) => `${a + 1}-${b + 1}`).join(', ');
  return `bond ${bonds} (fragment ${smiles})`;
}

/** The whole molecule in the place of a fragment of it. */
export interface WholeMolecule extends DrivenMolecule {
  /** For each atom of the fragment its 0-based index here, or null for a cap. */
  fragmentAtoms: (number | null)[];
}

export interface Fragment extends DrivenMolecule {
  /**
   * The molecule, once for each bond of it that the fragment stands for: what takes the fragment's place if it is
   * unlike the molecule. Absent where the fragment is the whole molecule, or that was not asked for.
   */
  wholeMolecule?: WholeMolecule[];
}

export interface FragmentResult {
  fragments: Fragment[];
  /** What a person should know: target bonds left out and why. */
  warnings: string[];
}

// ---- parent check ---------------------------------------------------------------------------------------

export class WholeMoleculeOfCheck {
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  @IsArray() @ArrayMaxSize(MAX_COORDINATES) fragmentAtoms!: (number | null)[];
  /** SHA-256 of its StartConformer among the artifacts, where it was given one. */
  @IsOptional() @Matches(SHA256) startConformerSha256?: string;
}

/** What a check has found of a molecule at an angle. */
export interface ParentPoint {
  gridDegrees: number;
  /** (QM − MM), above some constant. */
  parentDifferenceKcalPerMol: number;
}

/** The drive of a fragment, and what an earlier check has found of each molecule. */
export class DriveOfCheck {
  /** SHA-256 of the TorsionDriveRecord among the artifacts. */
  @Matches(SHA256) torsionDriveSha256!: string;
  /** For each molecule of the check. */
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(200) parents!: ParentPoint[][];
}

/** Compare a fragment with the molecule that it was cut from, along a turn of the bond that it was cut around. */
export class ParentCheckTask {
  /** Which version of this software is to do it. */
  @IsString() @MaxLength(64) softwareVersion!: string;
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  @IsArray()
  @ArrayMinSize(4)
  @ArrayMaxSize(4)
  @IsInt({ each: true })
  @Min(0, { each: true })
  dihedral!: Dihedral;
  /** The fragment's, with the values that they start from. */
  @IsArray() @ArrayMaxSize(500) parameters!: BespokeParameter[];
  /** The molecule, once for each bond of it that the fragment stands for. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => WholeMoleculeOfCheck)
  wholeMolecule!: WholeMoleculeOfCheck[];
  @Matches(SHA256) baseForceFieldSha256!: string;
  /** Replaces the charges that the base force field wants. */
  @IsOptional() @IsIn(CHARGE_MODELS) chargeModel?: ChargeModelName;
  @IsObject() @ValidateNested() @Type(() => QcSpecification) qc!: QcSpecification;
  @IsNumber() @Min(1) @Max(120) gridSpacingDegrees!: number;
  /** Where it is there, it is this drive that is compared, with what is known of the molecule. */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => DriveOfCheck) drive?: DriveOfCheck;
}

export interface ParentCheckResult {
  /**
   * Standard deviation over the angles of the difference between the molecule's (QM − MM) and the fragment's, of the
   * bond where it is largest.
   */
  deviationKcalPerMol: number;
  /** What was found of each molecule; absent where a drive was compared. */
  parents?: ParentPoint[][];
}

// ---- conformers -----------------------------------------------------------------------------------------

/** Make starting geometries for a torsion drive. */
export class ConformersTask {
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  @IsInt() @Min(1) @Max(50) maxConformers!: number;
  /** Conformers of the same molecule that start different drives are turned about this dihedral. */
  @IsArray()
  @ArrayMinSize(4)
  @ArrayMaxSize(4)
  @IsInt({ each: true })
  @Min(0, { each: true })
  dihedral!: Dihedral;
  /** SHA-256 of the StartConformer that is to be the first of them. */
  @IsOptional() @Matches(SHA256) startConformerSha256?: string;
}

export interface ConformersResult {
  /** At least one geometry, each with the angle of the task's dihedral in degrees, in (-180, 180]. */
  conformers: { geometryAngstrom: number[]; dihedralDegrees: number }[];
}

// ---- constrained optimisation ---------------------------------------------------------------------------

/** Relax a geometry with one dihedral held at a target angle: one job of a torsion drive. */
export class ConstrainedOptimizationTask {
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  @IsObject() @ValidateNested() @Type(() => QcSpecification) qc!: QcSpecification;
  @IsArray()
  @ArrayMinSize(4)
  @ArrayMaxSize(4)
  @IsInt({ each: true })
  @Min(0, { each: true })
  dihedral!: Dihedral;
  @IsNumber() @Min(-360) @Max(360) targetDegrees!: number;
  @IsArray()
  @ArrayMinSize(12)
  @ArrayMaxSize(MAX_COORDINATES)
  @IsNumber({}, { each: true })
  startGeometryAngstrom!: number[];
}

export interface ConstrainedOptimizationResult {
  /** Energy of the returned geometry, without any bias, hartree: what the fit sees. */
  energyHartree: number;
  /** Energy corrected to the target angle, hartree: what the wavefront compares. */
  energyAtTargetHartree: number;
  geometryAngstrom: number[];
  /** The angle that the returned geometry really has, in (-180, 180]. */
  dihedralDegrees: number;
  /** What it cost, in energies and gradients; absent in what an earlier version wrote. */
  gradientCount?: number;
}

// ---- single point ---------------------------------------------------------------------------------------

/** Compute the energy of a geometry. */
export class SinglePointTask {
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  @IsObject() @ValidateNested() @Type(() => QcSpecification) qc!: QcSpecification;
  @IsArray()
  @ArrayMinSize(3)
  @ArrayMaxSize(MAX_COORDINATES)
  @IsNumber({}, { each: true })
  geometryAngstrom!: number[];
}

export interface SinglePointResult {
  energyHartree: number;
}

// ---- group fragments ------------------------------------------------------------------------------------

export class PatternedFragment {
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  /** The patterns of its parameters, as they are in its molecule. */
  @IsArray() @ArrayMaxSize(500) @IsString({ each: true }) smirks!: string[];
}

/** Say which fragments of a molecule are fitted together, since parameters of one stand in another too. */
export class GroupFragmentsTask {
  /** Which version of this software is to do it. */
  @IsString() @MaxLength(64) softwareVersion!: string;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => PatternedFragment)
  fragments!: PatternedFragment[];
  /** Whether all are fitted together, since they share more than bespoke torsions. */
  @IsOptional() @IsBoolean() together?: boolean;
}

export interface FitGroup {
  /** Of the task, by their index, in an order that does not depend on the molecule, where there is one. */
  fragments: number[];
  /**
   * For each of them the pattern of each of its parameters in the fit. It hits the same torsions of the group's
   * fragments as the one of the task and, where that is possible, depends on these fragments alone, so that all
   * molecules that have them share the fit.
   */
  smirks: string[][];
}

export interface GroupFragmentsResult {
  /** Each fragment is in one of them. */
  groups: FitGroup[];
}

// ---- fit parameters -------------------------------------------------------------------------------------

/** One finished torsion drive: an artifact in JSON. */
export interface TorsionDriveRecord {
  mappedSmiles: string;
  dihedral: Dihedral;
  qc: QcSpecification;
  program: string;
  programVersion: string;
  /**
   * The level that the geometries were driven at, where energies are of a higher one: those are then above the lowest,
   * interpolated between single points.
   */
  geometriesBy?: { qc: QcSpecification; programVersion: string };
  /** Ascending in gridDegrees. */
  points: {
    gridDegrees: number;
    dihedralDegrees: number;
    energyHartree: number;
    geometryAngstrom: number[];
    /** Of the energy relative to the lowest one, where energies are interpolated. */
    standardErrorKcalPerMol?: number;
    /** Whether there is a single point here, where energies are interpolated. */
    isComputed?: boolean;
  }[];
}

/** A drive, and what is fitted to it. */
export class FitTarget {
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  @IsArray()
  @ArrayMinSize(4)
  @ArrayMaxSize(4)
  @IsInt({ each: true })
  @Min(0, { each: true })
  dihedral!: Dihedral;
  /** SHA-256 of the TorsionDriveRecord among the artifacts. */
  @Matches(SHA256) torsionDriveSha256!: string;
  /** Their patterns are those of the FitGroup. */
  @IsArray() @ArrayMaxSize(500) parameters!: BespokeParameter[];
  @IsOptional() @IsArray() @ArrayMaxSize(5000) otherParameters?: OtherParameter[];
}

/** Fit the parameters of one group of fragments to their torsion drives. Says nothing of any molecule. */
export class FitParametersTask {
  /** Which version of this software is to do it. */
  @IsString() @MaxLength(64) softwareVersion!: string;
  @Matches(SHA256) baseForceFieldSha256!: string;
  @IsObject() @ValidateNested() @Type(() => FitSettings) fit!: FitSettings;
  /** Replaces the charges that the base force field wants. */
  @IsOptional() @IsIn(CHARGE_MODELS) chargeModel?: ChargeModelName;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => FitTarget)
  targets!: FitTarget[];
}

export interface FitParametersResult {
  /** SHA-256 of the FitOutcome (JSON) among the artifacts, torsions in the order of the targets. */
  fitOutcomeSha256: string;
}

// ---- write force field ----------------------------------------------------------------------------------

/** A fragment whose parameters were fitted. */
export class FittedFragment {
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  @IsArray()
  @ArrayMinSize(4)
  @ArrayMaxSize(4)
  @IsInt({ each: true })
  @Min(0, { each: true })
  dihedral!: Dihedral;
  /** SHA-256 of the FitOutcome that has it. */
  @Matches(SHA256) fitOutcomeSha256!: string;
  /** The patterns of its parameters in the molecule, in their order. */
  @IsArray() @ArrayMaxSize(500) @IsString({ each: true }) smirks!: string[];
}

/** A level of theory, and the version of the program that computed it. */
export class SinglePointLevel {
  @IsObject() @ValidateNested() @Type(() => QcSpecification) qc!: QcSpecification;
  @IsString() @MaxLength(64) programVersion!: string;
}

/** Put the force field of a molecule together from its base force field and the fits of its fragments. */
export class WriteForceFieldTask {
  /** Stands in the force field. */
  @IsString() @MaxLength(64) softwareVersion!: string;
  @IsString() @MaxLength(MAX_SMILES_LENGTH) mappedSmiles!: string;
  @Matches(SHA256) baseForceFieldSha256!: string;
  @IsObject() @ValidateNested() @Type(() => FitSettings) fit!: FitSettings;
  /** The level of the drives, and the version of the program that computed them. */
  @IsObject() @ValidateNested() @Type(() => QcSpecification) qc!: QcSpecification;
  @IsString() @MaxLength(64) programVersion!: string;
  /** The level of their energies, where it is a higher one. */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => SinglePointLevel) singlePoints?: SinglePointLevel;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => FittedFragment)
  fragments!: FittedFragment[];
}

export interface WriteForceFieldResult {
  /** SHA-256 of the OFFXML among the artifacts. */
  forceFieldSha256: string;
  /** SHA-256 of the molecule's FitOutcome (JSON) among the artifacts: all fits together. */
  fitOutcomeSha256: string;
}
