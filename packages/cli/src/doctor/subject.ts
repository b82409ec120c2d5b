import type { ServiceName } from '@switchyard/contract';
import type { Context } from '../context.ts';
import type { Control, MeasuredManager } from '../control/control.ts';
import { openControl } from '../control/open-control.ts';
import { resolveSettings, type SettingFlags, type Settings } from '../settings.ts';

/** What checks look at. Each part is made when the first check asks, and once. Dispose closes what was opened. */
export interface Subject extends AsyncDisposable {
  readonly context: Context;
  /** The service that the person asks about. */
  readonly service: ServiceName | undefined;
  settings(): Promise<Settings>;
  control(): Promise<Control>;
  /** The same, once it is known that the other side answers. */
  reached(): Promise<Control>;
  manager(): Promise<MeasuredManager>;
}

/** Prepares what checks look at; opens nothing yet. */
export function createSubject(context: Context, flags: SettingFlags, service: ServiceName | undefined): Subject {
  const stack = new AsyncDisposableStack();
  const settings = once(() => resolveSettings(context.host, flags));
  const control = once(async () => stack.use(await openControl(context, await settings())));
  const manager = once(async () => (await control()).measureManager());
  return {
    context,
    service,
    settings,
    control,
    async reached() {
      const found = await control();
      // The services of a cluster are the API server's, which answers without a manager.
      if (found.cluster === undefined) await manager();
      return found;
    },
    manager,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
