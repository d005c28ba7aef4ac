import { noChange } from 'lit/html.js';
import { Directive, directive, PartType } from 'lit/directive.js';
import type { DirectiveResult, ElementPart, PartInfo } from 'lit/directive.js';

type Paint = (canvas: HTMLCanvasElement) => void;

/** In a template, `<canvas ${painted(key, paint)}>` paints when it is new or an item of `key` has changed. */
class PaintedDirective extends Directive {
  #key: readonly unknown[] | null = null;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) {
      throw new Error('painted() belongs in the tag of a canvas');
    }
  }

  render(): unknown {
    return noChange;
  }

  override update(part: ElementPart, [key, paint]: [readonly unknown[], Paint]): unknown {
    const known = this.#key;
    if (known === null || key.some((item, index) => item !== known[index])) {
      this.#key = key;
      paint(part.element as HTMLCanvasElement);
    }
    return noChange;
  }
}

export const painted: (key: readonly unknown[], paint: Paint) => DirectiveResult = directive(PaintedDirective);
