import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { HeadKind } from '../../src/protocol/modelReport';

/** How the logit y of class k comes about, as MathML: drawn by the browser, read by screen readers. */
export function formulaTemplate(kind: HeadKind): TemplateResult | typeof nothing {
  const formula = toFormula(kind);
  return formula === null ? nothing : html`<div class="formula">${formula}</div>`;
}

function toFormula(kind: HeadKind): TemplateResult | null {
  switch (kind) {
    case 'gap-linear':
      return GAP_LINEAR;
    case 'token-gap-linear':
      return TOKEN_GAP_LINEAR;
    case 'linear-gap':
      return LINEAR_GAP;
    case 'flatten-fc':
      return FLATTEN_FC;
    case 'flatten-mlp':
      return FLATTEN_MLP;
    case 'gap-mlp':
      return GAP_MLP;
    case 'gap-gmp-linear':
      return GAP_GMP_LINEAR;
    case 'density-sum':
      return DENSITY_SUM;
    case 'other':
    case 'none':
      return null;
  }
}

// Formatted by hand: one term a line.
// prettier-ignore
const GAP_LINEAR = html`<math displaystyle="true">
  <msub><mi>y</mi><mi>k</mi></msub><mo>=</mo>
  <munder><mo>∑</mo><mi>c</mi></munder><msub><mi>w</mi><mrow><mi>k</mi><mi>c</mi></mrow></msub><mo>·</mo>
  <mfrac><mn>1</mn><mrow><mi>H</mi><mi>W</mi></mrow></mfrac>
  <munder><mo>∑</mo><mrow><mi>i</mi><mi>j</mi></mrow></munder><msub><mi>F</mi><mi>c</mi></msub><mo stretchy="false">(</mo><mi>i</mi><mo>,</mo><mi>j</mi><mo stretchy="false">)</mo>
  <mo>+</mo><msub><mi>b</mi><mi>k</mi></msub>
</math>`;

// prettier-ignore
const TOKEN_GAP_LINEAR = html`<math displaystyle="true">
  <msub><mi>y</mi><mi>k</mi></msub><mo>=</mo>
  <munder><mo>∑</mo><mi>c</mi></munder><msub><mi>w</mi><mrow><mi>k</mi><mi>c</mi></mrow></msub><mo>·</mo>
  <mfrac><mn>1</mn><mi>T</mi></mfrac><munder><mo>∑</mo><mi>t</mi></munder><msub><mi>F</mi><mi>c</mi></msub><mo stretchy="false">(</mo><mi>t</mi><mo stretchy="false">)</mo>
  <mo>+</mo><msub><mi>b</mi><mi>k</mi></msub>
</math>`;

// prettier-ignore
const LINEAR_GAP = html`<math displaystyle="true">
  <msub><mi>y</mi><mi>k</mi></msub><mo>=</mo>
  <mfrac><mn>1</mn><mrow><mi>H</mi><mi>W</mi></mrow></mfrac><munder><mo>∑</mo><mrow><mi>i</mi><mi>j</mi></mrow></munder>
  <mo stretchy="false">(</mo><munder><mo>∑</mo><mi>c</mi></munder><msub><mi>w</mi><mrow><mi>k</mi><mi>c</mi></mrow></msub><mo>·</mo>
  <msub><mi>F</mi><mi>c</mi></msub><mo stretchy="false">(</mo><mi>i</mi><mo>,</mo><mi>j</mi><mo stretchy="false">)</mo><mo>+</mo><msub><mi>b</mi><mi>k</mi></msub><mo stretchy="false">)</mo>
</math>`;

// prettier-ignore
const FLATTEN_FC = html`<math displaystyle="true">
  <msub><mi>y</mi><mi>k</mi></msub><mo>=</mo>
  <munder><mo>∑</mo><mrow><mi>c</mi><mi>i</mi><mi>j</mi></mrow></munder>
  <msub><mi>W</mi><mi>k</mi></msub><mo stretchy="false">(</mo><mi>c</mi><mo>,</mo><mi>i</mi><mo>,</mo><mi>j</mi><mo stretchy="false">)</mo><mo>·</mo>
  <msub><mi>F</mi><mi>c</mi></msub><mo stretchy="false">(</mo><mi>i</mi><mo>,</mo><mi>j</mi><mo stretchy="false">)</mo><mo>+</mo><msub><mi>b</mi><mi>k</mi></msub>
</math>`;

// prettier-ignore
const FLATTEN_MLP = html`<math displaystyle="true">
  <mi>y</mi><mo>=</mo><msub><mi>W</mi><mi>L</mi></msub><mo>…</mo><mi>ReLU</mi>
  <mo stretchy="false">(</mo><msub><mi>W</mi><mn>1</mn></msub><mo>·</mo><mi>flatten</mi><mo stretchy="false">(</mo><mi>F</mi><mo stretchy="false">)</mo><mo>+</mo><msub><mi>b</mi><mn>1</mn></msub><mo stretchy="false">)</mo>
  <mo>…</mo><mo>+</mo><msub><mi>b</mi><mi>L</mi></msub>
</math>`;

// prettier-ignore
const GAP_MLP = html`<math displaystyle="true">
  <mi>y</mi><mo>=</mo><msub><mi>W</mi><mi>L</mi></msub><mo>…</mo><mi>ReLU</mi>
  <mo stretchy="false">(</mo><msub><mi>W</mi><mn>1</mn></msub><mo>·</mo><mi>mean</mi><mo stretchy="false">(</mo><mi>F</mi><mo stretchy="false">)</mo><mo>+</mo><msub><mi>b</mi><mn>1</mn></msub><mo stretchy="false">)</mo>
  <mo>…</mo><mo>+</mo><msub><mi>b</mi><mi>L</mi></msub>
</math>`;

// prettier-ignore
const GAP_GMP_LINEAR = html`<math displaystyle="true">
  <msub><mi>y</mi><mi>k</mi></msub><mo>=</mo>
  <munder><mo>∑</mo><mi>c</mi></munder><mo stretchy="false">(</mo>
  <msub><mi>w</mi><mrow><mi>k</mi><mi>c</mi></mrow></msub><mo>·</mo><mi>mean</mi><mo stretchy="false">(</mo><msub><mi>F</mi><mi>c</mi></msub><mo stretchy="false">)</mo><mo>+</mo>
  <msub><mi>v</mi><mrow><mi>k</mi><mi>c</mi></mrow></msub><mo>·</mo><mi>max</mi><mo stretchy="false">(</mo><msub><mi>F</mi><mi>c</mi></msub><mo stretchy="false">)</mo><mo stretchy="false">)</mo>
  <mo>+</mo><msub><mi>b</mi><mi>k</mi></msub>
</math>`;

// prettier-ignore
const DENSITY_SUM = html`<math displaystyle="true">
  <mi>y</mi><mo>=</mo><munder><mo>∑</mo><mrow><mi>i</mi><mi>j</mi></mrow></munder><mi>F</mi><mo stretchy="false">(</mo><mi>i</mi><mo>,</mo><mi>j</mi><mo stretchy="false">)</mo>
</math>`;
