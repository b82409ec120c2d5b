// What the compiler's `lib` (tsconfig.json) and `@types/node` allow and Node.js 20 and 22 do not have yet.
import 'core-js/actual/async-disposable-stack/index.js';
import 'core-js/actual/disposable-stack/index.js';
import 'core-js/actual/iterator/index.js';
import 'core-js/actual/map/group-by.js';
import 'core-js/actual/object/group-by.js';
import 'core-js/actual/promise/with-resolvers.js';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import tls from 'node:tls';

// The authorities that Node.js trusts by default; the file is left out where it cannot be read, as Node.js does.
tls.getCACertificates ??= () => [...tls.rootCertificates, ...readExtraAuthorities()];

function readExtraAuthorities(): readonly string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  try {
    return file === undefined || file === '' ? [] : [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
}
