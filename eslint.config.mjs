import eslint from '@eslint/js';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import globals from 'globals';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import typescript from 'typescript-eslint';

const root = path.dirname(fileURLToPath(import.meta.url)); // import.meta.dirname came with Node 20.11

/** What takes an analysed model and runs it. */
const running = [
  ...['tensor', 'protocol', 'graph', 'onnx', 'analysis', 'cam', 'image', 'inference'],
  'inspectModel.ts',
];

const everywhere = ['userError.ts', 'systemError.ts'];

/**
 * What each folder of src may import besides itself and these: only folders nearer to the data, so there is one
 * direction. The files directly in src compose the folders and may import all of them; host and cli stand on top.
 */
const mayImport = {
  tensor: [],
  protocol: [],
  graph: ['tensor', 'protocol'],
  onnx: ['tensor', 'protocol', 'graph'],
  analysis: ['tensor', 'protocol', 'graph', 'onnx'],
  gradient: ['tensor', 'protocol', 'graph', 'onnx'],
  cam: ['tensor', 'protocol', 'graph', 'onnx', 'analysis', 'gradient'],
  compare: ['tensor', 'protocol', 'graph', 'onnx', 'analysis'],
  image: ['tensor', 'protocol', 'graph', 'onnx'],
  inference: ['tensor', 'protocol', 'graph', 'onnx', 'image'],
  series: ['tensor', 'protocol', 'graph', 'onnx', 'analysis', 'cam', 'image'],
  measure: ['tensor', 'protocol', 'graph', 'onnx', 'analysis', 'inference', 'inspectModel.ts'],
  explain: [...running, 'measure'],
  head: [...running, 'measure', 'explain'],
  fit: [...running, 'explain'],
  evaluate: [...running, 'explain', 'explainImage.ts', 'explainLayer.ts'],
};
const unruled = readdirSync(path.join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !(entry.name in mayImport) && !['host', 'cli'].includes(entry.name))
  .map(({ name }) => name);
if (unruled.length > 0) {
  throw new Error(`eslint.config.mjs does not say what may be imported by src/${unruled.join(', src/')}.`);
}
const zones = [
  ...Object.entries(mayImport).map(([folder, allowed]) => ({
    target: `./src/${folder}`,
    from: './src',
    except: [folder, ...allowed, ...everywhere].map((name) => `./${name}`),
    message: `src/${folder} may import: ${[...allowed, ...everywhere].join(', ')} (eslint.config.mjs).`,
  })),
  { target: './src/!(extension).ts', from: ['./src/host', './src/cli', './src/extension.ts'] },
  { target: './src/host', from: ['./src/cli', './src/extension.ts'] },
  { target: './src/cli', from: ['./src/host', './src/extension.ts'] },
  { target: './src', from: ['./webview', './test'] },
  { target: './webview', from: './src', except: ['./protocol'], message: 'The page sees src/protocol only.' },
  { target: './webview', from: './test' },
];

/** @param {string} where */
const only = (where) => `is imported in ${where} only (design.md, Folders)`;
const vscodeOnly = { name: 'vscode', message: `vscode ${only('src/host and src/extension.ts')}.` };
const runtimeOnly = { name: 'onnxruntime-node', message: `onnxruntime-node ${only('src/inference/runtime.ts')}.` };
const sharpOnly = { name: 'sharp', message: `sharp ${only('src/image')}, which runs in the inference process.` };
const toolkitOnly = {
  name: '@vscode/webview-ui-toolkit',
  message: `The toolkit ${only('webview/ui.ts')}: it is archived.`,
};
/** @param {{ name: string, message: string }[]} paths @returns {import('eslint').Linter.RulesRecord} */
const restrict = (...paths) => ({ 'no-restricted-imports': ['error', { paths }] });

const codeOnly = { skipBlankLines: true, skipComments: true };

export default typescript.config(
  { ignores: ['dist/', 'dist-test/', 'coverage/', '.vscode-test/', 'test/host/stubs/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [typescript.configs.strictTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: ['tsconfig.json'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { zones }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'warn',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/only-throw-error': ['error', { allowRethrowing: true }],
      // Its premise, that indexing never yields undefined, does not hold: noUncheckedIndexedAccess is off.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Spreading a string into its characters is meant.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400 }],
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({
          property,
          message: 'Text from a model is hostile: use textContent or lit.',
        })),
      ],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'max-lines-per-function': ['error', { max: 60, ...codeOnly }] } },
  {
    files: ['webview/**/*.ts'],
    rules: {
      // A part of the page is a closure around its state and short functions, as a class would be elsewhere.
      'max-lines-per-function': ['error', { max: 100, ...codeOnly }],
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['src/**/*.ts'], rules: restrict(vscodeOnly, runtimeOnly, sharpOnly) },
  { files: ['src/host/**/*.ts', 'src/extension.ts'], rules: restrict(runtimeOnly, sharpOnly) },
  { files: ['src/image/**/*.ts'], rules: restrict(vscodeOnly, runtimeOnly) },
  { files: ['src/inference/runtime.ts'], rules: restrict(vscodeOnly, sharpOnly) },
  {
    files: ['webview/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'TemplateElement[value.raw=/ style=/]',
          message: 'The page’s policy blocks style attributes: use .style.',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [toolkitOnly],
          patterns: [
            {
              regex: String.raw`^(?!\.|d3($|-)|lit($|/)|@dagrejs/dagre$|@vscode/webview-ui-toolkit$)`,
              message: 'The page imports src/protocol, d3, lit and dagre only.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['webview/ui.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: String.raw`^(?!\.|lit($|/)|@vscode/webview-ui-toolkit$)` }] },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Tests look into values they have just checked.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.{mjs,cjs}'], languageOptions: { globals: globals.node } },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
);
