import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pythonWith } from './python-environment';

const ROOT = path.resolve(__dirname, '../../..');

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

/** A Python with the OpenFF toolkit and OpenMM; null where there is no Python 3.12 or 3.13 to make it with. */
export function openffPython(): string | null {
  return pythonWith('openff-venv', PACKAGES, [12, 13]);
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
