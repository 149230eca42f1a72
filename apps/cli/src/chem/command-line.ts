import { Command, InvalidArgumentError, Option } from 'commander';
import type { CopiedSection } from '@bespoke/smirnoff';
import { FRAGMENTATION_SCHEMES } from '@bespoke/workflow-schema';
import { positiveNumber, wholeNumber } from '../option-values';
import type {
  ChargesOptions,
  ConvertOptions,
  FitOptions,
  ForceFieldOptions,
  FragmentOptions,
  MinimizeOptions,
  ParametersOptions,
} from './commands';

// What a command needs is loaded when it runs.

/** The one that the built-in workflows start from, too. */
const DEFAULT_FORCE_FIELDS = ['openff_unconstrained-2.2.1.offxml'];
const LIMIT_SECONDS = 600;

const WATER = '{"id": "water", "mapped_smiles": "[O:1]([H:2])[H:3]"';
const WATER_GEOMETRY = '[[0, 0, 0.12], [0, 0.76, -0.48], [0, -0.76, -0.48]]';
const WATER_ENERGY =
  '{"bonds": 0.054, "angles": 3.258, "proper_torsions": 0, "improper_torsions": 0, "vdw": 0, "electrostatics": 0, "total": 3.312}';

const BUTANE =
  '[C:1]([C:2]([C:3]([C:4]([H:12])([H:13])[H:14])([H:10])[H:11])([H:8])[H:9])([H:5])([H:6])[H:7]';
const BUTANE_FRAGMENTS = `{"id": "butane", "parent_smiles": "${BUTANE}", "fragments": [{"smiles": "…", "bond_indices": [2, 3]}], "warnings": []}`;

const DRIVE_START = '0, 0, 0, 2.8, 0, 0, 3.7, 2.7, 0, 6.5, 2.7, 0.1';
const DRIVE_STATE = `{"dihedrals": [[0, 1, 2, 3]], "grid_spacing": [15], "elements": ["C", "C", "C", "C"], "init_coords": [[${DRIVE_START}]], "grid_status": {}}`;

const DRIVE =
  '{"id": 1, "mapped_smiles": "…", "dihedrals": [[0, 1, 2, 3]], "energies_hartree": [-154.01, …], "geometries_angstrom": [[[0, 0, 0.1], …], …]}';

