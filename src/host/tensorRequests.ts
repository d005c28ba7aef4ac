import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { ModelDocument } from './modelDocument';
import { askTarget } from './saveBytes';

type TensorHandlers = Pick<RequestHandlers, 'tensorStatistics' | 'tensorValues' | 'saveTensor'>;

/** Answers to what a page asks about stored tensors. */
export function createTensorHandlers(document: ModelDocument): TensorHandlers {
  return {
    tensorStatistics: ({ name }, signal) =>
      document.tasks.run(vscode.l10n.t('Reading {0}', name), signal, async (cancelled) => {
        const [{ computeTensorStatistics }, { findStoredTensor }] = await Promise.all([
          import('../onnx/tensorStatistics'),
          import('../onnx/findStoredTensor'),
        ]);
        const { model } = await document.analysis();
        return computeTensorStatistics(model, findStoredTensor(model, name), { signal: cancelled });
      }),
    tensorValues: async ({ name, offset, count }, signal) => {
      const [{ readTensorValues }, { findStoredTensor }] = await Promise.all([
        import('../onnx/readTensorValues'),
        import('../onnx/findStoredTensor'),
      ]);
      const { model } = await document.analysis();
      return readTensorValues(model, findStoredTensor(model, name), { offset, count }, { signal });
    },
    saveTensor: async ({ name }, signal) => {
      const [{ saveTensorAsNpy }, { findStoredTensor }] = await Promise.all([
        import('../onnx/saveTensorAsNpy'),
        import('../onnx/findStoredTensor'),
      ]);
      const { model } = await document.analysis();
      const tensor = findStoredTensor(model, name);
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
