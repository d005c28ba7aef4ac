import type { ModelReport } from '../../src/protocol/modelReport';
import type { Flow, Unit } from './units';

/** A number for a set of units (ascending positions); equal numbers: built alike, but for names and weights' values. */
export type StructureOf = (positions: readonly number[]) => number;

/**
 * Structure is: operators with their attributes, shapes of what they read from the file and of what they make, and who
 * reads whom. Names do not matter, nor what comes in from outside, but that and in which order it does.
 */
export function createStructureOf(flow: Flow, { initializers }: Pick<ModelReport, 'initializers'>): StructureOf {
  const shapes = new Map(initializers.map(({ name, shape }) => [name, shape]));
  const numbers = new Map<string, number>();
  const toNumber = (text: string): number => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const units = new Map<number, number>();
  const toUnit = (position: number): number => {
    let unit = units.get(position);
    if (unit === undefined) {
      unit = toNumber(describeUnit(flow.units[position], shapes));
      units.set(position, unit);
    }
    return unit;
  };
  return (positions) => {
    const indexOf = toIndex(positions);
    const entries = new Map<string, number>();
    let text = '';
    for (const position of positions) {
      text += `;${toUnit(position)}(`;
      for (const { from, tensor } of flow.incoming[position]) {
        const inside = indexOf(from);
        if (inside === undefined) {
          entries.set(tensor, entries.get(tensor) ?? entries.size);
          text += `in${entries.get(tensor)},`;
        } else {
          text += `${inside}.${toOutputPosition(flow.units[from], tensor)},`;
        }
      }
      text += flow.outgoing[position].some(({ to }) => indexOf(to) === undefined) ? ')!' : ')';
    }
    return toNumber(text);
  };
}

/** The index of a position in the ascending list, undefined when it is not there. */
function toIndex(positions: readonly number[]): (position: number) => number | undefined {
  const first = positions[0];
  const last = positions[positions.length - 1];
  if (last - first === positions.length - 1) {
    return (position) => (position >= first && position <= last ? position - first : undefined);
  }
  const indices = new Map(positions.map((position, index) => [position, index]));
  return (position) => indices.get(position);
}

function describeUnit(unit: Unit, stored: ReadonlyMap<string, readonly number[]>): string {
  if (unit.kind === 'value') {
    return unit.id;
  }
  let text = '';
  for (const { opType, domain, attributes, inputs, outputs } of unit.layers) {
    text += `${domain}:${opType}[`;
    for (const { name, text: value } of attributes) {
      text += `${name}=${value},`;
    }
    text += '](';
    for (const name of inputs) {
      text += `${stored.get(name)?.join('×') ?? ''},`;
    }
    text += ')→';
    for (const { shape } of outputs) {
      text += `${shape?.join('×') ?? '?'},`;
    }
    text += '|';
  }
  return text;
}

/** Which of the tensors that the unit makes this is. */
function toOutputPosition(unit: Unit, tensor: string): number {
  let position = 0;
  for (const { outputs } of unit.kind === 'layers' ? unit.layers : []) {
    for (const { name } of outputs) {
      if (name === tensor) {
        return position;
      }
      position += 1;
    }
  }
  return 0;
}
