/** The custom editor as package.json contributes it. */
export const VIEW_TYPE = 'headlight.model';
