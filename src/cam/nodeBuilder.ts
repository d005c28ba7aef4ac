export { NodeBuilder } from '../onnx/nodeBuilder';
