import { engineNamed } from '@bespoke/qc-engines';
import { CliError } from '../cli-error';
import { ENGINE_PROGRAMS, type EngineProgram } from '../engine-programs';
import { EXIT_CODES } from '../exit-codes';
import { installEngine } from '../install-engine';

/** `bespoke engines ls`: which QC programs there are here, and which there could be. */
export async function listEngines(options: { json?: boolean }): Promise<number> {
  const found = await Promise.all(
    ENGINE_PROGRAMS.map(async (program) => {
      const { name, purpose } = program;
      // One that is there and does not run hides no other.
      const found = await stateOf(program).catch((error: Error) => ({ version: null, fault: error.message }));
      return { name, ...found, purpose };
    }),
  );
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else
    for (const { name, version, fault, purpose } of found) {
      const state = fault === null ? (version ?? 'not installed') : 'does not run';
      process.stdout.write(`${name.padEnd(8)}  ${state.padEnd(16)}  ${fault ?? purpose}\n`);
    }
  return EXIT_CODES.success.code;
}

/** `bespoke engines install`: has them here, whatever was before. */
export async function installEngines(names: readonly string[]): Promise<number> {
  const programs = names.map((name) => {
    const program = ENGINE_PROGRAMS.find((each) => each.name === name);
    if (program) return program;
    const known = ENGINE_PROGRAMS.map((each) => each.name).join(', ');
    throw new CliError('usage', `there is no engine ${name} to install; there are ${known}`);
  });
  for (const program of programs) {
    await installEngine(program);
    const version = await versionOf(program);
    if (version === null)
      throw new CliError('usage', `${program.name} was installed, but it is not found; see bespoke doctor`);
    process.stdout.write(`${program.name} ${version}\n`);
  }
  return EXIT_CODES.success.code;
}

async function stateOf(program: EngineProgram): Promise<{ version: string | null; fault: string | null }> {
  const version = await versionOf(program);
  const incomplete = version === null ? await engineNamed(program.name)!.incomplete?.() : null;
  return { version, fault: incomplete ? `${incomplete}: bespoke engines install ${program.name}` : null };
}

async function versionOf({ name }: EngineProgram): Promise<string | null> {
  return (await engineNamed(name)!.probe())?.version ?? null;
}
