import type { HeadStep, OpaqueStep, Reading } from './headDescription';

/** What decides a head's kind: whether layers are stacked with something non-linear between, and what stands in the way. */
export interface HeadStructure {
  readonly linearLayers: number;
  /** A linear layer follows a linear layer with a rectifier or worse between them. */
  readonly isStacked: boolean;
  readonly opaque: readonly OpaqueStep[];
}

interface Flow {
  readonly afterLinear: boolean;
  readonly bent: boolean;
  readonly stacked: boolean;
}

const START: Flow = { afterLinear: false, bent: false, stacked: false };

export function readStructure(readings: readonly Reading[], steps: readonly HeadStep[]): HeadStructure {
  const flows = new Map<string, Flow>(readings.map((reading) => [reading.tensor, START]));
  for (const step of steps) {
    flows.set(step.output, advance(step, joinFlows(listInputs(step).map((input) => flows.get(input) ?? START))));
  }
  return {
    linearLayers: steps.filter(isLayer).length,
    isStacked: [...flows.values()].some((flow) => flow.stacked),
    opaque: steps.filter((step) => step.kind === 'opaque'),
  };
}

function listInputs(step: HeadStep): readonly string[] {
  switch (step.kind) {
    case 'merge':
      return step.terms.map((term) => term.input);
    case 'concatenate':
      return step.parts.map((part) => part.input);
    case 'opaque':
      return step.inputs;
    default:
      return [step.input];
  }
}

/** Matrix products that no rule describes (integer ones with scales from the image, grouped ones) are layers still. */
const PRODUCTS: ReadonlySet<string> = new Set([
  'MatMul',
  'Gemm',
  'Conv',
  'MatMulInteger',
  'ConvInteger',
  'MatMulNBits',
]);

function isLayer(step: HeadStep): boolean {
  return step.kind === 'linear' || (step.kind === 'opaque' && PRODUCTS.has(step.opType));
}

function advance(step: HeadStep, flow: Flow): Flow {
  if (isLayer(step)) {
    return { afterLinear: true, bent: false, stacked: flow.stacked || flow.bent };
  }
  const bends = step.kind === 'rectifier' || step.kind === 'opaque';
  return bends ? { ...flow, bent: flow.afterLinear } : flow;
}

function joinFlows(flows: readonly Flow[]): Flow {
  return {
    afterLinear: flows.some((flow) => flow.afterLinear),
    bent: flows.some((flow) => flow.bent),
    stacked: flows.some((flow) => flow.stacked),
  };
}
