import { markup, type Fragment, type Markup } from '@bespoke/markup';

/** A table that on a narrow screen scrolls in its own box; what it says of itself stays in view. */
export function scrollingTable(className: string, caption: Fragment, rows: Markup): Markup {
  return markup`<figure class="table"><figcaption>${caption}</figcaption>
    <div class="scroll" tabindex="0"><table class="${className}">${rows}</table></div></figure>`;
}