/** `bespoke chem …` */
export function chemCommand(): Command {
  const chem = new Command('chem').description(
    'chemistry by itself: fragments, parameters, charges, energies, minima, torsion drives, formats',
  );

  forceFieldOption(
    lineCommand(chem, 'label', 'which parameter of a force field each term of a molecule gets', [
      `${WATER}}`,
      '{"id": "water", "aromatic_atoms": [], "aromatic_bonds": [], "Bonds": [[0, 1, "b88"], [0, 2, "b88"]], "Angles": ' +
        '[[1, 0, 2, "a28"]], "ProperTorsions": [], "ImproperTorsions": [], "vdW": [[0, "n-tip3p-O"], …], "LibraryCharges": [[0, "q-tip3p-O"], …], "Constraints": […], "missing": {}}',
    ]),
  ).action(async (file: string | undefined, options: ForceFieldOptions) => {
    process.exitCode = await (await import('./commands.js')).label(file, options);
  });

  lineCommand(chem, 'charges', 'partial charges by a model', [
    `${WATER}, "geometry_angstrom": ${WATER_GEOMETRY}}`,
    `{"id": "water", "charges_e": [-0.784, 0.392, 0.392], "model": "am1bcc", "mapped_smiles": "…", "geometry_angstrom": [[…]]}`,
  ])
    .option(
      '--model <model>',
      'required; am1bcc: on one geometry; am1bcc-elf10: averaged over up to ten; nagl: from the graph alone',
    )
    .option(
      '--allow-undefined-stereo',
      'where a geometry has to be made and the SMILES leaves stereo open, take any stereoisomer instead of failing',
    )
    .action(async (file: string | undefined, options: ChargesOptions) => {
      process.exitCode = await (await import('./commands.js')).charges(file, options);
    });

  forceFieldOption(
    lineCommand(chem, 'energies', 'the energy of geometries under a force field, term by term', [
      `${WATER}, "charges_e": [-0.834, 0.417, 0.417], "geometries_angstrom": [${WATER_GEOMETRY}]}`,
      `{"id": "water", "energies_kcal_mol": [${WATER_ENERGY}]}`,
    ]),
  )
    .option('--gradients', 'also the gradient of each geometry, kcal/mol/Å')
    .action(async (file: string | undefined, options: ForceFieldOptions & { gradients?: boolean }) => {
      process.exitCode = await (await import('./commands.js')).energies(file, options);
    });

  forceFieldOption(
    lineCommand(chem, 'minimize', 'the minimum nearest to each of several geometries', [
      `${WATER}, "charges_e": [-0.834, 0.417, 0.417], "geometries_angstrom": [${WATER_GEOMETRY}]}`,
      '{"id": "water", "energies_kcal_mol": [{…, "total": 0}], "geometries_angstrom": [[…]], "converged": [true], "iterations": [4]}',
    ]),
  )
    .option('--freeze <atoms>', 'atoms that stay where they are, as in 3,0,1,2; they count from 0', atomList)
    .option(
      '--restraint <K>',
      'hold every atom to its start by K/2·|r − r_start|², K in kcal/mol/Å²; left out of the energies',
      positiveNumber('kcal/mol/Å²'),
    )
    .action(async (file: string | undefined, options: MinimizeOptions) => {
      process.exitCode = await (await import('./commands.js')).minimize(file, options);
    });

  lineCommand(chem, 'fragment', 'the piece of a molecule around each bond that is to be turned', [
    `{"id": "butane", "mapped_smiles": "${BUTANE}"}`,
    BUTANE_FRAGMENTS,
  ])
    .addOption(
      new Option('--engine <engine>', 'how molecules are cut; none leaves them whole')
        .choices(FRAGMENTATION_SCHEMES)
        .default('pfizer'),
    )
    .option(
      '--target-torsion <smarts>',
      'bonds to be turned, their atoms tagged :1 and :2; may be repeated (default: those of the default workflow)',
      (value: string, before: string[] = []) => [...before, value],
    )
    .option('--smiles <smiles>', 'this molecule, and no lines')
    .option('--html <file>', 'a page with each fragment drawn over its molecule, in place of JSON')
    .action(async (file: string | undefined, options: FragmentOptions) => {
      process.exitCode = await (await import('./commands.js')).fragment(file, options);
    });

  forceFieldOption(
    lineCommand(
      chem,
      'parameters',
      'bespoke torsion parameters of what chem fragment gives, before any fit',
      [
        BUTANE_FRAGMENTS,
        '{"id": "butane", "parameters": [{"smirks": "…", "fragment": 0, "atoms_in_parent": [[0, 1, 2, 3]], ' +
          '"atoms_in_fragment": [[0, 1, 2, 3]], "k": […], "periodicity": [1, 2, 3, 4], "phase": […], "idivf": […], "from": "t2"}, …], "warnings": []}',
      ],
    ),
  )
    .option(
      '--periodicities <list>',
      'a term for each of these, from 1 to 6, or none: the terms of the general parameter (default: 1,2,3,4)',
      periodicityList,
    )
    .action(async (file: string | undefined, options: ParametersOptions) => {
      process.exitCode = await (await import('./commands.js')).parameters(file, options);
    });

  chem
    .command('torsion-drive-next')
    .description(
      "the next constrained optimisations of a torsion drive, as torsiondrive's own API gives them",
    )
    .argument('[file]', "torsiondrive's state, JSON (default: standard input)")
    .addHelpText(
      'after',
      `\nA state, such as\n  ${DRIVE_STATE}\ngives the starting geometries by grid point, in bohr,\n  {"180": [[${DRIVE_START}]]}\n` +
        'and {} when the drive is finished. Append [start, end, energy] of each job, in this order, to "grid_status" ' +
        'and ask again. All fields: docs/chemistry.md',
    )
    .action(async (file: string | undefined) => {
      process.exitCode = await (await import('./torsion-drive-next.js')).torsionDriveNext(file);
    });

  forceFieldOption(
    threadOptions(chem.command('fit').description('fit a force field to torsion drives; no QM is run')),
  )
    .requiredOption('--drives <file>', 'lines of JSON, a torsion drive each')
    .requiredOption('--output <dir>', 'where force-field.offxml, report.json and report.html go')
    .option('--separate', 'fit each line by itself; their force fields go to force-fields/<id>.offxml')
    .addOption(
      new Option('--optimizer <optimizer>', 'what fits')
        .choices(['native', 'ForceBalance'])
        .default('native'),
    )
    .addOption(
      new Option(
        '--penalty <penalty>',
        'what holds parameters to where they start: L1 and L2 as BespokeFit does; evidence: prior widths by periodicity, six of them, and the noise that the drives make likely',
      )
        .choices(['L1', 'L2', 'evidence'])
        .default('L1'),
    )
    .addOption(
      new Option(
        '--parameters <which>',
        'bespoke: new torsions for each driven bond; general: those that the force field has for it; marked: what carries parameterize="…"',
      )
        .choices(['bespoke', 'general', 'marked'])
        .default('bespoke'),
    )
    .option(
      '--also <sections>',
      'also the parameters of these sections, new or in place as --parameters says: Bonds,Angles,ImproperTorsions,vdW',
      sectionList,
    )
    .addHelpText(
      'after',
      `\nA line is, such as\n  ${DRIVE}\nwith atoms from 0, as mapped_smiles numbers them from 1, ` +
        'and a geometry for each energy; "charges_e" and "grid" are optional. A line that can not be fitted is left out, ' +
        'with the reason in the report; the exit code is 1 then. All fields: docs/chemistry.md',
    )
    .action(async (options: FitOptions) => {
      process.exitCode = await (await import('./commands.js')).fit(options);
    });

  threadOptions(
    chem
      .command('convert')
      .description('molecule files to lines of JSON, SMILES, an SD file or pictures')
      .argument('<file...>', '.sdf, .mol, .mol2 or .smi'),
  )
    .addOption(
      new Option('--to <form>', 'what is written to standard output; svg goes to files')
        .choices(['json', 'smiles', 'mapped-smiles', 'sdf', 'svg'])
        .default('json'),
    )
    .option('--output <dir>', 'where --to svg writes a file for each molecule')
    .addHelpText(
      'after',
      '\nA molecule gives, such as\n  {"id": "water", "smiles": "O", "mapped_smiles": "[O:1]([H:2])[H:3]", "sdf": "…", "svg": "…"}\n' +
        'with the data items of an SD file as "properties". One that can not be read gives {"id", "error"} or, in other ' +
        'forms, a line on standard error, and the others go on; the exit code is 1 then.',
    )
    .action(async (files: string[], options: ConvertOptions) => {
      process.exitCode = await (await import('./commands.js')).convert(files, options);
    });
  return chem;
}

