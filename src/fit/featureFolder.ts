/** What the folders of the cache are called: the hash of whatever changes a feature. */
export const FOLDER_NAME = /^[0-9a-f]{24}$/;

/** In each of them, for people who look into the cache; written again by every use, so its age tells the last one. */
export const ABOUT_FILE = 'about.json';
