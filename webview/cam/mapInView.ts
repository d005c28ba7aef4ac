import type { MapInView } from '../../src/protocol/messages';
import { toMethodId } from './mapExport';
import type { Scene } from './scene';

/** What another way of drawing maps can begin from; undefined while a map is still to be drawn. */
export function readMapInView({ chosen, explained }: Scene): MapInView | undefined {
  if (!explained?.shown) {
    return undefined;
  }
  const { shown, answer, target } = explained;
  const isAtLayer = shown.kind === 'layer' && chosen.kind === 'layer' && chosen.method.place === 'layer';
  const isClass = shown.kind === 'exact' || shown.target === null;
  return {
    method: toMethodId(shown),
    layer: isAtLayer ? shown.explanation.layer : null,
    rank: isClass ? answer.top.indexOf(target.classIndex) : null,
  };
}
