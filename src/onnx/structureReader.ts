import type { Attribute, Graph, ValueInfo } from '../graph/model';
import { MessageCache } from './messageCache';
import type { WireReader } from './wireReader';

export interface NamedAttribute {
  readonly name: string;
  readonly attribute: Attribute;
}

export type TensorType = Pick<ValueInfo, 'elementType' | 'shape'>;

/** What the parsers of all messages share: the walk over the bytes and the place for remarks. */
export interface StructureReader {
  readonly reader: WireReader;
  readonly attributes: MessageCache<NamedAttribute>;
  readonly types: MessageCache<TensorType>;
  /** Notes what is unusual but not fatal, one sentence. */
  warn(sentence: string): void;
  /** The sub-graph that comes next. Handed over here because graphs, nodes and attributes contain each other. */
  parseGraph(structure: StructureReader): Graph;
}

const MOST_WARNINGS = 50;

/** Collects warnings; a file that deserves thousands gets fifty and a count. */
export function createStructureReader(
  reader: WireReader,
  parseGraph: StructureReader['parseGraph'],
): StructureReader & { takeWarnings(): string[] } {
  const warnings: string[] = [];
  let dropped = 0;
  return {
    reader,
    attributes: new MessageCache(),
    types: new MessageCache(),
    parseGraph,
    warn(sentence) {
      if (warnings.length < MOST_WARNINGS) {
        warnings.push(sentence);
      } else {
        dropped += 1;
      }
    },
    takeWarnings: () => (dropped === 0 ? warnings : [...warnings, `${dropped} more remarks of this kind.`]),
  };
}
