import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { openWorkbench } from './workbench/openWorkbench';

/** Inference processes of the VS Code under test, whose server leads the process group. */
function findInferenceProcesses(): number[] {
  const group = inject('serverPid');
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isInferenceProcess(pid, group));
}

function isInferenceProcess(pid: number, group: number): boolean {
  try {
    // After the command in brackets: state, parent, process group (proc_pid_stat(5)).
    const [, , processGroup] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(processGroup) === group && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('inference.js');
  } catch {
    return false; // it ended meanwhile
  }
}

describe('failures', () => {
  const opened = openWorkbench();
  const model = () => opened.workbench.model;
  beforeEach(() => opened.workbench.closeEditors());

  /** A class that is not among the first five is drawn when the classifier has arrived: nothing else runs then. */
  async function waitUntilIdle(): Promise<void> {
    const picker = model().getByRole('combobox', { name: 'Class' });
    await picker.fill('golden retriever');
    await picker.press('Enter');
    await model()
      .getByRole('application', { name: /^Map of .*golden retriever/i })
      .waitFor();
  }

  it('of a model that is only a pointer are said in words, and mended by Try Again', async () => {
    const { workbench } = opened;
    const file = path.join(workbench.workspace, 'shapes/shapes_gap.onnx');
    const original = readFileSync(file);
    writeFileSync(file, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
    await workbench.chooseFromMenu('shapes/shapes_gap.onnx', 'Inspect Model');
    await model()
      .getByRole('alert')
      .getByText(/git lfs pull/)
      .waitFor();
    await opened.picture('failure');
    writeFileSync(file, original);
    await model()
      .getByRole('alert')
      .getByRole('button', { name: 'Try Again' })
      .click({ timeout: 2000 })
      .catch(() => undefined); // the watched file may have been read again by itself
    await model().getByRole('tab', { name: 'Graph', selected: true }).waitFor();
  });

  it('of the inference process in the middle of a run leave the editor usable, and Retry works', async () => {
    const { workbench } = opened;
    await workbench.chooseFromMenu('images/chelsea.png', 'Visualize Class Activation Maps…');
    await workbench.pick('efficientnet-lite0.onnx');
    await waitUntilIdle();
    await expect.poll(findInferenceProcesses).toHaveLength(1);
    const processes = findInferenceProcesses();
    processes.forEach((pid) => process.kill(pid, 'SIGSTOP')); // a run that does not end by itself
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await workbench.tick('coffee.png');
    await model()
      .getByRole('option', { name: /^coffee\.png/ })
      .click();
    await model().getByText('Running the model on coffee.png…').waitFor();
    processes.forEach((pid) => process.kill(pid, 'SIGKILL'));
    await model()
      .getByRole('alert')
      .getByText(/SIGKILL/)
      .waitFor();
    await opened.picture('stopped');
    await model().getByRole('tab', { name: 'Graph' }).click();
    await model().getByRole('button', { name: 'Head', exact: true }).waitFor();
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('alert').getByRole('button', { name: 'Try Again' }).click();
    await model().getByText('Adds up').waitFor();
  });

  it('are not what Cancel makes of a run: it stops the process, Retry runs again, and closing leaves nothing behind', async () => {
    const { workbench } = opened;
    await workbench.chooseFromMenu('images/rocket.jpg', 'Visualize Class Activation Maps…');
    await workbench.pick('efficientnet-lite0.onnx');
    await waitUntilIdle();
    await expect.poll(findInferenceProcesses).toHaveLength(1); // that of the model closed before has ended
    const [pid] = findInferenceProcesses();
    process.kill(pid, 'SIGSTOP'); // a run that does not end by itself
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await workbench.tick('coffee.png');
    await model().getByRole('button', { name: 'Cancel', exact: true }).click();
    await model()
      .getByRole('alert')
      .getByText(/Cancelled/)
      .waitFor();
    await expect.poll(findInferenceProcesses).not.toContain(pid);
    await model().getByRole('alert').getByRole('button', { name: 'Try Again' }).click();
    await model()
      .getByRole('option', { name: /^coffee\.png: .*%/ })
      .waitFor();
    findInferenceProcesses().forEach((running) => process.kill(running, 'SIGSTOP'));
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await workbench.tick('camera.png');
    await model().getByText('Running the model on camera.png…').waitFor();
    await workbench.closeEditors();
    await expect.poll(findInferenceProcesses).toEqual([]);
  });

  it('of one image do not touch the others', async () => {
    const { workbench } = opened;
    writeFileSync(path.join(workbench.workspace, 'shapes/images/broken.png'), 'not an image');
    await workbench.chooseFromMenu('shapes/shapes_gap.onnx', 'Inspect Model');
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await workbench.tick('broken.png', '00_circle.png');
    await model()
      .getByRole('option', { name: /^broken\.png/ })
      .click();
    await model()
      .getByRole('alert')
      .getByText(/broken\.png/)
      .waitFor();
    await model()
      .getByRole('option', { name: /^00_circle\.png/ })
      .click();
    await model().getByText('Adds up').waitFor();
  });
});
