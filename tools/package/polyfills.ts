// What the compiler's `lib` (tsconfig.json) allows and Node.js 20 does not have yet; each is a no-op where the built-in exists.
// The bundler puts this before everything else. On Node.js 24 the sources run without it.
import 'core-js/actual/async-disposable-stack/index.js';
import 'core-js/actual/disposable-stack/index.js';
import 'core-js/actual/iterator/index.js';
import 'core-js/actual/map/group-by.js';
import 'core-js/actual/object/group-by.js';
import 'core-js/actual/promise/with-resolvers.js';
