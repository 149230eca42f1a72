import { describe, expect, it } from 'vitest';
import {
  builtInWorkflows,
  defaultFragmentation,
  FRAGMENTATION_SCHEMES,
  validateDto,
  Workflow,
} from './index';

const validated = (fragmentation: unknown) =>
  validateDto(Workflow, { ...JSON.parse(JSON.stringify(builtInWorkflows.get('draft'))), fragmentation });

describe('the fragmentation of a workflow', () => {
  it.each(FRAGMENTATION_SCHEMES)('%s may be named, which stands for it with its defaults', (scheme) => {
    const byName = validated(scheme);
    expect(byName).toEqual(validated({ scheme }));
    expect('value' in byName && { ...byName.value.fragmentation }).toEqual(defaultFragmentation(scheme));
  });

  it('by bond orders has the defaults of BespokeFit, and takes others', () => {
    expect(defaultFragmentation('wbo')).toEqual({
      scheme: 'wbo',
      threshold: 0.03,
      heuristic: 'path_length',
      keepNonRotorRingSubstituents: false,
    });
    expect(validated({ scheme: 'wbo', threshold: 0.01, heuristic: 'wbo' })).toMatchObject({
      value: { fragmentation: { threshold: 0.01, heuristic: 'wbo', keepNonRotorRingSubstituents: false } },
    });
  });

  it.each([
    ['nope', 'fragmentation.scheme'],
    [{ scheme: 'nope' }, 'fragmentation.scheme'],
    [{ threshold: 0.03 }, 'fragmentation.scheme'],
    [{ scheme: 'pfizer', threshold: 0.03 }, 'fragmentation.threshold'],
    [{ scheme: 'wbo', threshold: 0 }, 'fragmentation.threshold'],
    [{ scheme: 'wbo', threshold: null }, 'fragmentation.threshold'],
    [{ scheme: 'wbo', heuristic: 'longest' }, 'fragmentation.heuristic'],
    [[{ scheme: 'wbo' }], 'fragmentation'],
    [null, 'fragmentation'],
    [undefined, 'fragmentation'],
    [7, 'fragmentation'],
  ])('%j is refused, and the field is named', (fragmentation, field) => {
    const result = validated(fragmentation);
    expect('errors' in result && result.errors.map((error) => error.field)).toContain(field);
  });
});
