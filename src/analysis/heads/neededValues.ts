import type { AffineOperation, ClassMaps, HeadStep, Quantization, StoredValue } from './headDescription';

/** Values of the graph that maps are computed from: the weights of every step and the outputs of rectifiers. */
export function listNeededValues(steps: readonly HeadStep[], classMaps: ClassMaps | null): readonly string[] {
  const own = steps.flatMap(listOfStep);
  return classMaps === null
    ? own
    : [...own, classMaps.tensor, ...listOfStep(classMaps.layer), ...classMaps.steps.flatMap(listOfStep)];
}

function listOfStep(step: HeadStep): readonly string[] {
  switch (step.kind) {
    case 'linear':
      return [...listOfStored(step.weight), ...(step.bias === null ? [] : listOfStored(step.bias))];
    case 'affine':
      return listOfOperation(step.operation);
    case 'rectifier': {
      const { rectifier } = step;
      const values = rectifier.type === 'relu' ? [step.output] : [step.output, step.input];
      const slope = rectifier.type === 'leaky' && typeof rectifier.slope !== 'number' ? rectifier.slope : null;
      return slope === null ? values : [...values, ...listOfStored(slope)];
    }
    case 'round':
      return [step.step];
    default:
      return [];
  }
}

function listOfOperation(operation: AffineOperation): readonly string[] {
  switch (operation.type) {
    case 'negate':
      return [];
    case 'normalize':
      return [operation.scale, operation.shift, operation.mean, operation.variance].flatMap(listOfStored);
    default:
      return listOfStored(operation.constant);
  }
}

function listOfStored({ tensor, quantization }: StoredValue): readonly string[] {
  return [tensor, ...(quantization === null ? [] : listOfQuantization(quantization))];
}

function listOfQuantization({ scales, zeroPoint }: Quantization): readonly string[] {
  return zeroPoint === null ? scales : [...scales, zeroPoint];
}
