import type { ReadMessage } from '@switchyard/testkit';

const keyPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The key that a request carries, read off its fields as the rules for people say (docs/keys.md), by other means than the router: text,
 * joined lists, regular expressions. Undefined where it carries none, or says something that is none.
 */
export function expectedKey({ startLine: [, target], fields }: ReadMessage): string | undefined {
  const valuesOf = (name: string): string[] => fields.filter(([other]) => other === name).map(([, value]) => value);
  const [twin] = valuesOf('x-intercept-id');
  if (twin !== undefined) return asKey(twin);
  const baggage = lastMember(valuesOf('baggage').join(','), /[,]/, /;.*$/s);
  if (baggage !== undefined) return asKey(decode(baggage));
  const alias = valuesOf('kubernetes-route-as').at(-1);
  if (alias !== undefined) return asKey(alias);
  const query = /\?([^#]*)/.exec(target)?.[1];
  const asked = query === undefined ? undefined : lastMember(query, /&/, /$^/, '__intercept');
  if (asked !== undefined) return asKey(decode(asked));
  const cookie = lastMember(valuesOf('cookie').join(';'), /;/, /$^/);
  return cookie === undefined ? undefined : asKey(cookie);
}

/** The value of the last member called `name` of a list. */
function lastMember(list: string, separator: RegExp, properties: RegExp, name = 'intercept'): string | undefined {
  let found: string | undefined;
  for (const part of list.split(separator)) {
    const member = part.replace(properties, '');
    const equals = member.indexOf('=');
    if (equals >= 0 && trim(member.slice(0, equals)) === name) found = trim(member.slice(equals + 1));
  }
  return found;
}

function trim(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}

function decode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function asKey(text: string): string | undefined {
  return keyPattern.test(text) ? text : undefined;
}
