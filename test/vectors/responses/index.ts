import type { ResponseVector } from '../response-vector.ts';
import { bodyLength } from './body-length.ts';
import { responseChunks } from './chunks.ts';
import { responseFields } from './fields.ts';
import { interim } from './interim.ts';
import { statusLine } from './status-line.ts';

/** All response vectors by subject. */
export const responseVectors: Readonly<Record<string, readonly ResponseVector[]>> = {
  'status line': statusLine,
  fields: responseFields,
  'body length': bodyLength,
  chunks: responseChunks,
  interim,
};
