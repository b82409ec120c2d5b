import { InterceptError } from '@switchyard/contract';
import type { WatchEvent } from './client.ts';
import { toFailure, type StatusObject } from './http/failure.ts';
import type { KubeObject } from './resources/meta.ts';

/** One line of a watch. */
interface WatchLine {
  readonly type: string;
  readonly object: unknown;
}

/** Reads the lines of a watch. Throws what the server tells as an error: `cluster_gone` where the version is too old. */
export async function* readEvents<T extends KubeObject>(title: string, lines: AsyncIterable<string>): AsyncGenerator<WatchEvent<T>> {
  for await (const line of lines) yield toEvent<T>(title, line);
}

function toEvent<T extends KubeObject>(title: string, line: string): WatchEvent<T> {
  const { type, object } = parseLine(title, line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { t: 'put', object: object as T };
    case 'DELETED':
      return { t: 'delete', object: object as T };
    case 'BOOKMARK':
      return { t: 'bookmark', resourceVersion: (object as KubeObject).metadata.resourceVersion ?? '' };
    case 'ERROR': {
      const status = object as StatusObject;
      throw toFailure(title, status.code ?? 500, status);
    }
    default:
      throw new InterceptError('cluster_unavailable', `The answer to ${title} has an event of an unknown type.`);
  }
}

function parseLine(title: string, line: string): WatchLine {
  try {
    return JSON.parse(line) as WatchLine;
  } catch (error) {
    throw new InterceptError('cluster_unavailable', `The answer to ${title} has a line that is no JSON.`, { cause: error });
  }
}
