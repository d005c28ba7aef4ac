import { describe, expect, it } from 'vitest';
import { parseTargetSpec } from '../../../src/cam/targetSpec';

describe('a target as a person writes it', () => {
  it.each([
    ['class', { kind: 'class', classes: null }],
    ['class:7', { kind: 'class', classes: { one: '7', minus: null } }],
    ['class:7-3', { kind: 'class', classes: { one: '7', minus: '3' } }],
    ['class:tabby cat', { kind: 'class', classes: { one: 'tabby cat', minus: null } }],
    ['output:y[0]', { kind: 'elements', output: 'y', index: [0] }],
    ['output:/a/b:0[0, 3,:,:]', { kind: 'elements', output: '/a/b:0', index: [0, 3, null, null] }],
    ['box:mask,1,2,3,4,5', { kind: 'box', output: 'mask', channel: 1, left: 2, top: 3, width: 4, height: 5 }],
    ['mask:seg,0,cat.npy', { kind: 'mask', output: 'seg', channel: 0, file: 'cat.npy' }],
    ['similarity:cat.npy', { kind: 'similarity', output: null, file: 'cat.npy' }],
    ['similarity:/pool,cat.png', { kind: 'similarity', output: '/pool', file: 'cat.png' }],
  ])('%s', (text, wanted) => {
    expect(parseTargetSpec(text)).toEqual(wanted);
  });

  it.each(['', 'klass:3', 'output:y', 'output:y[a]', 'box:y,1,2,3', 'mask:y', 'similarity:'])(
    'is refused with the forms there are: "%s"',
    (text) => {
      expect(() => parseTargetSpec(text)).toThrow(/output:NAME\[0,3,:,:\]; box:NAME/);
    },
  );
});
