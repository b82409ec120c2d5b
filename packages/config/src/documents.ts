import { LineCounter, parseAllDocuments } from 'yaml';
import { InterceptError } from '@switchyard/contract';
import { toYamlMistake } from './yaml-mistake.ts';

/**
 * The documents of a YAML stream as plain data, without the empty ones; nothing is checked but the syntax. Throws `bad_config` with the
 * place.
 */
export function parseDocuments(text: string, file: string): readonly unknown[] {
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })];
  const [mistake] = documents.flatMap(({ errors }) => errors);
  if (mistake === undefined) return documents.map((document): unknown => document.toJS()).filter((data) => data !== null);
  const { line, col } = lines.linePos(mistake.pos[0]);
  throw new InterceptError('bad_config', `${file}:${line}:${col}: ${toYamlMistake(mistake.message).text}`, {
    detail: { file, line, column: col },
  });
}
