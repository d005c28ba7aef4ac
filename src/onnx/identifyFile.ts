import type { ErrorCode } from '../userError';

/** What a file that is not ONNX is, and what to do about it: completes the sentence "FILE …". */
export interface Identification {
  readonly code: Extract<ErrorCode, 'notOnnx' | 'gitLfsPointer' | 'ortFormat'>;
  readonly sentence: string;
}

interface Signature {
  readonly offset: number;
  readonly bytes: string;
  readonly is: string;
  readonly advice: string;
}

const EXPORT = 'Export the model to ONNX from the framework that wrote it.';
const CHOOSE = 'Choose a file that was exported to ONNX.';

const SIGNATURES: readonly Signature[] = [
  { offset: 0, bytes: '\x89PNG', is: 'a PNG image', advice: CHOOSE },
  { offset: 0, bytes: '\xff\xd8\xff', is: 'a JPEG image', advice: CHOOSE },
  { offset: 0, bytes: 'GIF8', is: 'a GIF image', advice: CHOOSE },
  { offset: 0, bytes: '%PDF', is: 'a PDF document', advice: CHOOSE },
  { offset: 0, bytes: 'PK\x03\x04', is: 'a ZIP archive (or a PyTorch or Keras file)', advice: `Unpack it. ${EXPORT}` },
  { offset: 0, bytes: '\x1f\x8b', is: 'a gzip archive', advice: 'Unpack it first.' },
  { offset: 0, bytes: '7z\xbc\xaf', is: 'a 7z archive', advice: 'Unpack it first.' },
  { offset: 257, bytes: 'ustar', is: 'a tar archive', advice: 'Unpack it first.' },
  { offset: 0, bytes: '\x89HDF', is: 'an HDF5 file (Keras)', advice: EXPORT },
  { offset: 0, bytes: '\x93NUMPY', is: 'a NumPy array', advice: CHOOSE },
  { offset: 0, bytes: 'GGUF', is: 'a GGUF model', advice: EXPORT },
  { offset: 4, bytes: 'TFL3', is: 'a TensorFlow Lite model', advice: EXPORT },
  { offset: 0, bytes: '\x80\x02', is: 'a Python pickle (an old PyTorch file)', advice: EXPORT },
  { offset: 8, bytes: '{"', is: 'a safetensors file', advice: EXPORT },
];

/** How many bytes from the start `identifyFile` wants to see. */
export const IDENTIFICATION_BYTES = 512;

/** Recognises what people open by mistake, from the first bytes; null: no idea. */
export function identifyFile(start: Buffer): Identification | null {
  const text = start.toString('latin1');
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    return {
      code: 'gitLfsPointer',
      sentence: 'is a Git LFS pointer: run git lfs pull to fetch the model that it stands for.',
    };
  }
  if (text.startsWith('ORTM', 4)) {
    return {
      code: 'ortFormat',
      sentence: 'is in the ORT format of ONNX Runtime. Open the .onnx file that it was converted from.',
    };
  }
  const signature = SIGNATURES.find(({ offset, bytes }) => text.startsWith(bytes, offset));
  if (signature !== undefined) {
    return { code: 'notOnnx', sentence: `is ${signature.is}, not an ONNX model. ${signature.advice}` };
  }
  const kind = identifyText(start.toString('utf8'));
  return kind === null ? null : { code: 'notOnnx', sentence: `is ${kind}, not an ONNX model. ${CHOOSE}` };
}

function identifyText(text: string): string | null {
  const beginning = text.replace(/^\ufeff/, '').trimStart();
  if (/^(<!doctype html|<html)/i.test(beginning)) {
    return 'a web page (perhaps saved instead of the download)';
  }
  if (beginning === '' || !isText(beginning)) {
    return null;
  }
  return /^[[{]/.test(beginning) ? 'JSON text' : 'a text file';
}

/** No control characters but white space, and valid UTF-8; a cut-off character at the end of the sample decodes to U+FFFD. */
function isText(sample: string): boolean {
  const withoutEnd = sample.replace(/\ufffd$/, '');
  return Array.from(withoutEnd).every((character) => isTextCharacter(character));
}

function isTextCharacter(character: string): boolean {
  return (character >= ' ' || /\s/.test(character)) && character !== '\ufffd';
}
