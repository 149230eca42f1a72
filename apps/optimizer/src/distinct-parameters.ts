import type { TorsionToAppend } from '@bespoke/smirnoff';

/** Parameters with the same pattern are one; named `bespoke-1`, `bespoke-2`, … for the force field. */
export function distinctParameters<P extends Omit<TorsionToAppend, 'id'>>(
  parameters: readonly P[],
): (P & { id: string })[] {
  const distinct = new Map(parameters.map((parameter) => [parameter.smirks, parameter]));
  return [...distinct.values()].map((parameter, i) => ({ ...parameter, id: `bespoke-${i + 1}` }));
}
