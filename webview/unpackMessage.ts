import type { ToWebview } from '../src/protocol/messages';
import type { ModelReport } from '../src/protocol/modelReport';
import type { PackedMessage } from '../src/protocol/packedMessage';

/** Hands messages on in the order in which they came, also where one has to be inflated first. */
export function createUnpacker(
  receive: (message: ToWebview) => void,
  fail: (error: unknown) => void,
): (message: ToWebview | PackedMessage) => void {
  let last = Promise.resolve();
  let waiting = 0;
  return (message) => {
    if (message.kind !== 'packed' && waiting === 0) {
      receive(message);
      return;
    }
    waiting += 1;
    last = last
      .then(async () => receive(message.kind === 'packed' ? await inflate(message) : message))
      .catch(fail)
      .finally(() => (waiting -= 1));
  };
}

async function inflate({ event, report }: PackedMessage): Promise<ToWebview> {
  const inflated = new Blob([new Uint8Array(report)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return { kind: 'event', event: { ...event, report: (await new Response(inflated).json()) as ModelReport } };
}
