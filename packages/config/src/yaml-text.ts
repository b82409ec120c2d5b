import { stringify } from 'yaml';

/** Plain data as a YAML document; strings that look like something else are quoted, lines are not folded. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
