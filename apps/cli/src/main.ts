import './node-version';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { chemCommand } from './chem/command-line';
import { exitReasonOf } from './cli-error';
import { ENGINE_PROGRAMS } from './engine-programs';
import { EXIT_CODES, exitCodeLines } from './exit-codes';
import { MOLECULE_FILE_KINDS } from './molecule-file-format';
import { collect, positiveNumber, wholeNumber } from './option-values';

// What a command needs is loaded when it runs: `--help` is to answer at once.

/** Runs a command and takes the exit code that it gives. */
function running<O>(command: (options: O) => Promise<number>): (options: O) => Promise<void> {
  return async (options) => {
    process.exitCode = await command(options);
  };
}

/** What most people try first, a molecule or an id without its option, or no id at all, gets the option named. */
function namingOption(command: Command, optionFor: (stray: string) => string): Command {
  return command.configureOutput({
    outputError: (text, write) => {
      const [stray] = command.args;
      const lacksId = text.includes("required option '--id");
      if (stray !== undefined && (lacksId || text.includes('too many arguments')))
        write(`error: ${stray} needs its option: ${optionFor(stray)} ${stray}\n`);
      else if (lacksId) write('error: which fit? give --id <id>; `./bespoke executor list` shows the ids\n');
      else write(text);
    },
  });
}

const moleculeOption = (stray: string): string => (/\.\w+$/.test(stray) ? '--file' : '--smiles');

function directoryOption(command: Command): Command {
  return command.option(
    '--directory <dir>',
    'where the executor keeps its state, logs and scratch files (default: bespoke-executor in your data folder)',
  );
}

function submitOptions(command: Command): Command {
  return namingOption(command, moleculeOption)
    .option('--smiles <smiles>', 'a molecule; may be given several times', collect)
    .option('--file <file>', `molecules: ${MOLECULE_FILE_KINDS}; may be given several times`, collect)
    .option(
      '--workflow <name>',
      'draft (if none is named): GFN2-xTB, to try things out; fast: B3LYP-D3BJ/DZVP energies at GFN2-xTB ' +
        'geometries (bespoke engines install pyscf), minutes for each torsion; debug: shows that an installation works; ' +
        "default: BespokeFit's, with psi4 (bespoke engines install psi4), hours for each torsion",
    )
    .option(
      '--workflow-file <file>',
      'a workflow of your own, JSON: start from the `workflow` of any report (--output); a whole report stands for its workflow',
    )
    .option(
      '--force-field <name|file>',
      "the base force field in place of the workflow's: a name or an .offxml",
    )
    .option(
      '--charge-model <model>',
      'am1bcc, am1bcc-elf10 or nagl in place of the charges that the force field asks for',
    )
    .option(
      '--target-torsion <smarts>',
      'fit the torsions of the bonds that this SMARTS selects, its atoms tagged :1 and :2; may be given several times',
      collect,
    );
}

function launchOptions(command: Command, leastWorkers = 0): Command {
  return directoryOption(command)
    .option('--n-fragmenter-workers <n>', 'workers of the fragmentation stage', wholeNumber(leastWorkers), 1)
    .option('--n-qc-compute-workers <n>', 'workers of the QC stage', wholeNumber(leastWorkers), 1)
    .option(
      '--qc-compute-n-cores <n>',
      'cores of each QC worker (default: they share the machine)',
      wholeNumber(1),
    )
    .option('--qc-compute-max-mem <GB>', 'memory of each QC worker, GB for each core', positiveNumber('GB'))
    .option('--n-optimizer-workers <n>', 'workers of the optimization stage', wholeNumber(leastWorkers), 1);
}

function gatewayOptions(command: Command): Command {
  return directoryOption(
    command.option(
      '--gateway <url>',
      'the gateway (default: that of the executor that runs in the directory)',
    ),
  );
}

/** For commands about fits that were handed in. */
function fitIdOption(command: Command, several: boolean): Command {
  const id = new Option(
    '--id <id>',
    `required: the id of a fit, as \`executor list\` shows it${several ? '; may be given several times' : ''}`,
  ).makeOptionMandatory();
  if (several) id.argParser(collect);
  return namingOption(command, () => '--id')
    .usage('--id <id> [options]')
    .addOption(id);
}

function outputOptions(command: Command, defaultOutput?: string): Command {
  return command
    .option('--output <file>', 'the report, JSON', defaultOutput)
    .option(
      '--output-force-field <file>',
      `the force field${defaultOutput ? ' (default: named as the report, .offxml)' : ', OFFXML'}`,
    )
    .option(
      '--output-report <file>',
      `the report to look at${defaultOutput ? ' (default: named as the report, .html)' : ', HTML'}`,
    );
}

