import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import type * as vscode from 'vscode';
import type { TestApi } from '../../src/host/testApi';
import { closeEditors, eventually, findOpenModel, lite0, nextToPage, openModel, workspaceFile } from './headlight';

/** Adds an image to the open model and returns how to ask for its explanation. */
function addImage(api: TestApi, model: vscode.Uri, image: vscode.Uri) {
  api.addImages(model, [image]);
  const imageId = findOpenModel(api, model)?.images.at(-1)?.id ?? '';
  return (signal?: AbortSignal) => api.request(model, 'explain', { imageId, classes: [] }, signal);
}

/** ImageNet: tabby, tiger cat, Persian, Siamese, Egyptian. */
const domesticCats = [281, 282, 283, 284, 285];

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('explaining an image', () => {
  afterEach(closeEditors);

  it('finds the cat and a map that adds up to its logit', async () => {
    const api = await openModel(lite0());
    const explanation = await addImage(api, lite0(), workspaceFile('images/chelsea.png'))();
    assert.ok(domesticCats.includes(explanation.top[0]), `class ${explanation.top[0]}`);
    assert.equal(explanation.maps[0].certificate.holds, true);
    assert.deepEqual([explanation.height, explanation.width], [7, 7]);
  });

  it('draws by other methods at any layer, one request after the other', async () => {
    const api = await openModel(lite0());
    const choices = await api.request(lite0(), 'mapChoices', { target: null });
    assert.equal(choices.method, 'cam');
    const explain = addImage(api, lite0(), workspaceFile('images/chelsea.png'));
    const [{ imageId, ...exact }, ...drawn] = await Promise.all([
      explain(),
      ...choices.stages.slice(0, 2).map(({ tensor: layer }) => {
        const image = findOpenModel(api, lite0())?.images.at(-1)?.id ?? '';
        const options = { method: 'gradcam', layer, classes: [], topCount: 1, contrast: null, target: null };
        return api.request(lite0(), 'explainLayer', { imageId: image, ...options });
      }),
    ]);
    assert.deepEqual(
      drawn.map((each) => [each.imageId, each.layer, each.height, each.maps[0].classIndex]),
      choices.stages.slice(0, 2).map(({ tensor, height }) => [imageId, tensor, height, exact.top[0]]),
    );
    // After global average pooling Grad-CAM is the exact map over the number of cells.
    const most = exact.maps[0].map.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const worst = exact.maps[0].map.map((value, cell) => Math.abs(value - 49 * drawn[0].maps[0].map[cell]));
    assert.ok(Math.max(...worst) < 1e-5 * most, `differs by ${Math.max(...worst)} of ${most}`);
  });

  it('says why a method cannot draw at a layer', async () => {
    const api = await openModel(lite0());
    addImage(api, lite0(), workspaceFile('images/chelsea.png'));
    const imageId = findOpenModel(api, lite0())?.images.at(-1)?.id ?? '';
    const options = { imageId, layer: 'nowhere', classes: [], topCount: 1, contrast: null, target: null };
    const asked = (method: string) => api.request(lite0(), 'explainLayer', { ...options, method });
    await assert.rejects(asked('gradcam'), { code: 'badArgument', message: /no tensor "nowhere"/ });
    await assert.rejects(asked('cam'), { code: 'badArgument' });
  });

  it('explains a box of a segmentation output, and a target written as on the command line', async () => {
    const model = workspaceFile('dense/segmentation.onnx');
    const api = await openModel(model);
    const { targets } = await api.request(model, 'mapChoices', { target: null });
    const usual = targets.usual?.target ?? null;
    assert.equal(usual?.kind, 'box');
    const { layerMethod, layer } = await api.request(model, 'mapChoices', { target: usual });
    addImage(api, model, workspaceFile('images/chelsea.png'));
    const imageId = findOpenModel(api, model)?.images.at(-1)?.id ?? '';
    const options = { imageId, method: layerMethod ?? '', layer, classes: [], topCount: 0, contrast: null };
    const sum = async (text: string) => {
      const target = await api.request(model, 'readTarget', { text });
      assert.ok(target.kind !== 'class');
      return (await api.request(model, 'explainLayer', { ...options, target })).maps[0].value ?? NaN;
    };
    const whole = await api.request(model, 'explainLayer', { ...options, target: usual });
    assert.deepEqual([whole.target.kind, whole.maps.length, whole.logits.length], ['box', 1, 0]);
    const halves = [await sum('box:logits,0,0,0,96,32'), await sum('box:logits,0,0,32,96,32')];
    const value = whole.maps[0].value ?? NaN;
    assert.ok(Math.abs(halves[0] + halves[1] - value) < 1e-3 * Math.abs(value), `${halves.join(' + ')} is ${value}`);
    await assert.rejects(sum('box:logits,0'), { code: 'badArgument', message: /but it is one of: class:WHICH/ });
    await assert.rejects(sum('similarity:nowhere.png'), { code: 'fileNotFound' });
  });

  it('starts no inference process before the first image, one for all, and ends it with the editor', async () => {
    const api = await openModel(lite0());
    assert.equal(findOpenModel(api, lite0())?.inferencePid, null);
    await addImage(api, lite0(), workspaceFile('images/chelsea.png'))();
    const pid = findOpenModel(api, lite0())?.inferencePid ?? 0;
    assert.ok(isRunning(pid));
    await addImage(api, lite0(), workspaceFile('images/coffee.png'))();
    assert.equal(findOpenModel(api, lite0())?.inferencePid, pid);
    await closeEditors();
    await eventually('the inference process has ended', () => !isRunning(pid));
  });

  it('says so when the inference process is killed during a run, and works again on retry', async () => {
    const api = await openModel(lite0());
    const explain = addImage(api, lite0(), workspaceFile('images/chelsea.png'));
    await explain();
    const pid = findOpenModel(api, lite0())?.inferencePid ?? 0;
    // Held still, so that the run is under way for certain when it is killed.
    process.kill(pid, 'SIGSTOP');
    const stopped = assert.rejects(explain(), { code: 'inferenceStopped', message: /SIGKILL/ });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    process.kill(pid, 'SIGKILL');
    await stopped;
    assert.ok(findOpenModel(api, lite0())?.report, 'the editor still has its model');
    assert.equal((await explain()).maps[0].certificate.holds, true);
    assert.notEqual(findOpenModel(api, lite0())?.inferencePid, pid);
  });

  it('stops when the request is cancelled, and runs the next one', async () => {
    const api = await openModel(lite0());
    const explain = addImage(api, lite0(), workspaceFile('images/chelsea.png'));
    const controller = new AbortController();
    const run = explain(controller.signal);
    controller.abort();
    await assert.rejects(run, { name: /AbortError|UserError/ });
    assert.equal((await explain()).maps[0].certificate.holds, true);
  });

  it('names the file when an image cannot be read', async () => {
    const image = workspaceFile('broken.png');
    await writeFile(image.fsPath, 'not an image');
    const api = await openModel(lite0());
    await assert.rejects(addImage(api, lite0(), image)(), { code: 'unreadableImage', message: /broken\.png/ });
    await rm(image.fsPath);
  });

  it('takes up preprocessing and labels as soon as the file beside the model is saved', async () => {
    const model = workspaceFile('shapes/shapes_gap.onnx');
    const api = await openModel(model);
    const labels = ['a', 'b', 'c', 'd', 'e'];
    const changed = nextToPage(api, model, 'settingsChanged', ({ settings }) => settings.labels?.[0] === 'a');
    const sidecar = workspaceFile('shapes/shapes_gap.headlight.json');
    await writeFile(sidecar.fsPath, JSON.stringify({ labels }));
    const { settings } = await changed;
    assert.deepEqual([settings.labels, settings.labelsSource], [labels, 'sidecar']);
    await rm(sidecar.fsPath);
  });
});
