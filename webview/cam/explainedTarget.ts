import type { LayerExplanation } from '../../src/protocol/explanation';
import type { MapChoices } from '../../src/protocol/mapChoices';
import type { ScoreName } from '../../src/protocol/scoreName';
import type { TargetChoice } from '../../src/protocol/target';
import type { AppState } from '../app';
import { readCamChoices } from './camChoices';

/** What can be drawn of classes, and what else can be explained; null: not known yet. */
export function readClassChoices({ mapChoices }: AppState): MapChoices | null {
  return mapChoices === 'loading' ? null : mapChoices;
}

/** What is explained in place of classes: what the user chose, or what there is where no class can be; null: classes. */
export function findTargetChoice(state: AppState): TargetChoice | null {
  return readCamChoices(state).target ?? readClassChoices(state)?.targets.usual?.target ?? null;
}

/** Targets that are read off the same value have the same methods and layers. */
export function toTargetKey({ output }: TargetChoice): string {
  return output ?? '';
}

/** What maps of a target can be drawn with; null: not known yet. */
export function readTargetChoices({ targetChoices }: AppState, target: TargetChoice): MapChoices | null {
  const known = targetChoices.get(toTargetKey(target)) ?? 'loading';
  return known === 'loading' ? null : known;
}

/** As short as a heading: `logits[0, 3]`, `channel 3 of logits, 12×8 cells`, `similarity to dog.png`. */
export function describeTargetChoice(target: TargetChoice): string {
  switch (target.kind) {
    case 'elements':
      return `${target.output}[${target.index.map((each) => each ?? ':').join(', ')}]`;
    case 'box':
      return `channel ${target.channel} of ${target.output}, ${target.width}×${target.height} cells`;
    case 'mask':
      return `channel ${target.channel} of ${target.output}, ${toName(target.file)}`;
    case 'similarity':
      return `similarity to ${toName(target.file)}`;
  }
}

/** The last part of a path. */
export function toName(file: string): string {
  return file.replace(/^.*[\\/]/, '');
}

/** What the target's value is measured in. */
export function describeTargetUnit(target: TargetChoice): string {
  return target.kind === 'similarity' ? 'cosine' : `units of ${target.output}`;
}

/** What a cell of a map is measured in. */
export function describeUnit(unit: LayerExplanation['unit'], target: TargetChoice | null, score: ScoreName): string {
  const value = target === null ? score : describeTargetUnit(target);
  switch (unit) {
    case 'logit':
      return value;
    case 'activation':
      return 'activation';
    case 'derivative':
      return `${value} per unit of the input`;
    case 'share':
      return 'share of the whole';
  }
}
