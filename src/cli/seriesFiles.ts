import { dirname, join } from 'node:path';
import { NO_CLASS } from '../protocol/explanation';
import type { ReceptiveField } from '../protocol/modelDetails';
import type { ExplainedImage, ListedImage, SeriesRecord } from '../protocol/imageSeries';
import { saveFile, saveUnfinished } from '../onnx/saveUnfinished';
import { writeCsv } from '../series/csvTable';
import { readJournal } from '../series/journal';
import { writeParquet } from '../series/parquetTable';
import { listColumns } from '../series/seriesTable';
import { writeNpy } from '../tensor/npy';
import type { SeriesFormat } from './arguments';
import { createFolder } from '../onnx/createFolder';
import { drawOverlay } from './overlay';
import { encodePng } from './pngFile';

/** Folder of the maps below the output folder. */
const MAPS = 'maps';

/**
 * Writes an image's maps to `maps/IMAGE_classK.npy` (`_target` where no class is explained) and overlays beside them, IMAGE being the image's own path below the
 * folder it was found in, with its extension: the names depend on nothing but the image.
 */
export async function writeMapFiles(
  folder: string,
  { id }: ListedImage,
  explained: ExplainedImage,
  {
    formats,
    receptiveField,
  }: { readonly formats: readonly SeriesFormat[]; readonly receptiveField: ReceptiveField | null },
): Promise<ReadonlyMap<number, string>> {
  const files = new Map<number, string>();
  if (!formats.includes('npy') && !formats.includes('png')) {
    return files;
  }
  const { height, width, maps, picture } = explained;
  await createFolder(dirname(join(folder, MAPS, id)));
  for (const { classIndex, map } of maps) {
    const name = `${MAPS}/${id}_${classIndex === NO_CLASS ? 'target' : `class${classIndex}`}`;
    if (formats.includes('npy')) {
      await saveFile(join(folder, `${name}.npy`), writeNpy({ data: map, shape: [height, width] }));
      files.set(classIndex, `${name}.npy`);
    }
    if (formats.includes('png') && picture !== null) {
      const overlay = drawOverlay(map, { inputPicture: picture, height, width, receptiveField });
      await saveFile(join(folder, `${name}.png`), encodePng(overlay));
    }
  }
  return files;
}

/** Writes `images.csv` and `images.parquet` from the journal, each at once: there is never half a table. */
export async function writeTables(
  folder: string,
  journal: string,
  { formats, metrics }: { readonly formats: readonly SeriesFormat[]; readonly metrics: boolean },
): Promise<string[]> {
  const columns = listColumns(metrics);
  const written: string[] = [];
  const write = async (name: string, table: (path: string, records: AsyncIterable<SeriesRecord>) => Promise<void>) => {
    const path = join(folder, name);
    await saveUnfinished(
      path,
      (unfinished) => table(unfinished, readJournal(journal)),
      () => Promise.resolve(),
    );
    written.push(path);
  };
  if (formats.includes('csv')) {
    await write('images.csv', (path, records) => writeCsv(path, records, columns));
  }
  if (formats.includes('parquet')) {
    await write('images.parquet', (path, records) => writeParquet(path, records, columns));
  }
  return written;
}
