import type { BodyPath, BodyReport, BodyStep, GraphReport } from '../../src/protocol/layerBodies';
import { answerOrMessage } from '../answerOrMessage';
import type { App, GraphChoices } from '../app';
import { describeTimes } from './bodyTemplate';
import type { Scene } from './scene';
import type { ItemId } from './viewModel';

/** How a graph was left for a body inside it. */
export interface LeftGraph {
  /** undefined: it was never looked at. */
  readonly choices: GraphChoices | undefined;
  readonly item: ItemId | null;
  readonly layer: number | null;
}

/** A body that the user is in. */
export interface Level {
  readonly step: BodyStep;
  readonly report: BodyReport;
  /** The layer and its body, in a few words. */
  readonly label: string;
  /** The graph around. */
  readonly around: LeftGraph;
}

export interface DescentEvents {
  /** How the graph that is shown is being left. */
  leaving(): LeftGraph;
  /** Another body is in the scene. `saved`: how it was left when the page was. */
  entered(saved: GraphChoices | undefined): void;
  /** A graph around is in the scene again. */
  returned(left: LeftGraph): void;
  /** What is to be told has changed. */
  changed(): void;
}

/** The bodies of layers that the user has gone into, one in the other, and the way back. */
export class Descent {
  #levels: readonly Level[] = [];
  #message: string | null = null;
  /** The newest request wins. */
  #number = 0;

  constructor(
    private readonly app: App,
    private readonly scene: Scene,
    private readonly events: DescentEvents,
  ) {}

  /** From the outside in; empty: the model's own graph is shown. */
  get levels(): readonly Level[] {
    return this.#levels;
  }

  get path(): BodyPath {
    return this.#levels.map(({ step }) => step);
  }

  /** What a screen reader says of the place that was gone to. */
  get description(): string {
    const level = this.#levels.at(-1);
    return level === undefined ? 'The whole model' : `Inside ${level.label}: ${describeTimes(level.report)}`;
  }

  /** The bodies, as parts of a file's name. */
  get fileNames(): readonly string[] {
    return this.#levels.map(({ label }) => label.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_|_$/g, ''));
  }

  /** Why the body that was asked for last is not shown. */
  get message(): string | null {
    return this.#message;
  }

  /** Shows the body at a path from the model's graph inwards. `saved`: how each body on the way was left. */
  async show(path: BodyPath, saved: readonly GraphChoices[] = []): Promise<void> {
    const number = ++this.#number;
    const { report } = this.app.state;
    const kept = countEqual(path, this.path);
    const answers = await Promise.all(
      path.slice(kept).map((_, position) => {
        return answerOrMessage(this.app.channel.request('bodyReport', { path: path.slice(0, kept + position + 1) }));
      }),
    );
    if (number !== this.#number || this.app.state.report !== report) {
      return;
    }
    const failed = answers.find((answer) => 'message' in answer);
    this.#message = failed?.message ?? null;
    if (failed === undefined) {
      this.#enter(
        path,
        answers.flatMap((answer) => ('message' in answer ? [] : [answer])),
        saved,
      );
    } else {
      this.events.changed();
    }
  }

  /** Goes back to the graph that `depth` others are around, as it was left. */
  leave(depth: number): void {
    this.#number++;
    this.#message = null;
    const left = this.#levels.at(depth)?.around;
    if (left === undefined) {
      this.events.changed();
    } else {
      this.#levels = this.#levels.slice(0, depth);
      this.scene.leaveBodies(depth);
      this.events.returned(left);
    }
  }

  /** Goes again where the user was when the page, or another reading of the model, was left. */
  async restore(saved: GraphChoices | undefined): Promise<void> {
    const inside = listInside(saved);
    if (inside.length > 0) {
      await this.show(
        inside.map(({ step }) => step),
        inside.map(({ graph }) => graph),
      );
    }
  }

  /** How everything is left, from the model's graph inwards. `shown`: how the graph that is shown is. */
  surround(shown: GraphChoices): GraphChoices {
    return this.#levels.reduceRight<GraphChoices>(
      (graph, { step, around }) => ({ ...(around.choices ?? NEVER_SEEN), inside: { step, graph } }),
      shown,
    );
  }

  /** The model was read again: the scene shows its own graph. */
  forget(): void {
    this.#number++;
    this.#levels = [];
    this.#message = null;
  }

  /** `reports`: of the innermost bodies on the path. */
  #enter(path: BodyPath, reports: readonly BodyReport[], saved: readonly GraphChoices[]): void {
    const kept = path.length - reports.length;
    let around = this.#levels.at(kept)?.around ?? this.events.leaving();
    if (kept < this.#levels.length) {
      this.#levels = this.#levels.slice(0, kept);
      this.scene.leaveBodies(kept);
    }
    reports.forEach((report, position) => {
      const depth = kept + position;
      const label = toLabel(this.scene.graphs[depth].model.report, path[depth], report);
      this.#levels = [...this.#levels, { step: path[depth], report, label, around }];
      const { view } = this.scene.enterBody(report, path.slice(0, depth + 1), saved[depth]);
      const next = path.at(depth + 1)?.layer ?? null;
      around = {
        choices: saved[depth],
        layer: next,
        item: next === null ? null : (view.itemOfLayer.get(next) ?? null),
      };
    });
    this.events.entered(saved[path.length - 1]);
  }
}

const NEVER_SEEN: GraphChoices = { expanded: [], viewport: null };

/** The bodies that were gone into, one in the other. */
function listInside({ inside }: GraphChoices = NEVER_SEEN): readonly NonNullable<GraphChoices['inside']>[] {
  return inside === undefined ? [] : [inside, ...listInside(inside.graph)];
}

function countEqual(one: BodyPath, other: BodyPath): number {
  const differing = one.findIndex(({ layer, body }, depth) => {
    return other[depth]?.layer !== layer || other[depth].body !== body;
  });
  return differing < 0 ? one.length : differing;
}

function toLabel({ layers }: GraphReport, { layer }: BodyStep, { kind, name }: BodyReport): string {
  const found = layers.find(({ index }) => index === layer);
  const owner = [found?.opType, found?.name ? `“${found.name}”` : ''].filter(Boolean).join(' ');
  return kind === 'function' ? owner : `${owner} ${name}`;
}