/** A command that reads lines of JSON and writes one for each. */
function lineCommand(
  chem: Command,
  name: string,
  description: string,
  [input, output]: readonly [string, string],
): Command {
  return threadOptions(
    chem
      .command(name)
      .description(`${description}; lines of JSON in, lines of JSON out, in the same order`)
      .argument('[file]', 'the lines (default: standard input)'),
  ).addHelpText(
    'after',
    `\nA line in, such as\n  ${input}\ngives\n  ${output}\nor, where it fails,\n  {"id": "water", "error": "…"}\n` +
      'and the others go on; the exit code is 1 then. Atom i, counted from 0, carries map number i+1. ' +
      'All fields: docs/chemistry.md',
  );
}

function forceFieldOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--force-field <name|file>',
      'a built-in name or an .offxml file; several are merged, and later parameters take precedence',
    )
      .argParser((value: string, before: string[]) =>
        before === DEFAULT_FORCE_FIELDS ? [value] : [...before, value],
      )
      .default(DEFAULT_FORCE_FIELDS, 'openff_unconstrained-2.2.1'),
  );
}

function threadOptions(command: Command): Command {
  return command
    .option('--n-cores <n>', 'threads (default: as many as cores)', wholeNumber(1, 1024))
    .option('--timeout <seconds>', 'how long one line may take', positiveNumber('seconds'), LIMIT_SECONDS);
}

function atomList(text: string): number[] {
  if (!/^\d{1,6}(,\d{1,6})*$/.test(text))
    throw new InvalidArgumentError('It is to be a list of atoms such as 3,0,1,2, counted from 0.');
  return text.split(',').map(Number);
}

function periodicityList(text: string): number[] {
  if (text === 'none') return [];
  const list = text.split(',');
  if (!list.every((entry) => /^[1-6]$/.test(entry)) || new Set(list).size < list.length)
    throw new InvalidArgumentError(
      'It is to be a list such as 1,2,3,4, of whole numbers from 1 to 6, or none.',
    );
  return list.map(Number);
}

const FITTED_SECTIONS: readonly CopiedSection[] = ['Bonds', 'Angles', 'ImproperTorsions', 'vdW'];

function sectionList(text: string): CopiedSection[] {
  const list = text.split(',').map((name) => FITTED_SECTIONS.find((section) => section === name));
  if (list.includes(undefined) || new Set(list).size < list.length)
    throw new InvalidArgumentError(`It is to be a list of ${FITTED_SECTIONS.join(', ')}.`);
  return list as CopiedSection[];
}
