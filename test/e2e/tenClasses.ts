import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { root } from '../../scripts/setup.mjs';

const PHOTOGRAPHS = ['camera.png', 'chelsea.png', 'coffee.png', 'motorcycle.png', 'rocket.jpg'] as const;
const HALVES = ['left', 'right'] as const;
const PER_CLASS = 6;

/** Names of the classes: the halves of five photographs. */
export const TEN_CLASSES = PHOTOGRAPHS.flatMap((file) => HALVES.map((half) => `${path.parse(file).name} ${half}`));

/** Sixty real images in ten folders: crops of the halves of the photographs that are shipped, every second one mirrored. */
export async function writeTenClasses(folder: string): Promise<void> {
  for (const file of PHOTOGRAPHS) {
    const source = path.join(root, 'media/demo/images', file);
    const { width, height } = await sharp(source).metadata();
    for (const [side, half] of HALVES.entries()) {
      const target = path.join(folder, `${path.parse(file).name} ${half}`);
      mkdirSync(target, { recursive: true });
      for (let index = 0; index < PER_CLASS; index++) {
        // From 70 to 95 % of the half, moving across what is left.
        const share = 0.7 + 0.05 * index;
        const [wide, high] = [Math.floor((share * width) / 2), Math.floor(share * height)];
        const along = index / (PER_CLASS - 1);
        const left = Math.floor((side * width) / 2 + along * (width / 2 - wide));
        const top = Math.floor((1 - along) * (height - high));
        await sharp(source)
          .extract({ left, top, width: wide, height: high })
          .flop(index % 2 === 1)
          .resize(224, 224, { fit: 'cover' })
          .png()
          .toFile(path.join(target, `${index}.png`));
      }
    }
  }
}
