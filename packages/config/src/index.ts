export { z } from 'zod';
export { checkData } from './check-data.ts';
export { parseDocument, parseStream, readDocument, readText } from './document.ts';
export { parseDocuments } from './documents.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { dialAddress, duration, label, listenAddress, portNumber, type Address } from './fields.ts';
export { toJsonSchema, type JsonSchema } from './json-schema.ts';
export { nearestWord } from './nearest-word.ts';
export { toYaml, withYamlValue } from './yaml-text.ts';
