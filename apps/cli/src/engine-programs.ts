import { usableLibxtb } from '@bespoke/qc-engines';

/** A QC program as it is installed; the engine of the same name in `@bespoke/qc-engines` uses it. */
export interface EngineProgram {
  name: string;
  purpose: string;
  /** The environment variable that names one which is elsewhere. */
  variable: string;
  /** Whether the workflows that are there cannot do without. */
  needed: boolean;
  /** One after the other. */
  install: readonly Installation[];
}

export type Installation =
  /** Unless it is there, wherever it is from; where it does not say whether it is, the program is what is looked for. */
  | { by: 'apt'; package: string; isThere?: () => Promise<boolean>; elsewhere: string }
  /** Into a virtual environment of its own; what decides the digits of a result has its version pinned. */
  | { by: 'pip'; requirements: readonly string[] };

/** What `bespoke engines` and `bespoke doctor` know of. */
export const ENGINE_PROGRAMS: readonly EngineProgram[] = [
  {
    name: 'xtb',
    purpose: 'GFN2-xTB, GFN1-xTB, GFN-FF',
    variable: 'XTB_BIN',
    needed: true,
    install: [
      { by: 'apt', package: 'xtb', elsewhere: 'conda install -c conda-forge xtb' },
      {
        by: 'apt',
        package: 'libxtb6',
        // Beside what these name no other library is used.
        isThere: async () =>
          Boolean(process.env['XTB_BIN'] || process.env['XTB_LIBRARY']) || (await usableLibxtb()) !== null,
        elsewhere: 'it comes with xtb from conda-forge; without it drives with xtb take three times as long',
      },
    ],
  },
  {
    name: 'mopac',
    purpose:
      'AM1, PM6, PM7; AM1-BCC charges and WBO fragments, which NAGL charges and Pfizer fragments do without',
    variable: 'MOPAC_BIN',
    needed: true,
    install: [{ by: 'apt', package: 'mopac', elsewhere: 'conda install -c conda-forge mopac' }],
  },
  {
    name: 'pyscf',
    purpose: 'density functionals, B3LYP-D3BJ/DZVP among them',
    variable: 'PYSCF_PYTHON',
    needed: false,
    install: [{ by: 'pip', requirements: ['pyscf==2.14.0', 'pyscf-dispersion==1.7.0'] }],
  },
  {
    name: 'psi4',
    purpose: 'B3LYP-D3BJ/DZVP as BespokeFit has it, and what else psi4 has gradients of',
    variable: 'PSI4_BIN',
    needed: false,
    install: [
      { by: 'apt', package: 'psi4', elsewhere: 'conda install -c conda-forge psi4' },
      { by: 'pip', requirements: ['dftd3==1.7.0'] },
    ],
  },
];
