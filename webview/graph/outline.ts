import type { OutlineItem } from '../../src/protocol/messages';
import { formatShape } from '../quantity';
import { toBlockDetail } from './boxContent';
import type { GraphView, ItemId } from './viewModel';

/** The tree of blocks and layers for the editor's outline; the model itself is left out. */
export function toOutline(view: GraphView): OutlineItem[] {
  const toItem = (id: ItemId): OutlineItem[] => {
    const item = view.items.get(id);
    switch (item?.kind) {
      case 'block':
        return [
          {
            id,
            label: item.label,
            detail: toBlockDetail(item),
            kind: 'block',
            children: item.children.flatMap(toItem),
          },
        ];
      case 'layers':
        return [
          {
            id,
            label: item.label,
            detail: item.layers.map(({ opType }) => opType).join(', '),
            kind: 'layer',
            children: [],
          },
        ];
      case 'value': {
        const { name, boundShape } = item.value;
        return [{ id, label: name, detail: `${item.role} ${formatShape(boundShape)}`, kind: 'value', children: [] }];
      }
      default:
        return [];
    }
  };
  return view.root.children.flatMap(toItem);
}
