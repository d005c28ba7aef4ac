import { render } from 'lit/html.js';
import { drawPicture } from './drawPicture';
import { exportPicture, type Extent, type Format } from './exportPicture';
import type { FarView } from './farView';
import { setActive } from './graphElements';
import type { GraphModel } from './graphModel';
import type { GraphToolbar, ToolbarParts } from './graphToolbar';
import { toElementId, toMarks, type Marks, type PictureActions } from './marks';
import type { Minimap } from './minimap';
import type { Selection } from './selection';

/** What is drawn, where, and what marks it. */
export interface DrawingParts extends Pick<
  ToolbarParts,
  'app' | 'elements' | 'scene' | 'descent' | 'coloring' | 'path' | 'canvas'
> {
  readonly far: FarView;
  readonly minimap: Minimap;
  readonly selection: Selection;
  readonly toolbar: GraphToolbar;
}

/** Draws the scene with all around it, at most once per frame, and saves what is drawn. */
export class Drawing {
  #model: GraphModel | null = null;
  #isRequested = false;

  constructor(
    private readonly parts: DrawingParts,
    private readonly actions: PictureActions,
  ) {}

  request(): void {
    if (!this.#isRequested) {
      this.#isRequested = true;
      requestAnimationFrame(() => {
        this.#isRequested = false;
        this.now();
      });
    }
  }

  now(): void {
    const { scene, canvas, far, coloring, selection, minimap, toolbar, elements } = this.parts;
    const { model, picture } = scene;
    if (model === null || picture === null) {
      return;
    }
    if (this.#model !== model) {
      // Items of another graph, or of another reading, may have the same ids and say something else.
      this.#model = model;
      canvas.boxes.selectAll('*').remove();
    }
    const colors = coloring.colorsOf(model, picture);
    drawPicture(canvas, far, model, picture, this.#toMarks(model), colors, this.actions);
    setActive(elements.stage, selection.item === null ? null : toElementId(selection.item));
    minimap.draw(picture, colors);
    render(coloring.legend(), elements.legend);
    toolbar.draw(model);
  }

  async export(extent: Extent, format: Format): Promise<void> {
    const { app, scene, canvas, coloring, descent, elements } = this.parts;
    const { model, picture } = scene;
    if (model === null || picture === null) {
      return;
    }
    const area = extent === 'whole' ? picture : canvas.visibleArea();
    const colors = coloring.colorsOf(model, picture);
    // As it is, without what the user happens to have selected.
    const marks = { ...this.#toMarks(model), selected: null, selectedLayer: null, tensors: new Set<string>() };
    const bytes = await exportPicture(elements.view, { model, picture, area, marks, colors }, format);
    const names = [app.state.report?.file.name.replace(/\.onnx$/, ''), ...descent.fileNames, 'graph'];
    await app.channel.request('saveFile', { name: `${names.join('-')}.${format}`, bytes });
  }

  #toMarks(model: GraphModel): Marks {
    const { scene, selection, toolbar, path } = this.parts;
    return toMarks(model, scene.expanded, selection, toolbar.found, path.found);
  }
}
