import type { Attribute, GraphNode, TensorInfo } from '../../graph/model';
import type { AttributeReport } from '../../protocol/modelReport';

const ELEMENTS_SHOWN = 16;
const CHARACTERS_SHOWN = 200;

const NONE: readonly AttributeReport[] = [];
/** The reader shares equal attributes between nodes. */
const reports = new WeakMap<Attribute, AttributeReport>();

/** The attributes of a node as text to read: long lists, tensors and sub-graphs are abbreviated. */
export function reportAttributes({ attributes }: GraphNode): readonly AttributeReport[] {
  if (attributes.size === 0) {
    return NONE;
  }
  return [...attributes].map(([name, attribute]) => {
    const known = reports.get(attribute);
    const report = known?.name === name ? known : { name, type: attribute.type, text: toAttributeText(attribute) };
    reports.set(attribute, report);
    return report;
  });
}

/** One attribute, as far as it is shown. */
export function toAttributeText(attribute: Attribute): string {
  return cut(describeAttribute(attribute));
}

function describeAttribute(attribute: Attribute): string {
  switch (attribute.type) {
    case 'float':
      return describeFloat(attribute.value);
    case 'int':
      return String(attribute.value);
    case 'string':
      return attribute.value;
    case 'floats':
      return describeList(attribute.value.map(describeFloat));
    case 'ints':
      return describeList(attribute.value.map(String));
    case 'strings':
      return describeList(attribute.value);
    case 'tensor':
      return describeTensor(attribute.value);
    case 'tensors':
      return describeList(attribute.value.map(describeTensor));
    case 'sparse_tensor':
      return `sparse ${attribute.value.values.elementType} [${attribute.value.dims.join(', ')}]`;
    case 'graph':
      return describeGraph(attribute.value);
    case 'graphs':
      return describeList(attribute.value.map(describeGraph));
    case 'reference':
      return `the function's ${attribute.value}`;
    case 'other':
      return `attribute type ${attribute.value}`;
    default:
      return attribute satisfies never;
  }
}

/** float32 in the shortest form that reads back to the same number: 0.1, not 0.10000000149011612. */
function describeFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) {
      return String(short);
    }
  }
  return String(value);
}

function describeTensor({ elementType, dims }: TensorInfo): string {
  return `${elementType} [${dims.join(', ')}]`;
}

function describeGraph({ name, nodes }: Extract<Attribute, { type: 'graph' }>['value']): string {
  return `graph ${name} of ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`;
}

function describeList(texts: readonly string[]): string {
  const shown = texts.slice(0, ELEMENTS_SHOWN).join(', ');
  const rest = texts.length - ELEMENTS_SHOWN;
  return `[${shown}${rest > 0 ? `, … ${rest} more` : ''}]`;
}

function cut(text: string): string {
  return text.length > CHARACTERS_SHOWN ? `${text.slice(0, CHARACTERS_SHOWN)}…` : text;
}
