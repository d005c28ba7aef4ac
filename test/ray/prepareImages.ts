import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeImage } from '../../src/image/decodeImage';
import { readPreprocessing } from '../../src/image/modelSettings';
import { preprocessImage } from '../../src/image/preprocessImage';
import { analyzeModel } from '../../src/inspectModel';
import { writeNpy } from '../../src/tensor/npy';

/** MODEL IMAGES OUT: the input tensor that Headlight makes of each image, as .npy. */
async function main(file: string, images: string, out: string): Promise<void> {
  const { model, inferred, heads } = await analyzeModel(file);
  const subject = { model, boundInputs: inferred.boundInputs, classes: heads[0].classes };
  const { preprocessing } = await readPreprocessing(subject, {});
  for (const name of await readdir(images)) {
    const image = await decodeImage(path.join(images, name), preprocessing);
    const { tensor } = preprocessImage(image, preprocessing);
    await writeFile(path.join(out, `${path.parse(name).name}.npy`), writeNpy(tensor));
  }
}

const [file, images, out] = process.argv.slice(2);
void main(file, images, out);
