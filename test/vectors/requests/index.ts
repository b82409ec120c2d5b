import type { RequestVector } from '../request-vector.ts';
import { chunks } from './chunks.ts';
import { connection } from './connection.ts';
import { contentLength } from './content-length.ts';
import { fields } from './fields.ts';
import { host } from './host.ts';
import { lineEnds } from './line-ends.ts';
import { pipelining } from './pipelining.ts';
import { requestLine } from './request-line.ts';
import { smuggling } from './smuggling.ts';
import { transferEncoding } from './transfer-encoding.ts';

/** All request vectors by subject. */
export const requestVectors: Readonly<Record<string, readonly RequestVector[]>> = {
  'request line': requestLine,
  Host: host,
  'line ends': lineEnds,
  fields,
  'Content-Length': contentLength,
  'Transfer-Encoding': transferEncoding,
  chunks,
  connection,
  pipelining,
  smuggling,
};
