import type { Clock, InterceptId, Log, Metrics } from '@switchyard/contract';
import type { AttachFrame, VersionRange } from '@switchyard/wire';
import type { Connection } from './connections.ts';
import { KeepBudget } from './kept-bytes.ts';
import { fixedTunnelLimits, type TunnelLimits } from './limits.ts';
import type { MessageStream, StreamHandler } from './message-stream.ts';
import { ServerCarry, type Attached } from './server-carry.ts';
import { ServerControl } from './server-control.ts';
import type { TunnelSession } from './server-session.ts';
import type { SessionTable } from './session-table.ts';
import type { AcceptSession, OnTurnedAway } from './session.ts';
import { protocolVersions } from './version.ts';

/** Opens the stream that is to be served, whatever carries it. */
type OpenStream = (handler: StreamHandler) => MessageStream;

/** Serves the streams of agents. */
export interface ServerStreams {
  /** `onWelcome` is called when the session is. */
  control(connection: Connection, open: OpenStream, onWelcome?: () => void): void;
  carry(connection: Connection, open: OpenStream): void;
}

/** The streams of all agents, and the sessions that they are of. */
export function createServerStreams(
  { clock, log, metrics }: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
  options: {
    readonly accept: AcceptSession;
    readonly onTurnedAway?: OnTurnedAway | undefined;
    readonly proof?: 'none' | 'key';
    readonly versions?: VersionRange;
  },
  limits: TunnelLimits,
  sessions: SessionTable,
): ServerStreams {
  const { accept, onTurnedAway = () => {}, proof = 'none', versions = protocolVersions } = options;
  const ended = metrics.counter({
    name: 'switchyard_tunnel_sessions_ended_total',
    help: 'Sessions that are over, by how they ended.',
    labels: ['end'],
  });
  const resumed = metrics.counter({
    name: 'switchyard_tunnel_pipes_resumed_total',
    help: 'Connections that went on by another stream after theirs was lost.',
  });
  const keeps = new KeepBudget(fixedTunnelLimits.keptBytes.value);
  return {
    control(connection, open, onWelcome) {
      let welcome = false;
      const controlDeps = {
        clock,
        log,
        limits,
        keeps,
        accept,
        onTurnedAway,
        proof,
        versions,
        admit: () => sessions.admit(),
        supersede: (...claim: Parameters<SessionTable['supersede']>) => sessions.supersede(...claim),
        takeLost: (...claim: Parameters<SessionTable['takeLost']>) => sessions.takeLost(...claim),
        onSession: (session: TunnelSession) => sessions.add(session),
        onSessionEnd: (session: TunnelSession, end: { readonly t: 'goodbye' | 'lost' }) => {
          sessions.remove(session);
          if (welcome) connection.removeSession();
          ended.add(1, { end: end.t });
        },
        onWelcome: () => {
          welcome = true;
          connection.addSession();
          onWelcome?.();
        },
        onRegistered: (id: InterceptId) => sessions.onRegistered(id),
        remoteAddress: connection.remoteAddress,
        breakConnection: () => connection.break(),
      };
      void new ServerControl(controlDeps, open);
    },
    carry(connection, open) {
      // The connection may be another one than that of the control stream: a WebSocket's, or one that a proxy opened for this stream alone.
      let isAttached = false;
      const attach = (carry: ServerCarry, frame: AttachFrame): Attached => {
        const attached = sessions.attach(carry, frame);
        isAttached = true;
        connection.addSession();
        if (attached.suspended !== undefined) resumed.add(1);
        return attached;
      };
      const onClose = (): void => {
        if (isAttached) connection.removeSession();
      };
      void new ServerCarry({ clock, helloMs: limits.helloMs, attach, onClose }, open);
    },
  };
}
