/** What the exit code of `bespoke` says. The one table: --help prints it, docs/exit-codes.md repeats it. */
export const EXIT_CODES = {
  success: {
    code: 0,
    meaning:
      'done; after `executor run` every molecule has its force field, after `executor launch` it was stopped',
  },
  fitFailed: {
    code: 1,
    meaning: 'a fit or a line of `chem` failed, a fit was cancelled, or an error that no other code names',
  },
  usage: {
    code: 2,
    meaning: 'wrong usage, or a program that is needed is missing (`doctor` says how to get it)',
  },
  badMolecule: { code: 3, meaning: 'a molecule or an input file that can not be read or can not be fitted' },
  badWorkflow: { code: 4, meaning: 'no such workflow or force field, or nothing that can run it' },
  notWritable: { code: 5, meaning: 'an output that can not be written, or a directory that is refused' },
  portInUse: { code: 6, meaning: 'the port is in use' },
  directoryInUse: { code: 7, meaning: 'another executor runs in the directory' },
  unreachable: { code: 8, meaning: 'no gateway answers' },
  noSuchFit: { code: 9, meaning: 'no such fit, or one that has no result yet' },
  executorFailed: {
    code: 10,
    meaning: 'a process of the executor did not start or could not be kept running',
  },
  hungUp: { code: 129, meaning: 'ended by the terminal being closed (SIGHUP)' },
  interrupted: { code: 130, meaning: 'interrupted by Ctrl-C (SIGINT)' },
  terminated: { code: 143, meaning: 'ended by SIGTERM' },
} as const;

export type ExitReason = keyof typeof EXIT_CODES;

/** The table as lines of text. */
export function exitCodeLines(): string[] {
  return Object.values(EXIT_CODES).map(({ code, meaning }) => `${String(code).padStart(3)}  ${meaning}`);
}
