import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { fitGroups } from '@bespoke/smirnoff';
import type { FitGroup, GroupFragmentsTask } from '@bespoke/workflow-schema';

/** Which fragments are fitted together. Runs in a thread of its own. */
export default async function group({ fragments, together }: GroupFragmentsTask): Promise<FitGroup[]> {
  if (together) return [{ fragments: [...fragments.keys()], smirks: fragments.map(({ smirks }) => smirks) }];
  await loadRDKit();
  return fitGroups(
    fragments.map(({ mappedSmiles, smirks }) => ({
      molecule: moleculeFromSmiles(mappedSmiles),
      patterns: smirks,
    })),
  );
}
