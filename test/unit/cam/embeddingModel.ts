import { ModelBuilder } from './modelBuilder';

/** Convolutions, pooling, and a vector of unit length that no classifier reads; takes 16×16 pixels. */
export function saveEmbeddingModel(): string {
  const builder = new ModelBuilder();
  builder.input(['N', 3, 16, 16]);
  const pooled = builder.node('GlobalAveragePool', [builder.trunk(8)]);
  const flat = builder.node('Flatten', [pooled]);
  builder.output(builder.node('LpNormalization', [flat], { axis: 1, p: 2 }, { name: 'embedding' }));
  return builder.save();
}
