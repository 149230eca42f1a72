import { Markup, markup, type Fragment } from './markup';
import { PAGE_STYLE } from './page-style';

/** An HTML page that needs nothing else and runs nothing, around what goes into its `main`. */
export function htmlPage(title: string): { head: Markup; tail: Markup } {
  return {
    head: markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<title>${title}</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<main>
`,
    tail: markup`</main>
</body>
</html>
`,
  };
}

/** A drawing inside a page; `svg` is a whole document. */
export function picture(svg: string, label: string): Markup {
  // An XML declaration has no place inside HTML.
  const drawing = new Markup(svg.replace(/<\?xml[^>]*\?>\s*/, ''));
  return markup`<div class="structure" role="img" aria-label="${label}">${drawing}</div>`;
}

/** A table that on a narrow screen scrolls in its own box; what it says of itself stays in view. */
export function scrollingTable(className: string, caption: Fragment, rows: Markup): Markup {
  return markup`<figure class="table"><figcaption>${caption}</figcaption>
    <div class="scroll" tabindex="0"><table class="${className}">${rows}</table></div></figure>`;
}
