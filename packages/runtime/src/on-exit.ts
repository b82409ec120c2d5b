/**
 * Calls `fn` when the process ends, also where a second signal ends it before anything is disposed; not where it is killed. Only what `fn`
 * does at once is done. Dispose takes it back.
 */
export function onExit(fn: () => void): Disposable {
  process.once('exit', fn);
  return { [Symbol.dispose]: () => void process.off('exit', fn) };
}
