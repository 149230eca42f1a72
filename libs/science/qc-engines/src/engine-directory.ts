import { join } from 'node:path';

/**
 * Where `bespoke engines install` puts a program that has an environment of its own: below what BESPOKE_ENGINES names,
 * else in the project. There need not be anything.
 */
export function engineDirectory(name: string): string {
  const project = join(__dirname, '..', '..', '..', '..');
  return join(process.env['BESPOKE_ENGINES'] ?? join(project, '.bespoke', 'engines'), name);
}
