import type { ProfiledKernel, ProfiledRun } from './messages';

/** What is used of an event in ONNX Runtime's trace (Chrome's trace event format); microseconds. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

const KERNEL_SUFFIX = '_kernel_time';

/**
 * Reads the trace that ONNX Runtime's profiler writes: an array of events, those of a run's kernels before the run's
 * own `model_run`. What comes before the first run (loading) and after the last is left out.
 */
export function parseTrace(text: string): readonly ProfiledRun[] {
  const runs: ProfiledRun[] = [];
  let events: TraceEvent[] = [];
  for (const event of JSON.parse(text) as readonly TraceEvent[]) {
    if (event.cat === 'Node' && event.name.endsWith(KERNEL_SUFFIX)) {
      events.push(event);
    } else if (event.cat === 'Session' && event.name === 'model_run') {
      runs.push({ durationMs: event.dur / 1000, kernels: toOuterKernels(events) });
      events = [];
    }
  }
  return runs;
}

/** Operators whose kernels run other kernels. */
const CONTAINERS = new Set('If Loop Scan SequenceMap BeamSearch GreedySearch Sampling'.split(' '));

/** A kernel is written down when it ends, so those that ran inside another one come right before it. */
function toOuterKernels(events: readonly TraceEvent[]): ProfiledKernel[] {
  const outer: TraceEvent[] = [];
  for (const event of events) {
    while (CONTAINERS.has(event.args?.op_name ?? '') && outer.length > 0 && outer[outer.length - 1].ts >= event.ts) {
      outer.pop();
    }
    outer.push(event);
  }
  return outer.map(({ name, dur, args }) => ({
    node: name.slice(0, -KERNEL_SUFFIX.length),
    opType: args?.op_name ?? '',
    durationMs: dur / 1000,
  }));
}
