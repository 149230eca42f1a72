import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../../..');
const ENVIRONMENT = path.join(ROOT, '.bespoke', 'openff-venv');

/** The wheels declare no dependencies of their own, so these are all named. */
const PACKAGES = [
  'acellera-openff-toolkit==0.18.0.post2',
  'acellera-openff-interchange==0.5.3',
  'acellera-openff-units',
  'acellera-openff-utilities',
  'acellera-openff-amber-ff-ports',
  ...['openmm', 'rdkit', 'cachetools', 'xmltodict', 'python-constraint', 'networkx', 'packaging'],
  ...['typing_extensions', 'lxml', 'scipy', 'pydantic', 'pandas'],
];

/**
 * A Python with the OpenFF toolkit and OpenMM in a virtual environment of the tests' own, made when it is
 * first wanted; null where there is no Python 3.12 or later to make it with.
 */
export function openffPython(): string | null {
  const python = path.join(ENVIRONMENT, 'bin', 'python');
  const complete = path.join(ENVIRONMENT, 'complete');
  if (existsSync(complete)) return python;
  const base = newEnoughPython();
  if (base === null) return null;
  rmSync(ENVIRONMENT, { recursive: true, force: true });
  execFileSync(base, ['-m', 'venv', ENVIRONMENT]);
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  execFileSync('touch', [complete]);
  return python;
}

function newEnoughPython(): string | null {
  const pyenv = path.join(process.env.PYENV_ROOT ?? path.join(homedir(), '.pyenv'), 'versions');
  const candidates = [
    'python3.12',
    'python3.13',
    'python3',
    ...(existsSync(pyenv)
      ? readdirSync(pyenv).map((version) => path.join(pyenv, version, 'bin', 'python3'))
      : []),
  ];
  const isNewEnough = 'import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info < (3, 14))';
  for (const candidate of candidates) {
    try {
      execFileSync(candidate, ['-c', isNewEnough], { stdio: 'ignore' });
      return candidate;
    } catch {
      // absent or too old
    }
  }
  return null;
}

export interface OpenFFVerdict {
  bespokeParameters: number;
  parentTorsionsLabelled: number;
  torsions: {
    mappedSmiles: string;
    points: number;
    fragmentTorsionsLabelled: number;
    worstKcalPerMol: number;
    meanKcalPerMol: number;
  }[];
}

/** What the OpenFF toolkit and OpenMM make of a force field and the report that came with it. */
export function compareWithOpenFF(python: string, forceField: string, report: string): OpenFFVerdict {
  const script = path.join(ROOT, 'test', 'openff', 'check_force_field.py');
  const output = execFileSync(python, [script, forceField, report], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as OpenFFVerdict;
}
