import assert from 'node:assert/strict';
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { HeadProgress } from '../../src/protocol/headWork';
import type { UserError } from '../../src/userError';
import { closeEditors, findOpenModel, lite0, openModel, workspaceFile } from './headlight';

const shapes = ['circle', 'square', 'triangle', 'cross', 'star'];

/** Answers VS Code's dialogs for a while: those of the test host cannot be clicked. */
async function answering<T>(
  name: 'showSaveDialog' | 'showOpenDialog',
  answer: vscode.Uri | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const window = vscode.window as unknown as Record<string, unknown>;
  const original = window[name];
  window[name] = () => Promise.resolve(name === 'showOpenDialog' ? answer && [answer] : answer);
  try {
    return await work();
  } finally {
    window[name] = original;
  }
}

describe('another head', () => {
  const data = workspaceFile('shapes/labelled');
  const model = workspaceFile('shapes/shapes_fc.onnx');
  const saved = workspaceFile('shapes/new.onnx');
  const images = shapes.map((name, index) => workspaceFile(`shapes/images/0${index}_${name}.png`));

  before(async () => {
    for (const [index, name] of shapes.entries()) {
      const folder = path.join(data.fsPath, name);
      await mkdir(folder, { recursive: true });
      for (const number of [index, index + 5]) {
        const file = `0${number}_${name}.png`;
        await cp(workspaceFile(`shapes/images/${file}`).fsPath, path.join(folder, file));
      }
    }
  });
  afterEach(async () => {
    await closeEditors();
    await Promise.all(
      ['new.onnx', 'new.headlight.json'].map((file) => rm(workspaceFile(`shapes/${file}`).fsPath, { force: true })),
    );
  });
  after(() => rm(data.fsPath, { recursive: true, force: true }));

  it('is previewed on the images of the list, and saved where the user says', async () => {
    const api = await openModel(model);
    api.addImages(model, images);
    const { own, methods } = await api.request(model, 'swapChoices', { head: 0 });
    assert.equal(own, 'fc');
    assert.deepEqual(
      methods.gap.map(({ method, refusal }) => [method, refusal]),
      [
        ['project', null],
        ['distill', null],
        ['fit', null],
      ],
    );
    const request = { head: 0, target: 'gap', method: 'project', data: null } as const;
    const preview = await api.request(model, 'proposeSwap', request);
    assert.equal(preview.proposal.agreement?.images, 5);
    assert.equal(preview.proposal.after.parameters, 5 * 65);
    assert.equal(preview.pairs.length, 5);
    assert.equal(preview.pairs[0].before.length, 64);
    assert.ok((preview.pairs[0].picture?.width ?? 0) > 0);
    assert.deepEqual((await api.request(model, 'latestSwap', {})).preview?.id, preview.id);

    const dismissed = await answering('showSaveDialog', undefined, () =>
      api.request(model, 'saveSwap', { id: preview.id }),
    );
    assert.equal(dismissed.path, null);
    await assert.rejects(api.request(model, 'saveSwap', { id: preview.id - 1 }), /no longer the latest/);
    const original = await stat(model.fsPath);
    await assert.rejects(
      answering('showSaveDialog', model, () => api.request(model, 'saveSwap', { id: preview.id })),
      /itself|original|same file/i,
    );
    assert.equal((await stat(model.fsPath)).mtimeMs, original.mtimeMs);
    const { path: file } = await answering('showSaveDialog', saved, () =>
      api.request(model, 'saveSwap', { id: preview.id }),
    );
    assert.equal(file, saved.fsPath);
    const opened = findOpenModel(api, saved);
    assert.equal(opened?.report?.layers.length === 0, false);
    assert.equal(opened?.images.length, 5);
  });

  it('is distilled from a folder of images, judged leave-one-out', async () => {
    const api = await openModel(model);
    const chosen = await answering('showOpenDialog', data, () =>
      api.request(model, 'chooseHeadData', { kind: 'folder' }),
    );
    assert.equal(chosen.data?.path, data.fsPath);
    const preview = await api.request(model, 'proposeSwap', {
      ...{ head: 0, target: 'gap', method: 'distill' },
      data: chosen.data,
    });
    assert.equal(preview.proposal.agreement?.images, 10);
    assert.equal(preview.proposal.agreement.provenance, 'estimated');
    const request = { head: 0, target: 'gap', method: 'fit', data: chosen.data } as const;
    const fitted = await api.request(model, 'proposeSwap', request);
    assert.deepEqual(fitted.labels, [...shapes].sort());
    assert.equal(fitted.proposal.agreement, null, 'logits of other classes are not compared');
    await assert.rejects(api.request(model, 'proposeSwap', { ...request, data: null }), /needs labels/);
  });

  it('is fitted from where it was when the inference process was killed', async () => {
    const folder = workspaceFile('two');
    for (const [name, source] of [
      ['photographs', 'images'],
      ['drawings', 'shapes/images'],
    ]) {
      await cp(workspaceFile(source).fsPath, path.join(folder.fsPath, name), { recursive: true });
    }
    try {
      const api = await openModel(lite0());
      const request = { data: { path: folder.fsPath, name: 'two' }, kinds: ['gap'], penalty: 1, seed: 0 } as const;
      const killed: number[] = [];
      const subscription = api.onMessage(({ to, message }) => {
        const isHalfDone =
          to === 'page' &&
          message.kind === 'event' &&
          message.event.type === 'headAdvanced' &&
          message.event.progress.text.startsWith('Features: 10 of 15');
        const pid = findOpenModel(api, lite0())?.inferencePid ?? null;
        if (isHalfDone && pid !== null) {
          killed.push(pid);
          process.kill(pid, 'SIGKILL');
        }
      });
      // When the end is noticed between two images, a new process goes on; in the middle of one, the fit says that it ended.
      await api.request(lite0(), 'fitHead', request).catch((error: unknown) => {
        assert.equal((error as UserError).code, 'inferenceStopped');
      });
      subscription.dispose();
      assert.equal(killed.length, 1);
      const { computed, reused } = (await api.request(lite0(), 'fitHead', request)).report.images;
      assert.equal(computed + reused, 15);
      assert.ok(reused >= 8, `${reused} known: the batch of eight that was done is kept`);
    } finally {
      await rm(folder.fsPath, { recursive: true, force: true });
    }
  });

  it('is fitted to labels in stages, from features that are kept, and saved with its labels', async () => {
    const api = await openModel(model);
    const stages: HeadProgress[] = [];
    const subscription = api.onMessage(({ to, message }) => {
      if (to === 'page' && message.kind === 'event' && message.event.type === 'headAdvanced') {
        stages.push(message.event.progress);
      }
    });
    const request = {
      data: { path: data.fsPath, name: 'labelled' },
      kinds: ['gap', 'fc'],
      penalty: 1,
      seed: 0,
    } as const;
    const first = await api.request(model, 'fitHead', request);
    const again = await api.request(model, 'fitHead', request);
    subscription.dispose();
    assert.deepEqual(first.report.classes, [...shapes].sort());
    assert.deepEqual([first.report.images.train, first.report.images.validation], [5, 5]);
    assert.deepEqual(
      again.report.heads.map(({ kind, train }) => [kind, train]),
      first.report.heads.map(({ kind, train }) => [kind, train]),
    );
    assert.deepEqual([again.report.images.computed, again.report.images.reused], [0, 10]);
    assert.ok(stages.some(({ text }) => /^Features: 10 of 10 images/.test(text)));
    assert.ok(stages.some(({ text }) => /^FC head, fit/.test(text)));

    const { path: file } = await answering('showSaveDialog', saved, () =>
      api.request(model, 'saveFittedHead', { kind: 'gap' }),
    );
    assert.equal(file, saved.fsPath);
    const opened = findOpenModel(api, saved);
    assert.equal(opened?.images.length, 5, 'one held-out image of each class');
    const { id } = opened.images[0];
    const explanation = await api.request(saved, 'explain', { imageId: id, classes: [] });
    assert.equal(explanation.logits.length, 5);
    assert.ok((await readdir(path.dirname(saved.fsPath))).includes('new.headlight.json'));
  });

  it('tells by a sentence what is wrong with the data, and ends when it is cancelled', async () => {
    const api = await openModel(model);
    const loose = { path: workspaceFile('shapes/images').fsPath, name: 'images' };
    const request = { data: loose, kinds: ['gap'], penalty: 1, seed: 0 } as const;
    await assert.rejects(api.request(model, 'fitHead', request), /make one folder per class/);
    const controller = new AbortController();
    const data10 = { path: data.fsPath, name: 'labelled' };
    const fitting = api.request(model, 'fitHead', { ...request, data: data10, penalty: 'cv' }, controller.signal);
    controller.abort();
    await assert.rejects(fitting, { code: 'cancelled' });
    assert.equal((await api.request(model, 'latestFit', {})).fit, null);
    await assert.rejects(api.request(model, 'saveFittedHead', { kind: 'gap' }), /fit one first/);
  });
});
