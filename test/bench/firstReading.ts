import { inspectModel } from '../../src/inspectModel';
import { readModel } from '../../src/onnx/readModel';

/** Of a process that has read nothing before: code not compiled yet, no memory in reserve. */
export interface FirstReading {
  readonly elapsedMs: number;
  /** Growth of the largest resident set. */
  readonly addedBytes: number;
}

/** Entry of a process that reading.ts forks; the result is a message to it. */
async function measure(file: string, what: string): Promise<FirstReading> {
  const peakBytes = () => process.resourceUsage().maxRSS * 1024;
  const [bytesBefore, start] = [peakBytes(), performance.now()];
  await (what === 'read' ? readModel(file) : inspectModel(file));
  return { elapsedMs: performance.now() - start, addedBytes: peakBytes() - bytesBefore };
}

const [file, what] = process.argv.slice(2);
void measure(file, what).then((reading) => process.send?.(reading));
