import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEN_CLASSES, writeTenClasses } from './tenClasses';
import { openWorkbench } from './workbench/openWorkbench';
import { pressInTurn } from './workbench/pressInTurn';

// Each test goes on where the one before it ended.
describe('another head', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'headlight-ten-'));
  beforeAll(() => writeTenClasses(data));
  afterAll(() => rmSync(data, { recursive: true, force: true }));
  const opened = openWorkbench();
  const model = () => opened.workbench.model;
  const swap = () => model().getByRole('region', { name: 'Swap the Head' });
  const fit = () => model().getByRole('region', { name: 'Fit a Head' });
  const openHead = async (file: string) => {
    await opened.workbench.inspect(file);
    await model().getByRole('tab', { name: 'Head' }).click();
  };
  /** In VS Code's own dialog, which takes a path. */
  const chooseFolder = async (folder: string) => {
    const { page } = opened.workbench;
    await opened.workbench.enterPath(`${folder}/`);
    await page.locator('.quick-input-list').getByText(TEN_CLASSES[0]).waitFor();
    await page.locator('.quick-input-widget').getByRole('button', { name: 'Use These Images' }).click();
  };
  const confirmSaving = async (file: string) => {
    const { workbench } = opened;
    const target = path.join(workbench.workspace, file);
    await workbench.enterPath(target);
    await workbench.confirm();
    return target;
  };

  it('is previewed before anything is saved: cost, agreement, the worst images, maps of both', async () => {
    const { workbench } = opened;
    for (const image of ['00_circle.png', '03_cross.png', '04_star.png']) {
      await workbench.chooseFromMenu(`shapes/images/${image}`, 'Visualize Class Activation Maps');
      await workbench.pick('shapes_fc.onnx');
      await model()
        .getByRole('option', { name: new RegExp(`^${image}`) })
        .waitFor();
    }
    await model().getByRole('tab', { name: 'Head' }).click();
    await swap().getByText('the 3 of the CAM view’s list').waitFor();
    await expect.poll(() => swap().getByLabel('GAP: average').isChecked()).toBe(true);
    await swap().getByRole('button', { name: 'Preview' }).click();
    await swap()
      .getByRole('button', { name: /^Parameters before: / })
      .waitFor();
    await swap()
      .getByRole('button', { name: /^Top-1 agreement: .*measured/ })
      .waitFor();
    await expect.poll(() => swap().locator('.swap-images tbody tr').count()).toBe(3);
    await expect.poll(() => swap().locator('.swap-pair canvas').count()).toBe(6);
    await swap().scrollIntoViewIfNeeded();
    await opened.picture('swap preview');
    await swap().getByRole('list', { name: 'Maps of both heads' }).scrollIntoViewIfNeeded();
    await opened.picture('swap maps');
    expect(existsSync(path.join(workbench.workspace, 'shapes/shapes_fc.gap.onnx'))).toBe(false);
  });

  it('is saved as a new model, which opens', async () => {
    await swap().getByRole('button', { name: 'Save As…' }).click();
    const target = await confirmSaving('shapes/shapes_fc.gap.onnx');
    await opened.workbench.page.getByRole('tab', { name: /shapes_fc\.gap\.onnx/ }).waitFor();
    await model().getByRole('tab', { name: 'Head', selected: true }).waitFor();
    await model().getByRole('heading', { name: 'Global average pooling, then a linear layer' }).waitFor();
    expect(statSync(target).size).toBeGreaterThan(1000);
    await opened.picture('swap saved');
  });

  it('is fitted to ten classes of real images, with the overfitting in view', async () => {
    await openHead('efficientnet-lite0.onnx');
    await fit().getByRole('button', { name: 'Choose a Folder…' }).click();
    await chooseFolder(data);
    await fit().getByRole('button', { name: 'Fit', exact: true }).click();
    await fit()
      .getByText(/^Features: \d+ of 60 images/)
      .waitFor();
    await opened.picture('fit progress');
    await fit()
      .getByRole('button', { name: /^Validation accuracy, GAP: / })
      .waitFor({ timeout: 120_000 });
    await fit()
      .getByRole('button', { name: /^Validation accuracy, FC: / })
      .waitFor();
    await fit().getByText('10 classes; 50 images to fit, 10 held out').waitFor();
    await expect.poll(() => fit().locator('.confusion-table tbody tr').count()).toBe(20);
    await fit().scrollIntoViewIfNeeded();
    await opened.picture('fit result');
    await fit().getByRole('group', { name: 'GAP head' }).scrollIntoViewIfNeeded();
    await opened.picture('fit bars');
    await fit().locator('.head-charts').scrollIntoViewIfNeeded();
    await opened.picture('fit charts');
  });

  it('is still there after another editor was looked at', async () => {
    const { workbench } = opened;
    const tab = workbench.page.getByRole('tab', { name: /^efficientnet-lite0/ });
    await tab.dblclick(); // keeps it open
    await (await workbench.file('README.md')).dblclick();
    await workbench.page.getByRole('tab', { name: 'README.md' }).waitFor();
    await tab.click();
    await fit()
      .getByRole('button', { name: /^Validation accuracy, FC: / })
      .waitFor();
    await fit().getByText(path.basename(data)).waitFor();
    await workbench.setTheme('vscode-dark');
    await model().locator('body.vscode-dark').waitFor();
    await fit().scrollIntoViewIfNeeded();
    await opened.picture('fit dark');
    await fit().locator('.head-charts').scrollIntoViewIfNeeded();
    await opened.picture('fit charts dark');
  });

  it('goes on from the features that are kept, and can be cancelled', async () => {
    await fit().getByRole('combobox', { name: 'L2 penalty' }).selectOption('by cross-validation');
    await fit().getByRole('combobox', { name: 'Head' }).selectOption('GAP');
    await fit().getByRole('button', { name: 'Fit', exact: true }).click();
    await fit()
      .getByText(/60 known from an earlier\s+run/)
      .waitFor({ timeout: 120_000 });
    await fit().getByText('Regularisation path').waitFor();
    await fit().locator('.head-charts').scrollIntoViewIfNeeded();
    await opened.picture('fit path');
    await fit().getByRole('combobox', { name: 'Head' }).selectOption('FC');
    await pressInTurn(fit(), 'Fit', 'Cancel');
    await fit().getByRole('button', { name: 'Fit', exact: true }).waitFor();
    await fit().getByText('Regularisation path').waitFor();
    await fit().getByRole('group', { name: 'GAP head' }).waitFor(); // and not of the one that was cancelled
  });

  it('is saved with its labels, and the new model explains an image with one of them', async () => {
    await fit().getByRole('button', { name: 'Save with GAP Head As…' }).click();
    const target = await confirmSaving('ten.onnx');
    await opened.workbench.page.getByRole('tab', { name: /ten\.onnx/ }).waitFor();
    await model().getByRole('tab', { name: 'CAM', selected: true }).waitFor();
    await model()
      .getByRole('option', { name: /^\d\.png: (camera|chelsea|coffee|motorcycle|rocket) (left|right)/ })
      .first()
      .waitFor();
    await opened.picture('fit saved');
    const sidecar = JSON.parse(readFileSync(target.replace(/\.onnx$/, '.headlight.json'), 'utf8')) as {
      readonly labels: readonly string[];
    };
    expect(sidecar.labels).toEqual([...TEN_CLASSES].sort());
  });

  it('says why there is nothing to swap or fit', async () => {
    await openHead('shapes/shapes_mlp.onnx');
    await swap().getByText('a projection is not defined').waitFor();
    await expect.poll(() => swap().getByLabel('Project').isDisabled()).toBe(true);
    for (const kind of ['vscode-high-contrast', 'vscode-light'] as const) {
      await opened.workbench.setTheme(kind);
      await model().locator(`body.${kind}`).waitFor();
      await swap().scrollIntoViewIfNeeded();
      await opened.picture(`swap ${kind}`);
    }
    await opened.workbench.page.setViewportSize({ width: 700, height: 900 });
    await fit().scrollIntoViewIfNeeded();
    await opened.picture('swap narrow');
    await expect
      .poll(() =>
        model()
          .locator('.head-view')
          .evaluate((view) => view.clientWidth < 360 && view.scrollWidth <= view.clientWidth),
      )
      .toBe(true);
  });
});
