import { InterceptError } from '@switchyard/contract';
import { isToken, messageHeaders } from './header-names.ts';
import type { MemberName } from './member-list.ts';
import { baggageHeader, cookieHeader, tracestateHeader, twinHeader } from './names.ts';

/** Another place where a key may stand, for people who come from another tool. */
export type Alias =
  /** The whole value of a header. */
  | { readonly t: 'header'; readonly header: string }
  /** A member of `baggage` or `tracestate`. */
  | { readonly t: 'member'; readonly header: typeof baggageHeader | typeof tracestateHeader; readonly name: MemberName };

/** The aliases of a configuration that names none: what Bridge to Kubernetes sends. */
export const defaultAliases: readonly string[] = ['kubernetes-route-as'];

/** Headers with a meaning of their own here, so no alias. */
const ownHeaders: ReadonlySet<string> = new Set([twinHeader, baggageHeader, cookieHeader, tracestateHeader]);
/**
 * Reads one alias of a configuration: a header's name (`kubernetes-route-as`), a member (`baggage:okteto-divert`, `tracestate:intercept`)
 * or all members that begin alike (`baggage:sd-*`). Header names may have any case. Throws `bad_config`.
 */
export function parseAlias(text: string): Alias {
  const colon = text.indexOf(':');
  const header = (colon === -1 ? text : text.slice(0, colon)).toLowerCase();
  if (colon === -1) {
    if (isToken(header) && !ownHeaders.has(header) && header !== 'host' && !messageHeaders.has(header)) return { t: 'header', header };
  } else if (header === baggageHeader || header === tracestateHeader) {
    const prefix = text.endsWith('*');
    const name = text.slice(colon + 1, prefix ? -1 : undefined);
    if (isToken(name) && !name.includes('*')) return { t: 'member', header, name: { text: name, prefix } };
  }
  throw new InterceptError('bad_config', `"${text}" cannot be an alias of the routing key.`, {
    hint: 'Name a header of its own ("x-my-key"), or a member ("baggage:okteto-divert", "baggage:sd-*", "tracestate:intercept").',
  });
}
