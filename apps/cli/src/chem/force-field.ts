import { mergeForceFields, parseOffxml, type ForceField } from '@bespoke/smirnoff';

/** The force field that several OFFXML texts make together. @throws SmirnoffError */
export function readForceFields(texts: readonly string[]): ForceField {
  return mergeForceFields(texts.map((text) => parseOffxml(text)));
}
