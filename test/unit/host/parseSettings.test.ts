import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../src/host/parseSettings';

interface Manifest {
  contributes: { configuration: { properties: Record<string, { default: unknown; enum?: string[] }> } };
}
const manifest = JSON.parse(readFileSync(path.join(__dirname, '../../../package.json'), 'utf8')) as Manifest;
const { properties } = manifest.contributes.configuration;
const readDefault = (key: string) => properties[`headlight.${key}`]?.default;

describe('parseSettings', () => {
  it('falls back to what package.json declares as defaults', () => {
    expect(parseSettings(() => undefined)).toEqual(parseSettings(readDefault));
  });

  it('reads every declared setting', () => {
    const asked = new Set<string>();
    parseSettings((key) => asked.add(`headlight.${key}`));
    expect([...asked].sort()).toEqual(Object.keys(properties).sort());
  });

  it('takes values that are in range', () => {
    const values: Record<string, unknown> = {
      preprocessingPreset: 'caffe-bgr',
      labelsFile: ' labels.txt ',
      opacity: 0,
      threads: 3,
      classifierWeightsLimit: 2.5,
    };
    expect(parseSettings((key) => values[key])).toMatchObject({
      preprocessingPreset: 'caffe-bgr',
      labelsFile: 'labels.txt',
      opacity: 0,
      threads: 3,
      classifierWeightsLimitBytes: 2_500_000,
    });
  });

  it.each([
    ['opacity', 'opacity', '0.5'],
    ['opacity', 'opacity', 1.5],
    ['opacity', 'opacity', Number.NaN],
    ['threads', 'threads', -1],
    ['preprocessingPreset', 'preprocessingPreset', 'pytorch'],
    ['imageSearchLimit', 'imageSearchLimit', null],
  ] as const)('takes the default for %s when the file says otherwise than it may (%#)', (field, key, value) => {
    const found = parseSettings((asked) => (asked === key ? value : undefined))[field];
    expect(found).toBe(parseSettings(() => undefined)[field]);
  });
});
