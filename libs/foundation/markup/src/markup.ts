/** HTML that is safe to put into a page as it is. */
export class Markup {
  constructor(readonly source: string) {}
}

export type Fragment = Markup | string | number | null | readonly Fragment[];

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(fragment: Fragment): string {
  if (fragment === null) return '';
  if (fragment instanceof Markup) return fragment.source;
  if (typeof fragment === 'string') return fragment.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
  if (typeof fragment === 'number') return String(fragment);
  return fragment.map(render).join('');
}

/** A template whose interpolated text is escaped; only other {@link Markup} goes in as it is. */
export function markup(texts: TemplateStringsArray, ...fragments: readonly Fragment[]): Markup {
  return new Markup(
    texts.reduce((whole, text, index) => whole + render(fragments[index - 1] ?? null) + text),
  );
}
