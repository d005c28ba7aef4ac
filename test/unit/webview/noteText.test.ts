import { describe, expect, it } from 'vitest';
import { toNoteText } from '../../../webview/noteText';

const own = 'File "/home/ann/train.py", line 12, in forward\n    x = self.stem(x)';
const library =
  '  File "C:\\py\\Lib\\site-packages\\torch\\conv.py", line 565, in _conv_forward\n    return F.conv2d(x)';

describe('a note', () => {
  it('of one line is shown as it is', () => {
    expect(toNoteText('source', ' onnxscript ')).toEqual({ kind: 'line', text: 'onnxscript' });
    expect(toNoteText('sizes', '[1, 2]')).toEqual({ kind: 'line', text: '[1, 2]' });
    expect(toNoteText('one', "['only']")).toEqual({ kind: 'line', text: "['only']" });
  });

  it('that lists modules is a list, the outermost one without a name', () => {
    expect(toNoteText('pkg.torch.onnx.name_scopes', `['', 'layer1', "it's", 'a, b']`)).toEqual({
      kind: 'list',
      parts: ['', 'layer1', "it's", 'a, b'],
    });
    expect(toNoteText('namespace', ': __main__.Net/stem: torch.nn.Conv2d/conv2d: aten.conv2d.default')).toEqual({
      kind: 'list',
      parts: ['__main__.Net', 'stem: torch.nn.Conv2d', 'conv2d: aten.conv2d.default'],
    });
  });

  it('that is a stack is named by the innermost call outside of libraries', () => {
    expect(toNoteText('stack_trace', `${own}\n${library}`)).toMatchObject({
      kind: 'long',
      summary: 'train.py, line 12, in forward (2 calls)',
      text: `${own}\n${library}`,
    });
    expect(toNoteText('stack_trace', library)).toMatchObject({
      summary: 'conv.py, line 565, in _conv_forward (1 call)',
    });
  });

  it('that is long is named by its beginning', () => {
    expect(toNoteText('signature', '# inputs\nx: USER_INPUT')).toMatchObject({ summary: '# inputs (2 lines)' });
    expect(toNoteText('node', 'y'.repeat(500))).toMatchObject({ kind: 'long', summary: `${'y'.repeat(60)}…` });
  });
});
