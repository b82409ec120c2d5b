import { InterceptError } from './intercept-error.ts';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A routing key: a DNS label of 1 to 63 lower-case letters, digits and inner hyphens (`alice`, `pr-123`). */
export type RoutingKey = Branded<string, 'RoutingKey'>;
/** The name of a service as callers dial it: a DNS label. */
export type ServiceName = Branded<string, 'ServiceName'>;
/** Identifies one agent session at one manager. Not a secret and not a proof. */
export type SessionId = Branded<string, 'SessionId'>;
/** Identifies one intercept: `SERVICE.PORT.KEY`, without a key `SERVICE.PORT.match.HASH`. */
export type InterceptId = Branded<string, 'InterceptId'>;

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether `text` is a DNS label (RFC 1123 section 2.1, lower case). */
export function isLabel(text: string): boolean {
  return label.test(text);
}

/** `text` as a routing key, or undefined where it is none. */
export function toRoutingKey(text: string): RoutingKey | undefined {
  return isLabel(text) ? (text as RoutingKey) : undefined;
}

/** As `toRoutingKey`, but throws `bad_usage` with the rule and a remedy. */
export function parseRoutingKey(text: string): RoutingKey {
  const key = toRoutingKey(text);
  if (key === undefined) {
    throw new InterceptError(
      'bad_usage',
      `${quote(text)} is not a routing key: a key has 1 to 63 lower-case letters, digits and inner hyphens.`,
      {
        hint: 'Choose a key such as "alice" or "pr-123".',
      },
    );
  }
  return key;
}

/** `text` as a service name; throws `bad_usage`. */
export function parseServiceName(text: string): ServiceName {
  if (!isLabel(text)) {
    throw new InterceptError(
      'bad_usage',
      `${quote(text)} is not a service name: a name has 1 to 63 lower-case letters, digits and inner hyphens.`,
    );
  }
  return text as ServiceName;
}

/** The id of the intercept of `key` on a port of a service. */
export function toInterceptId(service: ServiceName, port: string, key: RoutingKey): InterceptId {
  return `${service}.${port}.${key}` as InterceptId;
}

/** The id of the intercept without a key on a port of a service; `hash` is that of what it matches, 16 hexadecimal digits. */
export function toKeylessInterceptId(service: ServiceName, port: string, hash: string): InterceptId {
  return `${service}.${port}.match.${hash}` as InterceptId;
}

/** `text` of a stranger as a message may show it: bounded, on one line, with nothing that a terminal acts on. */
function quote(text: string): string {
  return `"${text.slice(0, 80).replace(/\p{C}/gu, ' ')}"`;
}
