import { InterceptError } from '@switchyard/contract';
import { readFile } from 'node:fs/promises';
import { isMap, isNode, isScalar, LineCounter, parseAllDocuments, parseDocument as parseYaml, type Document } from 'yaml';
import type { z } from 'zod';
import { configLimits } from './limits.ts';
import { toMistakes, type Mistake } from './mistake.ts';
import { toYamlMistake } from './yaml-mistake.ts';

interface Place {
  readonly line: number;
  readonly col: number;
}

/**
 * Parses a YAML (or JSON) document and checks it against `schema`; returns the schema's output, defaults filled in.
 * Throws `bad_config`, naming every mistake as `FILE:LINE:COLUMN: what is wrong` with the nearest right word.
 * `detail` holds `file`, `line` and `column` of the first mistake, and how many `mistakes` there are.
 */
export function parseDocument<Schema extends z.ZodType>(text: string, file: string, schema: Schema): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseYaml(text, { lineCounter: lines, ...parsing });
  const checked = checkDocument(document, file, schema, lines);
  if (checked.t === 'wrong') throw toError(file, checked.found);
  return checked.data;
}

/** As `parseDocument`, of each document of a stream but the empty ones. All mistakes are named at once. */
export function parseStream<Schema extends z.ZodType>(text: string, file: string, schema: Schema): readonly z.output<Schema>[] {
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: lines, ...parsing })].filter(
    ({ contents, errors }) => errors.length > 0 || (contents !== null && !(isScalar(contents) && contents.value === null)),
  );
  const checked = documents.map((document) => checkDocument(document, file, schema, lines));
  const found = checked.flatMap((each) => (each.t === 'wrong' ? each.found : []));
  if (found.length > 0) throw toError(file, found);
  return checked.flatMap((each) => (each.t === 'right' ? [each.data] : []));
}

const parsing = { prettyErrors: false, stringKeys: true } as const;

/** A document that says what its schema asks for, or the mistakes in it. */
type Checked<Data> = { readonly t: 'right'; readonly data: Data } | { readonly t: 'wrong'; readonly found: readonly Found[] };

function checkDocument<Schema extends z.ZodType>(
  document: Document,
  file: string,
  schema: Schema,
  lines: LineCounter,
): Checked<z.output<Schema>> {
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    return { t: 'wrong', found: broken.map((error) => ({ place: lines.linePos(error.pos[0]), ...toYamlMistake(error.message) })) };
  }
  const data = toData(document, file);
  const result = schema.safeParse(data);
  if (result.success) return { t: 'right', data: result.data };
  const mistakes = toMistakes(result.error.issues, schema, data);
  return { t: 'wrong', found: mistakes.map((mistake) => ({ place: placeOf(document, mistake, lines), text: mistake.text })) };
}

/** Reads and parses a file as `parseDocument` does; a file that cannot be read is `bad_config` too. */
export async function readDocument<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  return parseDocument(await readText(file), file, schema);
}

/** The text of a configuration file. Throws `bad_config` where it is not there, cannot be read, or is too large. */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new InterceptError('bad_config', missing ? `There is no file ${file}.` : `${file} cannot be read.`, {
      cause,
      hint: 'Check the path and who may read it.',
      detail: { file },
    });
  }
  if (bytes.length > configLimits.documentBytes.value) {
    throw new InterceptError(
      'bad_config',
      `${file} has ${bytes.length} bytes; a configuration file has at most ${configLimits.documentBytes.value}.`,
      {
        detail: { file },
      },
    );
  }
  return bytes.toString('utf8');
}

/** Aliases are resolved here, which is where a document that multiplies itself is refused. */
function toData(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: configLimits.aliases.value });
  } catch (cause) {
    throw new InterceptError('bad_config', `${file}: the aliases cannot be resolved.`, { cause, detail: { file } });
  }
}

/** Where a mistake stands: at its key, at its value, or at the nearest container that exists. */
function placeOf(document: Document, mistake: Mistake, lines: LineCounter): Place {
  const { path } = mistake;
  for (let length = path.length; length > 0; length--) {
    const container = document.getIn(path.slice(0, length - 1), true);
    const step = path[length - 1];
    const pair = isMap(container) ? container.items.find(({ key }) => (isScalar(key) ? key.value : key) === step) : undefined;
    const value = pair?.value ?? document.getIn(path.slice(0, length), true);
    const node = pair !== undefined && (mistake.onKey || length < path.length || !isNode(value)) ? pair.key : value;
    if (isNode(node) && node.range) return lines.linePos(node.range[0]);
  }
  const { contents } = document;
  return isNode(contents) && contents.range ? lines.linePos(contents.range[0]) : { line: 1, col: 1 };
}

interface Found {
  readonly place: Place;
  readonly text: string;
  readonly hint?: string | undefined;
}

function toError(file: string, found: readonly Found[]): InterceptError {
  const sorted = found.toSorted((a, b) => a.place.line - b.place.line || a.place.col - b.place.col);
  const rows = sorted.map(({ place, text }) => `${file}:${place.line}:${place.col}: ${text}`);
  const first = sorted[0]?.place ?? { line: 1, col: 1 };
  const message = rows.length === 1 ? rows.join('') : `${file} has ${rows.length} mistakes:\n  ${rows.join('\n  ')}`;
  const hint = sorted.find((each) => each.hint !== undefined)?.hint;
  const detail = { file, line: first.line, column: first.col, mistakes: rows.length };
  return new InterceptError('bad_config', message, { detail, ...(hint === undefined ? {} : { hint }) });
}
