import { describe, expect, it } from 'vitest';
import { describeMap } from '../../../../webview/cam/mapNotice';

const early = { tensor: 'early', channels: 3, height: 14, width: 14 };
const exact = { isExact: true, earlier: null };

describe('describeMap', () => {
  it('says nothing of an ordinary map', () => {
    expect(describeMap(Float32Array.of(-1, 2), 'signed', exact)).toBeNull();
    expect(describeMap(Float32Array.of(-1, 2), 'positive', exact)).toBeNull();
  });

  it('explains a blank positive view of a class that has only evidence against it, and offers the sign', () => {
    const notice = describeMap(Float32Array.of(-1, -2), 'positive', exact);
    expect(notice?.text).toContain('every cell counts against this class (largest −1.000)');
    expect(notice?.remedy).toEqual({ label: 'Show signed values', sign: 'signed' });
    expect(describeMap(Float32Array.of(-1, -2), 'signed', exact)).toBeNull();
  });

  it('explains a blank negative view', () => {
    expect(describeMap(Float32Array.of(1, 2), 'negative', exact)?.text).toContain('no cell counts against this class');
  });

  it('names a constant map and its value', () => {
    expect(describeMap(Float32Array.of(2, 2), 'signed', exact)?.text).toContain('Every cell of this map is 2.000');
    expect(describeMap(Float32Array.of(0, 0), 'positive', exact)?.text).toContain('is zero');
  });

  it('names a map of one cell', () => {
    expect(describeMap(Float32Array.of(2), 'signed', exact)?.text).toContain('single cell');
  });

  it('counts cells that are not finite before anything else', () => {
    expect(describeMap(Float32Array.of(NaN, -1, Infinity), 'positive', exact)?.text).toMatch(/^2 of 3 cells/);
    expect(describeMap(Float32Array.of(NaN, NaN), 'signed', exact)?.text).toMatch(/^All cells/);
  });

  it('sends from a layer that says nothing to the stage before it', () => {
    const notice = describeMap(Float32Array.of(0, 0), 'signed', { isExact: false, earlier: early });
    expect(notice?.text).toContain('the logit does not depend on these cells');
    expect(notice?.remedy).toEqual({ label: 'Show the stage before, 14×14 cells', layer: 'early' });
  });
});
