/** How an entry of metadata is shown. */
export type NoteText =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'list'; readonly parts: readonly string[] }
  /** Too long to stand open: `summary` says what it is about. */
  | { readonly kind: 'long'; readonly summary: string; readonly text: string };

const LONGEST_LINE = 160;

/**
 * Brings order into what exporters write: PyTorch's lists of modules (`['', 'layer1']`) and paths of them
 * (`: Net/layer1: Sequential`) become lists, the stack of a call is named by the innermost one outside of libraries.
 */
export function toNoteText(key: string, written: string): NoteText {
  const text = written.trim();
  const parts = key === 'namespace' ? text.split('/').map(trimPath) : readList(text);
  if (parts !== null && parts.length > 1) {
    return { kind: 'list', parts };
  }
  if (text.length <= LONGEST_LINE && !text.includes('\n')) {
    return { kind: 'line', text };
  }
  return { kind: 'long', summary: summarizeStack(text) ?? summarizeText(text), text };
}

/** The outermost module has no name: `: Net` */
function trimPath(part: string): string {
  return part.replace(/^: /, '');
}

/** A Python list of strings, as `repr` writes it; null for anything else. */
function readList(text: string): readonly string[] | null {
  if (!/^\[('[^'\\]*'|"[^"\\]*")(, ('[^'\\]*'|"[^"\\]*"))*\]$/.test(text)) {
    return null;
  }
  return [...text.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, single, double]) => single ?? double);
}

/** A Python traceback; the last call is the innermost. */
function summarizeStack(text: string): string | null {
  const calls = [...text.matchAll(/^\s*File "([^"]*)", line (\d+), in (.*)$/gm)];
  if (calls.length === 0) {
    return null;
  }
  const isLibrary = ([, file]: RegExpMatchArray): boolean => /[\\/](site|dist)-packages[\\/]/.test(file);
  const [, file, line, name] = calls.filter((call) => !isLibrary(call)).at(-1) ?? calls[calls.length - 1];
  return `${file.split(/[\\/]/).at(-1) ?? file}, line ${line}, in ${name} (${calls.length} ${calls.length === 1 ? 'call' : 'calls'})`;
}

function summarizeText(text: string): string {
  const lines = text.split('\n').length;
  const [first] = text.split('\n');
  const start = first.length > 60 ? `${first.slice(0, 60)}…` : first;
  return lines === 1 ? start : `${start} (${lines} lines)`;
}
