import 'reflect-metadata';
import { plainToInstance, Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsNumber, IsObject, Max, Min, ValidateNested } from 'class-validator';

/** How a molecule is cut into fragments around its target bonds; `none` scans the whole molecule. */
export const FRAGMENTATION_SCHEMES = ['pfizer', 'wbo', 'none'] as const;
export type FragmentationScheme = (typeof FRAGMENTATION_SCHEMES)[number];

class AnyFragmentation {
  @IsIn(FRAGMENTATION_SCHEMES) scheme!: string;
}

export class PfizerFragmentation {
  @IsIn(['pfizer']) scheme!: 'pfizer';
}

export class NoFragmentation {
  @IsIn(['none']) scheme!: 'none';
}

/** BespokeFit's WBOFragmenter, with its defaults. */
export class WboFragmentation {
  @IsIn(['wbo']) scheme!: 'wbo';

  /** Fragments grow until their target bond's Wiberg bond order differs from the molecule's by no more. */
  @IsNumber()
  @Min(0.001)
  @Max(1)
  threshold: number = 0.03;

  /** What a fragment grows by first: what is nearest to the target bond, or what is bound most strongly. */
  @IsIn(['path_length', 'wbo'])
  heuristic: 'path_length' | 'wbo' = 'path_length';

  /** Rings keep the substituents that cannot turn, such as halogens and methyl groups. */
  @IsBoolean()
  keepNonRotorRingSubstituents: boolean = false;
}

export type Fragmentation = PfizerFragmentation | WboFragmentation | NoFragmentation;

/** The program without which a molecule cannot be cut so, whose version decides the fragments; null for none. */
export function fragmentationProgram({ scheme }: Fragmentation): 'mopac' | null {
  return scheme === 'wbo' ? 'mopac' : null;
}

const ALTERNATIVES = Symbol('alternatives');

/** The classes that a field may be of, each also by a name alone; undefined for a field of one class. */
export function alternativesOf(
  dto: new () => object,
  field: string,
): readonly { name: string; value: new () => object }[] | undefined {
  return Reflect.getMetadata(ALTERNATIVES, dto.prototype as object, field) as ReturnType<
    typeof alternativesOf
  >;
}

/** A field that is a `Fragmentation`, or just the name of a scheme, which stands for it with its defaults. */
export function IsFragmentation(): PropertyDecorator {
  const subTypes = [
    { name: 'pfizer', value: PfizerFragmentation },
    { name: 'wbo', value: WboFragmentation },
    { name: 'none', value: NoFragmentation },
  ];
  const decorators = [
    Reflect.metadata(ALTERNATIVES, subTypes),
    IsObject(),
    ValidateNested(),
    Type(() => AnyFragmentation, {
      discriminator: { property: 'scheme', subTypes },
      keepDiscriminatorProperty: true,
    }),
    Transform(({ value }: { value: unknown }) => {
      if (typeof value !== 'string') return value;
      const known = subTypes.find(({ name }) => name === value)?.value;
      return plainToInstance(known ?? AnyFragmentation, { scheme: value });
    }),
  ];
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}

/** A scheme with its default settings. */
export function defaultFragmentation(scheme: FragmentationScheme): Fragmentation {
  switch (scheme) {
    case 'pfizer':
      return { scheme };
    case 'none':
      return { scheme };
    case 'wbo':
      return { ...new WboFragmentation(), scheme };
    default:
      return scheme satisfies never;
  }
}
