import {
  cutBonds,
  depictFragment,
  depictFragmentInParent,
  drivenDihedral,
  type Fragment,
  type FragmentDrawing,
} from '@bespoke/fragmentation';
import { atomName, heavySmiles, type Molecule } from '@bespoke/molecule';
import { markup, picture, type Markup } from '@bespoke/markup';
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
  const label = (atom: number): string => atomName(parent, atom);
  const drawing: FragmentDrawing = { dihedral: drivenDihedral(molecule, bond), occurrences };
  const bonds = occurrences.map(({ parentBond }) => parentBond.map(label).join('–')).join(', ');
  const { parentAtoms } = occurrences[0]!;
  const cuts = cutBonds(parent, parentAtoms).map((bond) => bond.map(label).join('–'));
  // What caps a cut has no number in the molecule.
  const inParent = (atom: number): string => {
    const known = parentAtoms[atom] ?? null;
    return known === null ? 'cap' : label(known);
  };
  const groups = symmetricTorsions(molecule, bond).map((torsions) =>
    torsions.map((torsion) => torsion.map(inParent).join('–')).join(', '),
  );
  return markup`<article class="card"><h3>Bond ${bonds}</h3><div class="drawings">
<figure>${picture(depictFragmentInParent(parent, drawing), `The molecule with the fragment around ${bonds}`)}
<figcaption>The fragment in the molecule, ${cuts.length === 0 ? 'all of it' : `cut at ${cuts.join(', ')}`}</figcaption></figure>
<figure>${picture(depictFragment(parent, molecule, drawing), `The fragment around ${bonds}`)}
<figcaption>The fragment: <code>${heavySmiles(molecule)}</code></figcaption></figure></div>
<p>Driven: ${drawing.dihedral.map(inParent).join('–')}. Torsions across the bond, those that are equal by symmetry in one line:</p>
<ul class="torsions">${groups.map((group) => markup`<li>${group}</li>`)}</ul></article>
`;
}
