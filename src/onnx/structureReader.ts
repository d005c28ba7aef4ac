import type { Graph } from '../graph/model';
import { AttributeCache } from './attributeCache';
import type { WireReader } from './wireReader';

/** What the parsers of all messages share: the walk over the bytes and the place for remarks. */
export interface StructureReader {
  readonly reader: WireReader;
  readonly attributes: AttributeCache;
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
    attributes: new AttributeCache(),
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
