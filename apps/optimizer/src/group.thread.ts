import { loadRDKit, moleculeFromSmiles } from '@bespoke/molecule';
import { fitGroups } from '@bespoke/smirnoff';
import type { FitGroup, GroupFragmentsTask } from '@bespoke/workflow-schema';

/** Which fragments are fitted together. Runs in a thread of its own. */
export default async function group({ fragments }: GroupFragmentsTask): Promise<FitGroup[]> {
  await loadRDKit();
  return fitGroups(
    fragments.map(({ mappedSmiles, smirks }) => ({
      molecule: moleculeFromSmiles(mappedSmiles),
      patterns: smirks,
    })),
  );
}
