import { describe, expect, it } from 'vitest';
import { canonicalJson, contentKey } from './index';

describe('a content key', () => {
  it('does not depend on the order of keys, at any depth', () => {
    expect(contentKey({ a: 1, b: [{ x: 1, y: null }] })).toBe(contentKey({ b: [{ y: null, x: 1 }], a: 1 }));
  });

  it('tells the order of arrays and the type of values apart', () => {
    const keys = [[1, 2], [2, 1], ['1', 2], { 0: 1, 1: 2 }].map(contentKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('treats an undefined member as absent, and says what JSON cannot say', () => {
    expect(canonicalJson({ a: undefined, b: 2 })).toBe('{"b":2}');
    expect(() => canonicalJson({ energy: NaN })).toThrow('NaN has no JSON');
    expect(() => canonicalJson([() => 1])).toThrow(TypeError);
  });
});
