import manifest from '../package.json' with { type: 'json' };

/** The version of this manager. */
export const version: string = manifest.version;
