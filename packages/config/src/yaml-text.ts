import { isMap, parseDocument, stringify } from 'yaml';

/** Plain data as a YAML document; strings that look like something else are quoted, lines are not folded. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

/** A YAML document with one top-level value set; comments and everything else stay. Undefined where `text` is no map. */
export function withYamlValue(text: string, key: string, value: string): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  document.set(key, value);
  return document.toString({ lineWidth: 0 });
}
