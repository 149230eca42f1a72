import {
  depictFragment,
  depictFragmentInParent,
  drivenDihedral,
  type Fragment,
  type FragmentDrawing,
} from '@bespoke/fragmentation';
import { elementSymbol, heavySmiles, type Molecule } from '@bespoke/molecule';
import { Markup, markup } from '@bespoke/markup';
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
${warnings.map((warning) => markup`<p class="warning">${warning}</p>`)}
${fragments.map((fragment) => card(parent, fragment))}</section>
`.source;
  };
}

function card(parent: Molecule, { molecule, bond, occurrences }: Fragment): Markup {
  const label = labels(parent);
  const drawing: FragmentDrawing = { dihedral: drivenDihedral(molecule, bond), occurrences };
  const bonds = occurrences.map(({ parentBond }) => parentBond.map(label).join('–')).join(', ');
  const { parentAtoms } = occurrences[0]!;
  // What caps a cut has no number in the molecule.
  const inParent = (atom: number): string => label(parentAtoms[atom] ?? null);
  const groups = symmetricTorsions(molecule, bond).map((torsions) =>
    torsions.map((torsion) => torsion.map(inParent).join('–')).join(', '),
  );
  return markup`<article><h3>Bond ${bonds}</h3><div class="drawings">
<figure>${picture(depictFragmentInParent(parent, drawing), `The molecule with the fragment around ${bonds}`)}
<figcaption>The fragment in the molecule</figcaption></figure>
<figure>${picture(depictFragment(parent, molecule, drawing), `The fragment around ${bonds}`)}
<figcaption>The fragment: <code>${heavySmiles(molecule)}</code></figcaption></figure></div>
<p>Driven: ${drawing.dihedral.map(inParent).join('–')}. Torsions across the bond, those that are equal by symmetry in one line:</p>
<ul>${groups.map((group) => markup`<li>${group}</li>`)}</ul></article>
`;
}

function picture(svg: string, label: string): Markup {
  // An XML declaration has no place inside HTML.
  const drawing = new Markup(svg.replace(/<\?xml[^>]*\?>\s*/, ''));
  return markup`<div class="drawing" role="img" aria-label="${label}">${drawing}</div>`;
}

/** Such as C4: the element and the number from 1. */
function labels({ atoms }: Molecule): (atom: number | null) => string {
  return (atom) => (atom === null ? 'cap' : `${elementSymbol(atoms[atom]!.element)}${atom + 1}`);
}
