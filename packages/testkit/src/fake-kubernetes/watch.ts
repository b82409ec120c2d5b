import type { ServerResponse } from 'node:http';
import type { FakeTarget } from './paths.ts';
import { parseSelector } from './selector.ts';
import { FakeFailure, toStatus } from './status.ts';
import type { FakeChange, FakeStore } from './store.ts';

/** An open watch. */
export interface FakeWatch {
  /** Tells the version reached, as a server does about once a minute. */
  bookmark(): void;
  /** Ends it: in an orderly way, or with the connection. */
  cut(how: 'end' | 'reset'): void;
}

/** Where and from which version a watch looks. */
export interface WatchRequest {
  readonly target: FakeTarget;
  readonly query: URLSearchParams;
  /** How a version that is too old is told: as an event of a watch that was accepted, or as its answer. */
  readonly tellGoneAs: 'event' | 'status';
}

/** Serves a watch on `response` until it is cut. Throws `FakeFailure` where it is refused. */
export function serveWatch(store: FakeStore, { target, query, tellGoneAs }: WatchRequest, response: ServerResponse): FakeWatch {
  const selects = parseSelector(query);
  const from = Number(query.get('resourceVersion') ?? store.version);
  const gone = from < store.oldest ? `too old resource version: ${from} (${store.oldest})` : undefined;
  if (gone !== undefined && tellGoneAs === 'status') throw new FakeFailure(410, 'Expired', gone);

  let kind = '';
  const send = (type: string, object: object): void => {
    // A watch that was cut misses what happens until its connection is closed.
    if (!response.writableEnded) response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const tell = ({ t, place, object, before }: FakeChange): void => {
    if (place.group !== target.group || place.plural !== target.plural) return;
    if (target.namespace !== undefined && place.namespace !== target.namespace) return;
    kind = object.kind;
    // For a watch, an object is there while the watch's selector fits it.
    const was = before !== undefined && selects(before);
    const is = t !== 'DELETED' && selects(object);
    if (is) send(was ? 'MODIFIED' : 'ADDED', object);
    else if (was) send('DELETED', { ...before, metadata: { ...before.metadata, resourceVersion: object.metadata.resourceVersion } });
  };

  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  if (gone === undefined) {
    for (const change of store.changesSince(from)) tell(change);
    response.once('close', store.onChange(tell));
  } else {
    send('ERROR', toStatus(410, gone));
    response.end();
  }
  return {
    bookmark: () => {
      if (query.get('allowWatchBookmarks') !== 'true') return;
      send('BOOKMARK', { kind, apiVersion: target.apiVersion, metadata: { resourceVersion: String(store.version) } });
    },
    cut: (how) => {
      if (how === 'end') response.end();
      else response.destroy();
    },
  };
}
