import {
  chainName,
  drivenDihedral,
  fragmentFigures,
  targetBondNames,
  type Fragment,
} from '@bespoke/fragmentation';
import { heavySmiles, type Molecule } from '@bespoke/molecule';
import { markup, type Markup } from '@bespoke/markup';
import type { EngineRun } from '@bespoke/qc-engines';
import { symmetricTorsions } from '@bespoke/smirnoff';
import { fragmentsOf, fragmentWarnings, type FragmentSettings } from './fragment';
import { moleculeOrSmilesOf } from './mapped-molecule';
import type { InputRecord } from './record';

/** `chem fragment --html`: what the page shows of a molecule, each of its fragments drawn over it. */
export function fragmentSectionWith(
  settings: FragmentSettings,
  run: EngineRun,
): (record: InputRecord, id: string | number) => Promise<string> {
  return async (record, id) => {
    const parent = moleculeOrSmilesOf(record);
    const fragments = await fragmentsOf(parent, settings, run);
    const warnings = fragmentWarnings(parent, fragments);
    return markup`<section><h2>${id}</h2><p><code>${heavySmiles(parent)}</code></p>
${warnings.map((warning) => markup`<p class="note caution">${warning}</p>`)}
${fragments.map((fragment) => card(parent, fragment))}</section>
`.source;
  };
}

function card(parent: Molecule, { molecule, bond, occurrences }: Fragment): Markup {
  const { parentAtoms } = occurrences[0]!;
  const groups = symmetricTorsions(molecule, bond).map((torsions) =>
    torsions
      .map((torsion) =>
        chainName(
          parent,
          torsion.map((atom) => parentAtoms[atom] ?? null),
        ),
      )
      .join(', '),
  );
  const drawing = { dihedral: drivenDihedral(molecule, bond), occurrences };
  return markup`<article class="card"><h3>Bond ${targetBondNames(parent, occurrences)}</h3>${fragmentFigures(parent, molecule, drawing)}
<p>Torsions across the bond, those that are equal by symmetry in one line:</p>
<ul class="torsions">${groups.map((group) => markup`<li>${group}</li>`)}</ul></article>
`;
}
