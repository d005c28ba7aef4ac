import * as vscode from 'vscode';
import type { Model, TensorInfo } from '../graph/model';
import type { RequestHandlers } from '../protocol/channel';
import type { BodyPath } from '../protocol/layerBodies';
import { UserError } from '../userError';
import type { ModelDocument } from './modelDocument';
import { askTarget } from './saveBytes';

type TensorHandlers = Pick<RequestHandlers, 'tensorStatistics' | 'tensorValues' | 'saveTensor'>;

/** Answers to what a page asks about stored tensors. */
export function createTensorHandlers(document: ModelDocument): TensorHandlers {
  const find = async (
    path: BodyPath,
    name: string,
  ): Promise<{ readonly model: Model; readonly tensor: TensorInfo }> => {
    const { findBodyPlace } = await import('../analysis/report/bodyPlace');
    const { model, inferred } = await document.analysis();
    const tensor = findBodyPlace(model.graph, inferred, path).storedOf(name);
    if (tensor === null) {
      throw new UserError(
        'unsupportedTensor',
        `The elements of "${name}" are not stored in the model: they are computed or sparse, so there are no statistics.`,
      );
    }
    return { model, tensor };
  };
  return {
    tensorStatistics: ({ path, name }, signal) =>
      document.tasks.run(vscode.l10n.t('Reading {0}', name), signal, async (cancelled) => {
        const { computeTensorStatistics } = await import('../onnx/tensorStatistics');
        const { model, tensor } = await find(path, name);
        return computeTensorStatistics(model, tensor, { signal: cancelled });
      }),
    tensorValues: async ({ path, name, offset, count }, signal) => {
      const { readTensorValues } = await import('../onnx/readTensorValues');
      const { model, tensor } = await find(path, name);
      return readTensorValues(model, tensor, { offset, count }, { signal });
    },
    saveTensor: async ({ path, name }, signal) => {
      const { saveTensorAsNpy } = await import('../onnx/saveTensorAsNpy');
      const { model, tensor } = await find(path, name);
      const target = await askTarget(document.uri, `${name}.npy`);
      if (target !== null) {
        await document.tasks.run(vscode.l10n.t('Saving {0}', name), signal, (cancelled) =>
          saveTensorAsNpy(model, tensor, target.fsPath, { signal: cancelled }),
        );
      }
      return { path: target?.fsPath ?? null };
    },
  };
}
