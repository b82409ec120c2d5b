import type { InterceptId } from '@switchyard/contract';

/** The intercept whose session is asked for: by its object's name, and its uid, as another object of the name is another intercept. */
export interface HopTarget {
  readonly id: InterceptId;
  readonly uid: string;
}

/** What the connection becomes once the peer agrees (RFC 9110 section 7.8). */
export const hopProtocol = 'switchyard-hop';

/** How long a connection between managers is idle before the system asks whether the other end lives, milliseconds. */
export const keepAliveMs = 10_000;

/** The audience of the tokens by which managers of a namespace prove themselves to each other. */
export const peerAudience = 'switchyard-peer';

/** The path that stands for `target`. */
export function toHopPath({ id, uid }: HopTarget): string {
  return `/intercepts/${id}/${uid}`;
}

/** The target that `path` stands for; undefined where it is none. */
export function parseHopPath(path: string): HopTarget | undefined {
  const [, id, uid] = /^\/intercepts\/([a-z0-9.-]{1,253})\/([A-Za-z0-9.-]{1,128})$/.exec(path) ?? [];
  return id === undefined || uid === undefined ? undefined : { id: id as InterceptId, uid };
}
