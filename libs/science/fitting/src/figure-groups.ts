import type { TorsionProfile } from './torsion-profile';

/** Profiles that share figures, directly or through others, are one problem; all others are problems apart. */
export function groupsWithoutCommonFigures(profiles: readonly TorsionProfile[]): TorsionProfile[][] {
  let groups: { profiles: TorsionProfile[]; figures: Set<number> }[] = [];
  for (const profile of profiles) {
    const joined = { profiles: [profile], figures: new Set(figuresOf(profile)) };
    groups = groups.filter((group) => {
      if (![...group.figures].some((figure) => joined.figures.has(figure))) return true;
      joined.profiles.unshift(...group.profiles);
      for (const figure of group.figures) joined.figures.add(figure);
      return false;
    });
    groups.push(joined);
  }
  return groups.map((group) => group.profiles);
}

/** The fit's figures that act on a profile, each by its index. */
export function figuresOf({ adjustables }: TorsionProfile): number[] {
  return adjustables.map(({ figure }) => figure);
}
