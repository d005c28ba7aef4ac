/** A module bundled into the page as text and run as a worker (esbuild.mjs; the same spelling as Vite's). */
declare module '*?worker&inline' {
  const InlineWorker: new (options?: { name?: string }) => Worker;
  export default InlineWorker;
}