function softwareVersion(): string {
  const file = path.join(__dirname, '../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function bespoke(): Command {
  const program = new Command('bespoke')
    .description('Bespoke SMIRNOFF torsion parameters for your molecules')
    .version(softwareVersion())
    .addHelpText('after', () => `\nExit codes:\n${exitCodeLines().join('\n')}`);
  const executor = program.command('executor').description('run fits, or an executor that serves');

  outputOptions(
    launchOptions(
      submitOptions(
        executor.command('run').description('from molecules to bespoke force fields, here and now'),
      ),
      1,
    ),
    'output.json',
  )
    .option('--json', 'how each fit ended, as a line of JSON; of several, their plan before')
    .addHelpText(
      'after',
      '\nWith several molecules each output gets a suffix, the name of the molecule or its number: output-aspirin.json.' +
        '\nInterrupted, the same command goes on where it stopped.',
    )
    .action(async (options) => running((await import('./commands/run.js')).run)(options));
  launchOptions(executor.command('launch').description('an executor that serves until Ctrl-C'))
    .option(
      '--port <port>',
      "the gateway's port on this machine (default: any that is free)",
      wholeNumber(1, 65535),
    )
    .option('--json', 'say on stdout where it serves, as JSON')
    .action(async (options) => running((await import('./commands/launch.js')).launch)(options));
  gatewayOptions(
    submitOptions(executor.command('submit').description('hand molecules in to a running executor')),
  )
    .option('--json', 'each fit as a line of JSON; of several, their plan behind')
    .option('--no-plan', 'do not wait until it is known what several molecules share')
    .action(async (options) => running((await import('./commands/submit.js')).submit)(options));
  gatewayOptions(
    fitIdOption(executor.command('watch').description('show how fits get on until they have ended'), true),
  )
    .option('--json', 'each fit as a line of JSON when all have ended')
    .action(async (options) => running((await import('./commands/watch.js')).watch)(options));
  gatewayOptions(executor.command('list').description('one line for each fit'))
    .addOption(
      new Option('--status <status>', 'only these').choices([
        'waiting',
        'running',
        'succeeded',
        'failed',
        'cancelled',
      ]),
    )
    .option('--json', 'each fit as a line of JSON')
    .action(async (options) => running((await import('./commands/list.js')).list)(options));
  outputOptions(
    gatewayOptions(
      fitIdOption(executor.command('retrieve').description('write the results of a fit'), false),
    ),
  )
    .option('--output-log <file>', 'what engines wrote before they failed, text')
    .option('--json', 'the fit and the files as a line of JSON')
    .action(async (options) => running((await import('./commands/retrieve.js')).retrieve)(options));
  gatewayOptions(fitIdOption(executor.command('cancel').description('end fits'), true))
    .option('--json', 'each fit as a line of JSON')
    .action(async (options) => running((await import('./commands/cancel.js')).cancel)(options));

  program.addCommand(chemCommand());
  program
    .command('worker')
    .description('one more worker of a stage, which takes its tasks from a NATS server')
    .addOption(
      new Option('--stage <stage>', 'which')
        .choices(['fragmenter', 'qc-compute', 'optimizer'])
        .makeOptionMandatory(),
    )
    .requiredOption('--nats <url>', 'the NATS server, such as nats://host:4222')
    .option('--nats-token-file <file>', 'a file with the secret that the server asks for')
    .option('--n-cores <n>', 'cores (default: all)', wholeNumber(1))
    .option('--max-mem <GB>', 'memory, GB for each core', positiveNumber('GB'))
    .action(async (options) => running((await import('./commands/worker.js')).worker)(options));
  const engines = program.command('engines').description('the programs that compute');
  engines
    .command('ls')
    .description('which are here, with their versions, and which could be')
    .option('--json', 'as JSON')
    .action(async (options) => running((await import('./commands/engines.js')).listEngines)(options));
  engines
    .command('install')
    .description('install some: in environments of this project, or by apt')
    .argument('<engine...>', ENGINE_PROGRAMS.map(({ name }) => name).join(', '))
    .action(async (names) => running((await import('./commands/engines.js')).installEngines)(names));
  directoryOption(
    program.command('doctor').description('what is there, what is missing and what to do about it'),
  )
    .option('--nats <url>', 'a NATS server to try')
    .option('--json', 'as JSON')
    .action(async (options) => running((await import('./commands/doctor.js')).doctor)(options));
  return program;
}

/** Before any output: commander's own way out is a throw, so that every exit code comes from the one table. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwInsteadOfExit);
}

/**
 * A reader that has seen enough (`| head`), or a terminal that is gone, is no reason to give up the work. A full disk
 * is one.
 */
function outliveReaders(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    process.stderr.write(`bespoke: the output can't be written (${error.code})\n`);
    process.exit(EXIT_CODES.notWritable.code);
  });
}

async function main(): Promise<void> {
  outliveReaders(process.stdout);
  outliveReaders(process.stderr);
  const program = bespoke();
  throwInsteadOfExit(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT_CODES.success.code : EXIT_CODES.usage.code;
      return;
    }
    const reason = exitReasonOf(error);
    const { message } = error as Error;
    process.stderr.write(`bespoke: ${message.split('\n').join(' ')}\n`);
    if (process.env['BESPOKE_DEBUG'] !== undefined) process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = EXIT_CODES[reason].code;
  }
}

void main();
