import { Command } from 'commander';
import { collect, positiveNumber, wholeNumber } from '../option-values';

const LINE_LIMIT_SECONDS = 600;

const WATER = '[O:1]([H:2])[H:3]';

/** What `--help` shows of a command's lines. */
interface LineExample {
  input: object;
  output: object;
}

/** `bespoke chem …`. What a command needs is loaded when it runs. */
export function chemCommand(): Command {
  const chem = new Command('chem').description(
    'chemistry by itself: parameters, charges, energies, minima, formats',
  );
  const label = lineCommand(chem, 'label', 'which parameter of a force field each term of a molecule gets', {
    input: { id: 1, mapped_smiles: WATER },
    output: {
      id: 1,
      aromatic_atoms: [],
      aromatic_bonds: [],
      Bonds: [
        [0, 1, 'b88'],
        [0, 2, 'b88'],
      ],
    },
  });
  forceFieldOption(label).action(async (file, options) => {
    const { label } = await import('./commands.js');
    process.exitCode = await label(file, options);
  });
  return chem;
}

/** A command that reads lines of JSON and writes one for each. */
function lineCommand(chem: Command, name: string, description: string, example: LineExample): Command {
  return threadOptions(
    chem
      .command(name)
      .description(`${description}; lines of JSON in, lines of JSON out, in the same order`)
      .argument('[file]', 'the lines (default: standard input)'),
  ).addHelpText(
    'after',
    `\nA line in, such as\n  ${JSON.stringify(example.input)}\ngives\n  ${JSON.stringify(example.output)}\n` +
      'or, where it fails,\n  {"id":1,"error":"…"}\n' +
      'and the others go on; the exit code is 1 then. Atom i, counted from 0, carries map number i+1. All fields: docs/chemistry.md',
  );
}

function forceFieldOption(command: Command): Command {
  return command.option(
    '--force-field <name|file>',
    'a built-in name or an .offxml file; of several, later parameters take precedence (default: openff_unconstrained-2.2.1)',
    collect,
  );
}

function threadOptions(command: Command): Command {
  return command
    .option('--n-cores <n>', 'threads (default: as many as cores)', wholeNumber(1, 1024))
    .option(
      '--timeout <seconds>',
      'how long one molecule may take',
      positiveNumber('seconds'),
      LINE_LIMIT_SECONDS,
    );
}
