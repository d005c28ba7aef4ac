import { describe, expect, it } from 'vitest';
import { fitToVersion } from '../../../src/onnx/constantNodes';
import { NodeBuilder } from '../../../src/onnx/nodeBuilder';

function build(opset: number) {
  const builder = new NodeBuilder(opset);
  const shape = builder.int64([-1, 2 ** 40]);
  builder.output(builder.add('Mul', [builder.add('Reshape', ['x', shape]), builder.float32(2)]), 'float32');
  return builder.finish();
}
const listTypes = (irVersion: number, opset: number) =>
  fitToVersion(build(opset), irVersion, opset).nodes.map(({ opType, attributes }) => {
    const value = attributes?.['value'];
    return value?.type === 'tensor' ? `${opType} ${value.value.elementType}` : opType;
  });

describe('stored constants of an extension', () => {
  it('stay initializers where the format lets them', () => {
    const extension = build(8);
    expect(fitToVersion(extension, 4, 8)).toBe(extension);
  });

  it('become nodes before version 4, integers by Cast where Constant gives real numbers only', () => {
    expect(listTypes(3, 9)).toEqual(['Constant int64', 'Constant float32', 'Reshape', 'Mul']);
    expect(listTypes(3, 8)).toEqual(['Constant float64', 'Cast', 'Constant float32', 'Reshape', 'Mul']);
    const [constant, cast] = fitToVersion(build(8), 3, 8).nodes;
    const value = constant.attributes?.['value'];
    const data = value?.type === 'tensor' ? value.value.data : new Uint8Array();
    expect([...new Float64Array(new Uint8Array(data).buffer)]).toEqual([-1, 2 ** 40]);
    expect([cast.inputs, cast.attributes?.['to']]).toEqual([constant.outputs, { type: 'int', value: 7 }]);
  });
});
