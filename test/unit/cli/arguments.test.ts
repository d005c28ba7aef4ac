import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments';
import { listUnused } from '../../../src/cli/targetArguments';
import { UsageError } from '../../../src/cli/usageError';

describe('parseArguments', () => {
  it('binds the free dimensions of several inputs', () => {
    expect(parseArguments(['inspect', 'a.onnx', '--json', '--input', 'x=1,3,8,8', '--input', 'a:b=c=2'])).toEqual({
      command: 'inspect',
      model: 'a.onnx',
      json: true,
      measure: false,
      inputShapes: { x: [1, 3, 8, 8], 'a:b=c': [2] },
    });
  });

  it('takes one model, then images, and maps the most likely class unless told otherwise', () => {
    expect(parseArguments(['cam', 'a.onnx', 'b.png', 'c.npy', '--out', 'maps'])).toEqual({
      command: 'cam',
      model: 'a.onnx',
      images: ['b.png', 'c.npy'],
      json: false,
      classes: ['top1'],
      method: null,
      layer: null,
      contrast: null,
      target: null,
      sampling: {},
      preprocess: null,
      labels: null,
      out: 'maps',
      resume: false,
      batch: null,
      formats: null,
      metrics: false,
    });
  });

  it('takes formats as a list, and a batch', () => {
    const parsed = parseArguments([
      'cam',
      'a.onnx',
      'dir',
      '--out',
      'o',
      '--format',
      'npy,CSV',
      '--format',
      'parquet',
      '--batch',
      '8',
      '--resume',
    ]);
    expect(parsed).toMatchObject({ formats: ['npy', 'csv', 'parquet'], batch: 8, resume: true, images: ['dir'] });
  });

  it('takes options before, between and after the files, with or without "="', () => {
    const parsed = parseArguments(['cam', '--class=tabby', 'a.onnx', '--method', 'cam', 'b.png', '--class', '3']);
    expect(parsed).toMatchObject({ model: 'a.onnx', images: ['b.png'], classes: ['tabby', '3'] });
  });

  it('takes what is to be explained, and how often a model may run for it', () => {
    const parsed = parseArguments([
      'cam',
      'a.onnx',
      'b.png',
      '--target',
      'class:7-3',
      '--samples',
      '20',
      '--seed',
      '0',
    ]);
    expect(parsed).toMatchObject({ classes: ['7'], contrast: '3', target: null, sampling: { samples: 20, seed: 0 } });
    expect(parseArguments(['cam', 'a.onnx', 'b.png', '--target', 'output:y[0,3,:,:]'])).toMatchObject({
      classes: [],
      target: { kind: 'elements', output: 'y', index: [0, 3, null, null] },
    });
  });

  it('knows which options a method does nothing with', () => {
    expect(listUnused({ samples: 3, seed: 1 }, 'rise')).toEqual([]);
    expect(listUnused({ samples: 3, seed: 1 }, 'integratedgradients')).toEqual(['seed']);
    expect(listUnused({ window: 8 }, 'cam')).toEqual(['window']);
  });

  it('shows help and version whatever else is given', () => {
    expect(parseArguments(['cam', '--help'])).toEqual({ command: 'help', of: 'cam' });
    expect(parseArguments(['help', 'fit'])).toEqual({ command: 'help', of: 'fit' });
    expect(parseArguments(['--help'])).toEqual({ command: 'help', of: null });
    expect(parseArguments(['--version'])).toEqual({ command: 'version' });
  });

  it.each([
    [[], /No command/],
    [['draw'], /Unknown command "draw"/],
    [['inspect'], /one MODEL, not 0/],
    [['inspect', 'a.onnx', 'b.onnx'], /one MODEL, not 2/],
    [['inspect', 'a.onnx', '--jsn'], /--jsn/],
    [['inspect', 'a.onnx', '--input', '1,3,8,8'], /NAME=1,3,224,224/],
    [['inspect', 'a.onnx', '--input', 'x=1,0,8,8'], /from 1/],
    [['inspect', 'a.onnx', '--input', 'x=1,-1'], /NAME=1,3,224,224/],
    [['cam', 'a.onnx'], /at least one IMAGE/],
    [['cam', 'a.onnx', 'b.png', '--class'], /--class needs a value/],
    [['cam', 'a.onnx', 'b.png', '--class', '--json'], /--class needs a value, but is followed by the option --json/],
    [['cam', 'a.onnx', 'b.png', '--out', ''], /--out needs a value, but is empty/],
    [['cam', 'a.onnx', ''], /empty name/],
    [['cam', 'a.onnx', 'b.png', '--json=yes'], /--json takes no value/],
    [['cam', 'a.onnx', 'b.png', '--samples', '-3'], /--samples is "-3"/],
    [['compare', 'a.onnx', 'b.onnx', '--wieghts'], /no option --wieghts here. The options are: --json, --weights/],
    [['cam', 'a.onnx', 'dir', '--out', 'o', '--format', 'npy,xml'], /"xml", but there is npy, png, json, csv, parquet/],
    [['cam', 'a.onnx', 'dir', '--batch', '0'], /--batch is "0"/],
    [['cam', 'a.onnx', 'dir', '--resume'], /go with --out/],
    [['cam', 'a.onnx', 'dir', '--format', 'csv'], /go with --out/],
    [['cam', 'a.onnx', 'b.png', '--target', 'class:7', '--class', '3'], /leave --class and --contrast out/],
    [['cam', 'a.onnx', 'b.png', '--samples', '0'], /whole number from 1/],
  ])('refuses %j as wrong usage', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(UsageError);
    expect(() => parseArguments(argv)).toThrow(message);
  });
});
