/** How a function ended in its thread; of errors, copying between threads would keep no `code`. */
export type ThreadOutcome =
  | { succeeded: true; output: unknown }
  | {
      succeeded: false;
      error: { name: string; message: string; stack?: string; code?: string; output?: string };
    };

export default async function run({ file, input }: { file: string; input: unknown }): Promise<ThreadOutcome> {
  try {
    const module = (await import(file)) as { default: unknown };
    // A CommonJS module comes as the default of its namespace.
    const imported = module.default as { default?: unknown };
    const work = (typeof imported === 'function' ? imported : imported.default) as (
      input: unknown,
    ) => unknown;
    return { succeeded: true, output: await work(input) };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const { code, output } = error as { code?: unknown; output?: unknown };
    return {
      succeeded: false,
      error: {
        name: error.name,
        message: error.message,
        ...(error.stack !== undefined && { stack: error.stack }),
        ...(typeof code === 'string' && { code }),
        ...(typeof output === 'string' && { output }),
      },
    };
  }
}
