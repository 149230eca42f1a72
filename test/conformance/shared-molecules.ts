import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const SHARED = path.resolve(__dirname, '../../../shared/data');

/** Every SMILES that stands anywhere in the reference data, mapped or not; null where that is absent. */
export function sharedSmiles(): string[] | null {
  if (!existsSync(SHARED)) return null;
  const found = new Set<string>();
  for (const file of readdirSync(SHARED, { recursive: true, encoding: 'utf8' })) {
    const at = path.join(SHARED, file);
    if (file.endsWith('.smi'))
      for (const line of readFileSync(at, 'utf8').trim().split('\n')) found.add(line.split(/\s/)[0]!);
    else if (file.endsWith('.jsonl.gz'))
      for (const line of gunzipSync(readFileSync(at)).toString().trim().split('\n'))
        collect(JSON.parse(line), found);
    else if (file.endsWith('.json')) collect(JSON.parse(readFileSync(at, 'utf8')), found);
  }
  return [...found];
}

/** What stands under a key that speaks of SMILES. */
function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'string' && /smiles$/.test(key)) found.add(member);
    else collect(member, found);
  }
}
