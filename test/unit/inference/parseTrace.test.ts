import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseTrace } from '../../../src/inference/parseTrace';

/** Two runs of a Relu and of a Loop that multiplies four times, by recordTrace.mjs. */
const text = readFileSync(join(__dirname, '../../fixtures/measure/trace.json'), 'utf8');

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
}

describe("ONNX Runtime's trace", () => {
  test('gives the kernels of each run in order, those inside a loop as part of it', () => {
    const runs = parseTrace(text);
    expect(runs.map(({ kernels }) => kernels.map(({ opType }) => opType))).toEqual([
      ['Relu', 'Loop'],
      ['Relu', 'Loop'],
    ]);
    expect((JSON.parse(text) as Event[]).filter(({ name }) => name.startsWith('inner'))).toHaveLength(8);
  });

  test('gives the times that are written in it, in milliseconds', () => {
    const events = JSON.parse(text) as Event[];
    const written = (name: string) => events.filter((event) => event.name === name).map(({ dur }) => dur / 1000);
    const runs = parseTrace(text);
    expect(runs.map(({ durationMs }) => durationMs)).toEqual(written('model_run'));
    const [relu, loop] = runs[0].kernels;
    expect(written(`${relu.node}_kernel_time`)[0]).toBe(relu.durationMs);
    expect(written(`${loop.node}_kernel_time`)[0]).toBe(loop.durationMs);
    expect(relu.durationMs + loop.durationMs).toBeLessThanOrEqual(runs[0].durationMs);
  });

  test('keeps kernels apart that begin within the same microsecond', () => {
    const kernel = (name: string, ts: number, dur: number, opType = 'Relu') => ({
      cat: 'Node',
      name: `${name}_kernel_time`,
      ts,
      dur,
      args: { op_name: opType },
    });
    const events = [
      kernel('a', 100, 5),
      kernel('b', 105, 0),
      kernel('c', 105, 4),
      kernel('inside inner if', 112, 1),
      kernel('inner if', 111, 3, 'If'),
      kernel('after inner if', 115, 1),
      kernel('if', 110, 9, 'If'),
      { cat: 'Session', name: 'model_run', ts: 99, dur: 12 },
      kernel('after the last run', 200, 5),
    ];
    expect(parseTrace(JSON.stringify(events)).map(({ kernels }) => kernels.map(({ node }) => node))).toEqual([
      ['a', 'b', 'c', 'if'],
    ]);
  });
});
