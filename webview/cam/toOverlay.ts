import type { ImageAnswer } from '../../src/protocol/explanation';
import type { AppState } from '../app';
import { readCamChoices } from './camChoices';
import { placeByReceptiveField, placeByStretch } from '../../src/protocol/cellPlacement';
import type { CellPlacement } from '../../src/protocol/cellPlacement';
import { findColorMap } from './colorMaps';
import { createColorScale } from './colorScale';
import type { ColorScale, ValueRange } from './colorScale';
import type { Overlay } from './overlayPainter';

/** A map [height, width] of the answer as it is to be drawn over the picture. */
export function toOverlay(state: AppState, answer: ImageAnswer, map: Float32Array, scale: ColorScale): Overlay {
  const { interpolation, backdrop } = readCamChoices(state);
  return {
    picture: answer.inputPicture,
    map,
    mapHeight: answer.height,
    mapWidth: answer.width,
    placement: findPlacement(answer, state.choices.placement),
    interpolation,
    backdrop,
    scale,
  };
}

/** Activations of a channel are not evidence for or against a class: they are drawn whole, whatever sign is asked for. */
export function toScale({ choices }: AppState, range: ValueRange | null, isActivation = false): ColorScale {
  return createColorScale(findColorMap(choices.colorMap), isActivation ? 'signed' : choices.sign, range);
}

function findPlacement(answer: ImageAnswer, choice: AppState['choices']['placement']): CellPlacement {
  const { receptiveField, height, width, inputPicture } = answer;
  return choice === 'receptiveField' && receptiveField !== null
    ? placeByReceptiveField(receptiveField)
    : placeByStretch(height, width, inputPicture.height, inputPicture.width);
}
