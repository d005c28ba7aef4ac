import type { GraphNode } from '../../graph/model';
import type { HeadStep, OpaqueStep } from './headDescription';
import type { HeadGraph } from './headGraph';
import { listDataInputs } from './headGraph';
import { collectRegion } from './headRegion';
import { readLinearLayer } from './linearLayers';
import type { Pooling } from './pooling';
import { readPooling } from './pooling';
import type { Atom, AxisLabels } from './relabelling';
import { isRelabelling, relabel } from './relabelling';
import { readVectorStep, toOpaque } from './vectorSteps';

/** A vector read from a candidate map, in terms of the candidate's own axes 1, 2 and 3. */
interface AtomReading {
  readonly tensor: string;
  readonly mode: Pooling['mode'] | 'identity';
  readonly atoms: readonly Atom[];
  readonly roundedTo: string | null;
}

/** What lies between a candidate map and the logits. */
export interface MapReading {
  readonly candidate: string;
  readonly sizes: ReadonlyMap<Atom, number>;
  readonly nodes: readonly GraphNode[];
  readonly readings: readonly AtomReading[];
  readonly steps: readonly HeadStep[];
  /** First node that does something to positions which no rule describes. */
  readonly obstacle: OpaqueStep | null;
}

interface SpatialState {
  readonly labels: AxisLabels;
  readonly mode: AtomReading['mode'];
  readonly roundedTo: string | null;
}

/** Follows a candidate map forward to the logits; null when the logits do not depend on it alone. */
export function readMap(graph: HeadGraph, candidate: string, logits: string): MapReading | null {
  const region = collectRegion(graph, logits, (value) => value === candidate);
  const shape = graph.shapeOf(candidate);
  if (region.isOpen || region.leaves.length !== 1 || shape === null || shape.length < 3 || shape.length > 4) {
    return null;
  }
  const sizes = new Map(shape.slice(1).map((size, index) => [(index + 1) as Atom, size]));
  const walk = new MapWalk(graph, sizes);
  walk.start(candidate);
  region.nodes.forEach((node) => walk.visit(node));
  const { readings, steps, obstacle } = walk;
  return { candidate, sizes, nodes: region.nodes, readings, steps, obstacle };
}

class MapWalk {
  readonly readings: AtomReading[] = [];
  readonly steps: HeadStep[] = [];
  obstacle: OpaqueStep | null = null;
  readonly #states = new Map<string, SpatialState>();
  readonly #graph: HeadGraph;
  readonly #sizes: ReadonlyMap<Atom, number>;

  constructor(graph: HeadGraph, sizes: ReadonlyMap<Atom, number>) {
    this.#graph = graph;
    this.#sizes = sizes;
  }

  start(candidate: string): void {
    const labels = [...this.#sizes].map(([atom, size]) => (size === 1 ? [] : [atom]));
    this.#states.set(candidate, { labels, mode: 'identity', roundedTo: null });
  }

  visit(node: GraphNode): void {
    const [input = '', ...others] = listDataInputs(this.#graph, node);
    const state = this.#states.get(input);
    if (state === undefined && !others.some((other) => this.#states.has(other))) {
      this.steps.push(readVectorStep(this.#graph, node));
      return;
    }
    const next = state !== undefined && others.length === 0 ? this.#advance(node, state) : null;
    if (next !== null) {
      this.#keep(node.outputs[0] ?? '', next);
    } else if (state === undefined || !this.#readWhole(node, input, state)) {
      const step = toOpaque(this.#graph, node);
      this.obstacle ??= step;
      this.steps.push(step);
    }
  }

  /** Relabelling and reductions keep the walk on the map. */
  #advance(node: GraphNode, state: SpatialState): SpatialState | null {
    if (isRelabelling(node)) {
      const labels = relabel(this.#graph, node, state.labels, this.#sizes);
      return labels && { ...state, labels };
    }
    const pooling = readPooling(this.#graph, node);
    if (pooling === null || (state.mode !== 'identity' && state.mode !== pooling.mode)) {
      return null;
    }
    const keepsAxes = this.#graph.shapeOf(pooling.output)?.length === state.labels.length + 1;
    const emptied = state.labels.map((group, index) => (pooling.axes.includes(index + 1) ? [] : group));
    const labels = keepsAxes ? emptied : state.labels.filter((_, index) => !pooling.axes.includes(index + 1));
    return { labels, mode: pooling.mode, roundedTo: pooling.roundedTo };
  }

  #keep(output: string, state: SpatialState): void {
    const occupied = state.labels.filter((group) => group.length > 0);
    if (occupied.length > 1) {
      this.#states.set(output, state);
    } else {
      this.readings.push({ tensor: output, mode: state.mode, atoms: occupied[0] ?? [], roundedTo: state.roundedTo });
    }
  }

  /** A layer that reads every position at once: a convolution whose window is the map. */
  #readWhole(node: GraphNode, input: string, state: SpatialState): boolean {
    const layer = readLinearLayer(this.#graph, node);
    const shape = this.#graph.shapeOf(input);
    const atoms = state.labels.flat();
    const inOrder = atoms.every((atom, index) => index === 0 || atom > atoms[index - 1]);
    const output = this.#graph.shapeOf(node.outputs[0] ?? '');
    const isWhole = layer !== null && shape !== null && this.#graph.countPerItem(shape) === layer.inputs;
    if (!isWhole || !inOrder || state.mode !== 'identity' || output === null) {
      return false;
    }
    if (this.#graph.countPerItem(output) !== layer.outputs) {
      return false;
    }
    if (!this.readings.some((reading) => reading.tensor === input)) {
      this.readings.push({ tensor: input, mode: 'identity', atoms, roundedTo: null });
    }
    this.steps.push(layer);
    return true;
  }
}
