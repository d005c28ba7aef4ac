import { basename, extname, join } from 'node:path';
import type { ImageAnswer, LayerMap } from '../protocol/explanation';
import { NO_CLASS } from '../protocol/explanation';
import { saveFile } from '../onnx/saveUnfinished';
import { writeNpy } from '../tensor/npy';
import { findMap } from './camDocument';
import { createFolder } from '../onnx/createFolder';
import { drawOverlay } from './overlay';
import { encodePng } from './pngFile';

export interface DrawnMaps extends ImageAnswer {
  readonly maps: readonly LayerMap[];
}

/** Writes maps and overlays into one folder, with names that tell image and class. */
export interface MapFiles {
  /** Paths of the `.npy` files by class. */
  write(drawn: DrawnMaps, classes: readonly number[]): Promise<ReadonlyMap<number, string>>;
}

export async function createMapFiles(folder: string): Promise<MapFiles> {
  await createFolder(folder);
  const taken = new Set<string>();
  return {
    async write(drawn, classes) {
      const stem = claimStem(drawn.image, taken);
      const files = new Map<number, string>();
      for (const classIndex of classes) {
        const { map } = findMap(drawn, classIndex);
        const name = join(folder, `${stem}_${classIndex === NO_CLASS ? 'target' : `class${classIndex}`}`);
        const shape = [drawn.height, drawn.width];
        await saveFile(`${name}.npy`, writeNpy({ data: map, shape }));
        await saveFile(`${name}.png`, encodePng(drawOverlay(map, drawn)));
        files.set(classIndex, `${name}.npy`);
      }
      return files;
    },
  };
}

/** `a/cat.png` and `b/cat.jpg` in one run: cat, cat-2. */
function claimStem(image: string, taken: Set<string>): string {
  const stem = basename(image, extname(image));
  let name = stem;
  for (let count = 2; taken.has(name); count++) {
    name = `${stem}-${count}`;
  }
  taken.add(name);
  return name;
}
