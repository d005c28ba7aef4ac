import type { HeadWeights } from '../../src/protocol/headWeights';
import { toClassLabel } from '../cam/classLabels';

/** What rows and columns of a weight matrix are called. */
export interface WeightNames {
  readonly rowsTitle: string;
  readonly columnsTitle: string;
  readonly row: string;
  readonly column: string;
  /** `281 tabby cat`, `Unit 7`. */
  toRowName(row: number): string;
  toColumnName(column: number): string;
}

export function nameWeights({ rowKind, columnKind }: HeadWeights, labels: readonly string[] | null): WeightNames {
  const isClass = rowKind === 'classes';
  const isChannel = columnKind === 'channels';
  return {
    rowsTitle: isClass ? 'Classes' : 'Hidden units',
    columnsTitle: isChannel ? 'Channels' : 'Inputs',
    row: isClass ? 'class' : 'unit',
    column: isChannel ? 'channel' : 'input',
    toRowName: (row) =>
      !isClass
        ? `Unit ${row}`
        : labels?.[row] === undefined
          ? toClassLabel(null, row)
          : `${row} ${toClassLabel(labels, row)}`,
    toColumnName: (column) => `${isChannel ? 'channel' : 'input'} ${column}`,
  };
}
