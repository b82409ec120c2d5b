import type { HeaderList } from './header-field.ts';

const required = [':method', ':scheme', ':path'];
const pseudo: ReadonlySet<string> = new Set([...required, ':authority']);
/** Fields that speak of a connection of HTTP/1.1 (RFC 9113, section 8.2.2). */
const forbidden: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/**
 * Whether a request may have this head: names in lower case, each pseudo-header once and before all else (RFC 9113, sections 8.2 and 8.3).
 */
export function isRequestHead(headers: HeaderList): boolean {
  const seen = new Set<string>();
  let regular = false;
  for (const [name, value] of headers) {
    if (!name.startsWith(':')) {
      regular = true;
      if (/[^!#$%&'*+\-.^_`|~0-9a-z]/.test(name) || name === '' || forbidden.has(name) || (name === 'te' && value !== 'trailers'))
        return false;
    } else if (regular || seen.has(name) || !pseudo.has(name) || value === '') {
      return false;
    }
    if (/[\0\r\n]/.test(value)) return false;
    if (name.startsWith(':')) seen.add(name);
  }
  return required.every((name) => seen.has(name));
}
