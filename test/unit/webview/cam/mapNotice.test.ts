import { describe, expect, it } from 'vitest';
import { describeMap } from '../../../../webview/cam/mapNotice';

const early = { tensor: 'early', channels: 3, height: 14, width: 14 };
const exact = { isExact: true, earlier: null };
const [signed, positive, negative] = (['signed', 'positive', 'negative'] as const).map((sign) => ({
  ...{ sign, low: -2, high: 2 },
}));

describe('describeMap', () => {
  it('says nothing of an ordinary map', () => {
    expect(describeMap(Float32Array.of(-1, 2), signed, exact)).toBeNull();
    expect(describeMap(Float32Array.of(-1, 2), positive, exact)).toBeNull();
  });

  it('explains a blank positive view of a class that has only evidence against it, and offers the sign', () => {
    const notice = describeMap(Float32Array.of(-1, -2), positive, exact);
    expect(notice?.text).toContain('every cell counts against this class (largest −1.000)');
    expect(notice?.remedy).toEqual({ label: 'Show signed values', sign: 'signed' });
    expect(describeMap(Float32Array.of(-1, -2), signed, exact)).toBeNull();
  });

  it('explains a blank negative view', () => {
    expect(describeMap(Float32Array.of(1, 2), negative, exact)?.text).toContain('no cell counts against this class');
  });

  it('names a constant map and its value', () => {
    expect(describeMap(Float32Array.of(2, 2), signed, exact)?.text).toContain('Every cell of this map is 2.000');
    expect(describeMap(Float32Array.of(0, 0), positive, exact)?.text).toContain('is zero');
  });

  it('names a map of one cell', () => {
    expect(describeMap(Float32Array.of(2), signed, exact)?.text).toContain('single cell');
  });

  it('counts cells that are not finite before anything else', () => {
    expect(describeMap(Float32Array.of(NaN, -1, Infinity), positive, exact)?.text).toMatch(/^2 of 3 cells/);
    expect(describeMap(Float32Array.of(NaN, NaN), signed, exact)?.text).toMatch(/^All cells/);
  });

  it('sends from a layer that says nothing to the stage before it', () => {
    const notice = describeMap(Float32Array.of(0, 0), signed, { isExact: false, earlier: early });
    expect(notice?.text).toContain('the logit does not depend on these cells');
    expect(notice?.remedy).toEqual({ label: 'Show the stage before, 14×14 cells', layer: 'early' });
  });

  it('says that two classes do not differ', () => {
    const notice = describeMap(Float32Array.of(0, 0), signed, { ...exact, isContrast: true, earlier: early });
    expect(notice?.text).toContain('no difference between the two classes');
    expect(notice?.remedy).toBeNull();
  });

  it('says that a map is hardly more than rounding next to its logit, and sends to the usual layer', () => {
    const usual = { ...early, tensor: 'usual' };
    const place = { isExact: false, value: -2, earlier: early };
    const notice = describeMap(Float32Array.of(-3e-7, 1e-7), signed, { ...place, usual });
    expect(notice?.text).toContain('Next to the logit (−2.000)');
    expect(notice?.text).toContain('no cell is beyond 3.0e−7');
    expect(notice?.remedy).toEqual({ label: 'Show the usual layer', layer: 'usual' });
    expect(describeMap(Float32Array.of(-3e-7, 1e-7), signed, place)?.remedy).toMatchObject({ layer: 'early' });
    const target = describeMap(Float32Array.of(-3e-7, 1e-7), signed, { ...place, isOther: true });
    expect(target?.text).toContain('Next to the target');
    expect(describeMap(Float32Array.of(-3e-4, 1e-7), signed, place)).toBeNull();
    expect(describeMap(Float32Array.of(-3e-7, 1e-7), signed, { ...place, value: null })).toBeNull();
  });

  it('says that the cells of a map cancel, as they do before merged patches are normalised', () => {
    const place = { isExact: false, value: 2, earlier: early };
    const notice = describeMap(Float32Array.of(0.5, -0.25, -0.25, 1e-5), signed, place);
    expect(notice?.text).toContain('add up to 1.0e−5, without their signs to 1.000');
    expect(notice?.remedy).toMatchObject({ layer: 'early' });
    expect(describeMap(Float32Array.of(0.5, -0.25, -0.24), signed, place)).toBeNull();
    expect(describeMap(Float32Array.of(0.5, -0.5), signed, { ...place, value: null })).toBeNull();
  });

  it('says that the cells of a map are nearly the same, unless its colours span it alone', () => {
    const map = Float32Array.of(0.436, 0.444);
    const notice = describeMap(map, signed, exact);
    expect(notice?.text).toContain('nearly the same (0.436 to 0.444)');
    expect(notice?.remedy).toEqual({ label: 'Let the colours span this map alone', isSpread: true });
    expect(describeMap(map, { sign: 'signed', low: 0.436, high: 0.444 }, exact)).toBeNull();
    expect(describeMap(Float32Array.of(0.4, 0.45), signed, exact)).toBeNull();
  });
});
