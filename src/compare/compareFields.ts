import type { Model, Shape } from '../graph/model';
import type { FieldComparison } from '../protocol/comparison';
import type { ModelReport } from '../protocol/modelReport';

type Fields = ReadonlyMap<string, string>;

/** What the files say about themselves, field by field, equal or not; null where one says nothing. */
export function compareFields(
  a: { readonly model: Model; readonly report: ModelReport },
  b: { readonly model: Model; readonly report: ModelReport },
): FieldComparison[] {
  const [one, other] = [listFields(a), listFields(b)];
  return [...new Set([...one.keys(), ...other.keys()])].map((name) => ({
    name,
    a: one.get(name) ?? null,
    b: other.get(name) ?? null,
  }));
}

function listFields({ model, report }: { readonly model: Model; readonly report: ModelReport }): Fields {
  const { inputs, outputs } = model.graph;
  const entries: [string, string][] = [
    ['IR version', String(report.irVersion)],
    ...[...model.opsets].map(([domain, version]): [string, string] => [
      `operator set ${domain === '' ? 'ai.onnx' : domain}`,
      String(version),
    ]),
    ['producer', report.producer],
    ['model version', model.modelVersion === 0 ? '' : String(model.modelVersion)],
    ['description', report.docString],
    ...inputs.map((value, index): [string, string] => [`input ${index + 1}`, describeValue(value)]),
    ...outputs.map((value, index): [string, string] => [`output ${index + 1}`, describeValue(value)]),
    ['functions', report.functions.join(', ')],
    ...[...model.metadata].map(([key, text]): [string, string] => [`metadata ${key}`, text]),
  ];
  return new Map(entries.filter(([, text]) => text !== ''));
}

function describeValue({
  name,
  elementType,
  shape,
}: {
  name: string;
  elementType: string | null;
  shape: Shape;
}): string {
  const sizes = shape === null ? 'any shape' : shape.map((size) => size ?? '?').join('×') || 'scalar';
  return `${name}: ${elementType ?? '?'} ${sizes}`;
}
