import { html } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { Choices } from '../app';
import type { CamActions } from './camActions';
import type { CamChoices } from './camChoices';
import { choice } from './choice';
import type { Options } from './choice';
import { COLOR_MAPS, findColorMap } from './colorMaps';
import type { ColorMap } from './colorMaps';

/** How the map is drawn: all of it display, nothing of it runs the model. */
export function displayControls(
  choices: Choices,
  cam: CamChoices,
  hasReceptiveField: boolean,
  actions: CamActions,
): TemplateResult {
  const selectedMap = findColorMap(choices.colorMap).name;
  return html`<div class="cam-controls" role="group" aria-label="Display">
    <label class="cam-control cam-opacity">
      <span>Opacity</span>
      <input
        type="range"
        min="0"
        max="100"
        .value=${String(Math.round(choices.opacity * 100))}
        aria-valuetext="${Math.round(choices.opacity * 100)} percent"
        @input=${(event: Event) => actions.choose({ opacity: Number((event.target as HTMLInputElement).value) / 100 })}
      />
    </label>
    <label class="cam-control">
      <span>Colours</span>
      <select @change=${(event: Event) => actions.choose({ colorMap: (event.target as HTMLSelectElement).value })}>
        ${mapGroup('Diverging: zero in the middle', 'diverging', selectedMap)}${mapGroup('Sequential: low to high', 'sequential', selectedMap)}
      </select>
    </label>
    ${choice('Evidence', SIGNS, choices.sign, (sign) => actions.choose({ sign }))}
    ${choice('Scale', RANGES, cam.range, (range) => actions.chooseCam({ range }))}
    ${choice(
      'Placement',
      hasReceptiveField ? PLACEMENTS : STRETCH_ONLY,
      hasReceptiveField ? choices.placement : 'stretch',
      (placement) => actions.choose({ placement }),
    )}
    ${choice('Drawing', INTERPOLATIONS, cam.interpolation, (interpolation) => actions.chooseCam({ interpolation }))}
    ${choice('Picture', BACKDROPS, cam.backdrop, (backdrop) => actions.chooseCam({ backdrop }))}
  </div>`;
}

const SIGNS: Options<Choices['sign']> = [
  { value: 'signed', label: 'Signed', title: 'All values, with their sign' },
  { value: 'positive', label: 'Positive', title: 'Only cells that count for what is explained (ReLU)' },
  { value: 'negative', label: 'Negative', title: 'Only cells that count against what is explained' },
];
const RANGES: Options<CamChoices['range']> = [
  { value: 'shared', label: 'Shared', title: 'The same colour means the same number in all images and classes' },
  { value: 'map', label: 'This map', title: 'The colours span this map alone: maps are not comparable' },
];
const PLACEMENTS: Options<Choices['placement']> = [
  { value: 'receptiveField', label: 'Receptive field', title: 'Cells lie at the centre of what they see' },
  { value: 'stretch', label: 'Stretch', title: 'The map is stretched over the picture, as most tools do' },
];
const STRETCH_ONLY: Options<Choices['placement']> = [
  { value: 'stretch', label: 'Stretch', title: 'The receptive field of this model is not known' },
];
const BACKDROPS: Options<CamChoices['backdrop']> = [
  { value: 'grey', label: 'Grey', title: 'All colour is the map’s' },
  { value: 'color', label: 'Colour', title: 'The picture keeps its colours under the map' },
];
const INTERPOLATIONS: Options<CamChoices['interpolation']> = [
  { value: 'smooth', label: 'Smooth', title: 'Bilinear between cell centres' },
  { value: 'cells', label: 'Cells', title: 'The numbers as they are, cell by cell' },
];

function mapGroup(label: string, kind: ColorMap['kind'], selected: string): TemplateResult {
  const maps = COLOR_MAPS.filter((map) => map.kind === kind);
  return html`<optgroup label=${label}>
    ${maps.map((map) => html`<option value=${map.name} .selected=${map.name === selected}>${map.label}</option>`)}
  </optgroup>`;
}
