import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { CHARGE_MODELS, Workflow, type ChargeModelName } from './workflow';

/** Interactive work overtakes normal work, which overtakes bulk work. */
export const LANES = ['interactive', 'normal', 'bulk'] as const;
export type Lane = (typeof LANES)[number];

/** The body of POST /api/v2/fits. One molecule: `smiles`, or `molfile` where there are coordinates. */
export class SubmitFit {
  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  smiles?: string;

  /**
   * An MDL molfile (V2000 or V3000) or the first record of an SDF. Three-dimensional coordinates of all atoms,
   * hydrogens included, are a starting conformer of every scan of the whole molecule.
   */
  @IsOptional()
  @IsString()
  @MaxLength(1_000_000)
  molfile?: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string;

  /** The name of a built-in workflow. Exactly one of `workflow` and `customWorkflow`. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  workflow?: string;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => Workflow)
  customWorkflow?: Workflow;

  /** Replaces the workflow's base force field: the name of one that the project ships, or a whole OFFXML. */
  @IsOptional()
  @IsString()
  @MaxLength(5_000_000)
  forceField?: string;

  /** What to call a `forceField` that is a whole OFFXML, its file's name perhaps; else it is called by its SHA-256. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  forceFieldName?: string;

  /** Replaces the workflow's. */
  @IsOptional()
  @IsIn(CHARGE_MODELS)
  chargeModel?: ChargeModelName;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(500, { each: true })
  targetTorsionSmarts?: string[];

  @IsOptional()
  @IsIn(LANES)
  lane?: Lane;
}
