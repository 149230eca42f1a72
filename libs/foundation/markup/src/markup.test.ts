import { describe, expect, it } from 'vitest';
import { Markup, markup } from './markup';

describe('markup', () => {
  it('escapes text, and leaves other markup as it is', () => {
    const name = `<b title="x" lang='y'>&</b>`;
    expect(markup`<p>${name}${markup`<i>${3}</i>`}${new Markup('<hr />')}</p>`.source).toBe(
      '<p>&lt;b title=&quot;x&quot; lang=&#39;y&#39;&gt;&amp;&lt;/b&gt;<i>3</i><hr /></p>',
    );
  });

  it('joins lists and leaves null out', () => {
    expect(markup`<ul>${['<', 'b'].map((item) => markup`<li>${item}</li>`)}${null}</ul>`.source).toBe(
      '<ul><li>&lt;</li><li>b</li></ul>',
    );
  });
});
