import type { PartialShape } from './valueFacts';
import { ShapeConflict } from './valueFacts';

/** An Einsum equation with its labels bound; dimensions under an ellipsis get the labels `.0`, `.1`, … from the end. */
export interface ParsedEinsum {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly sizes: ReadonlyMap<string, number | null>;
}

/** null: an operand's rank is unknown. */
export function parseEinsum(equation: string, shapes: readonly (PartialShape | null)[]): ParsedEinsum | null {
  const [left, right] = equation.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  if (terms.length !== shapes.length) {
    throw new ShapeConflict(`equation "${equation}" for ${shapes.length} operands`);
  }
  const sizes = new Map<string, number | null>();
  const operands: string[][] = [];
  for (const [position, term] of terms.entries()) {
    const shape = shapes[position];
    if (shape === null) {
      return null;
    }
    const labels = expandTerm(term, shape.length);
    labels.forEach((label, axis) => bindLabel(sizes, label, shape[axis]));
    operands.push(labels);
  }
  const hidden = [...sizes.keys()]
    .filter((label) => label.startsWith('.'))
    .sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  const output = right === undefined ? implicitOutput(operands, hidden) : expandOutput(right, hidden);
  return { operands, output, sizes };
}

function expandTerm(term: string, rank: number): string[] {
  const [before, after] = term.split('...');
  const named = [...before, ...(after ?? '')];
  if (after === undefined ? named.length !== rank : named.length > rank) {
    throw new ShapeConflict(`einsum term "${term}" for rank ${rank}`);
  }
  const hidden = Array.from({ length: rank - named.length }, (_, index) => `.${rank - named.length - 1 - index}`);
  return [...before, ...hidden, ...(after ?? '')];
}

function expandOutput(term: string, hidden: readonly string[]): string[] {
  const [before, after] = term.split('...');
  return after === undefined ? [...before] : [...before, ...hidden, ...after];
}

/** Without an arrow: broadcast dimensions, then labels that occur once, in alphabetical order. */
function implicitOutput(operands: readonly (readonly string[])[], hidden: readonly string[]): string[] {
  const all = operands.flat().filter((label) => !label.startsWith('.'));
  const once = all.filter((label) => all.filter((other) => other === label).length === 1);
  return [...hidden, ...once.sort()];
}

function bindLabel(sizes: Map<string, number | null>, label: string, size: number | null): void {
  const known = sizes.get(label);
  if (known === undefined || known === null || known === 1) {
    sizes.set(label, size ?? known ?? null);
  } else if (size !== null && size !== known && size !== 1) {
    throw new ShapeConflict(`einsum label ${label} is both ${known} and ${size}`);
  }
}
