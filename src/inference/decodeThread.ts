import type { MessagePort } from 'node:worker_threads';
import type { PreparedInput } from '../image/prepareInput';
import { prepareInput } from '../image/prepareInput';
import type { Preprocessing } from '../protocol/preprocessing';
import type { ErrorCode } from '../userError';
import { UserError } from '../userError';

export interface DecodeRequest {
  readonly id: number;
  readonly image: string;
  readonly preprocessing: Preprocessing | null;
}

export type DecodeAnswer =
  | { readonly id: number; readonly ok: true; readonly prepared: PreparedInput }
  /** `code` null: a bug, `message` is its stack. */
  | { readonly id: number; readonly ok: false; readonly code: ErrorCode | null; readonly message: string };

/** Runs in a thread of its own, because ONNX Runtime holds the main one: decodes and preprocesses one image at a time. */
export function decodeInThread(port: MessagePort): void {
  let previous: Promise<void> = Promise.resolve();
  port.on('message', (request: DecodeRequest) => {
    previous = previous.then(async () => {
      const answer = await decode(request);
      // Moved, not copied: the memory changes its owner.
      port.postMessage(answer, answer.ok ? listBuffers(answer.prepared) : []);
    });
  });
}

async function decode({ id, image, preprocessing }: DecodeRequest): Promise<DecodeAnswer> {
  try {
    return { id, ok: true, prepared: await prepareInput(image, preprocessing) };
  } catch (error) {
    const isExpected = error instanceof UserError;
    const message = error instanceof Error ? ((isExpected ? null : error.stack) ?? error.message) : String(error);
    return { id, ok: false, code: isExpected ? error.code : null, message };
  }
}

function listBuffers({ tensor, picture }: PreparedInput): ArrayBuffer[] {
  return [tensor.data.buffer as ArrayBuffer, picture.rgba.buffer as ArrayBuffer];
}
