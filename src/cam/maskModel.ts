import { NodeBuilder } from '../onnx/nodeBuilder';
import { emitWholeModel } from '../onnx/emitModel';
import type { MaskSeries } from './masks';
import type { SpatialLayer } from './spatialLayer';

/** An operator set with every form that is needed, and that all supported versions of ONNX Runtime know. */
const OPSET = 13;
/** As pytorch-grad-cam: a channel without differences gives a mask of zeros. */
const EPSILON = 1e-8;

/** A model of its own that multiplies one image with a batch of masks. */
export interface MaskModel {
  readonly bytes: Uint8Array;
  /** float32: the image [1, …]; down [B or 1, H, h], grid [B or 1, h, w], across [B or 1, w, W]. */
  readonly inputs: { readonly image: string; readonly down: string; readonly grid: string; readonly across: string };
  /** float32 [B, …], laid out as the image. */
  readonly images: string;
}

/** Masks are made where they are used, so that a few dozen numbers travel per image and not the image itself. */
export function createMaskModel(image: SpatialLayer, finish: MaskSeries['finish']): MaskModel {
  if (image.axes.kind === 'tokens') {
    throw new Error('An image has rows and columns.');
  }
  const builder = new NodeBuilder(OPSET);
  const channel = 6 - image.axes.row - image.axes.column;
  const names = { image: builder.input('image', 'float32', ['n', 'a', 'b', 'c']), ...emitFactors(builder) };
  const product = builder.add('MatMul', [builder.add('MatMul', [names.down, names.grid]), names.across]);
  const mask = emitFinish(builder, product, finish);
  const ordered = image.axes.row < image.axes.column ? mask : builder.transpose(mask, [0, 2, 1]);
  const masked = builder.add('Mul', [names.image, builder.unsqueeze(ordered, [channel])]);
  const images = builder.output(builder.add('Identity', [masked], {}, 'masked'), 'float32');
  return { bytes: emitWholeModel(builder.finish(), OPSET), inputs: names, images };
}

function emitFactors(builder: NodeBuilder) {
  const factor = (name: string) => builder.input(name, 'float32', [`${name}_count`, `${name}_rows`, `${name}_columns`]);
  return { down: factor('down'), grid: factor('grid'), across: factor('across') };
}

function emitFinish(builder: NodeBuilder, mask: string, finish: MaskSeries['finish']): string {
  switch (finish) {
    case 'none':
      return mask;
    case 'complement':
      return builder.add('Sub', [builder.float32(1), mask]);
    case 'stretch': {
      const most = builder.reduce('ReduceMax', mask, [1, 2], true);
      const least = builder.add('ReduceMin', [mask], {
        axes: { type: 'ints', value: [1, 2] },
        keepdims: { type: 'int', value: 1 },
      });
      const range = builder.add('Add', [builder.add('Sub', [most, least]), builder.float32(EPSILON)]);
      return builder.add('Div', [builder.add('Sub', [mask, least]), range]);
    }
  }
}
