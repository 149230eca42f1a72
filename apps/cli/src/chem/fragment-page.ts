import { FRAGMENT_COLOURS } from '@bespoke/fragmentation';
import { htmlPage, markup } from '@bespoke/markup';

/** The page of `chem fragment --html` around the sections of its molecules. */
export function fragmentPage(): { head: string; tail: string } {
  const keys = [
    [FRAGMENT_COLOURS.fragment, 'the fragment, with hydrogens in place of what is cut off'],
    [FRAGMENT_COLOURS.dihedral, 'the dihedral that is driven'],
    [FRAGMENT_COLOURS.targetBond, 'the target bond, everywhere that it stands for'],
  ] as const;
  const { head, tail } = htmlPage('Fragments');
  const heading = markup`${head}<h1>Fragments</h1>
<ul class="keys">${keys.map(([colour, meaning]) => markup`<li><span style="background: ${colour}"></span>${meaning}</li>`)}</ul>
`;
  return { head: heading.source, tail: tail.source };
}
