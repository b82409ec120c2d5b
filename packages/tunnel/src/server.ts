import { toLimitValues, type Clock, type Log, type Metrics } from '@switchyard/contract';
import { eventDefinition, managerDefinition, tunnelDefinition, type BytesMethod, type VersionRange } from '@switchyard/wire';
import type { ManagerApi } from './api.ts';
import { createApiCalls, createApiService } from './api-server.ts';
import { createCallListener } from './carrier/call-listener.ts';
import { createEventListener } from './carrier/event-listener.ts';
import { createUpgradeListener, type ServeStream } from './carrier/web-socket-server.ts';
import { openConnections, type Connection, type Connections } from './connections.ts';
import { createGrpcServer, type GrpcMethod, type IncomingCall } from './grpc/grpc-server.ts';
import { fixedTunnelLimits, tunnelLimits, type TunnelLimits } from './limits.ts';
import { createHttp1Server, type Http1Listener } from './listen/http1-server.ts';
import { createReception, type TlsTerms } from './listen/reception.ts';
import type { ServerIdentity } from './listen/tls-server.ts';
import { createEventService } from './event-server.ts';
import { createServerStreams, type ServerStreams } from './server-streams.ts';
import { SessionTable } from './session-table.ts';
import type { AcceptSession, OnTurnedAway } from './session.ts';

/** What a tunnel server needs. */
export interface TunnelServerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Where a tunnel server listens and whom it serves. */
export interface TunnelServerOptions {
  /** Decides about each new session. */
  readonly accept: AcceptSession;
  /** Learns of agents that are turned away before. */
  readonly onTurnedAway?: OnTurnedAway | undefined;
  /**
   * What an agent has to prove before `accept` is asked: nothing, or that it holds the key that it names (`Hello.publicKey`); without a key
   * it is refused with `not_signed_in`. Default: nothing.
   */
  readonly proof?: 'none' | 'key';
  /** Versions of the protocol to speak. Default: all that there are. */
  readonly versions?: VersionRange;
  /** Serves the unary calls on the same port. */
  readonly api: ManagerApi;
  /** Serves requests of HTTP/1.1 on the same port. Default: each is answered with 404. */
  readonly onRequest?: Http1Listener;
  /** Default: everything is spoken in plaintext. */
  readonly tls?: TlsTerms | undefined;
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly limits?: Partial<TunnelLimits>;
}

/** The manager's end: one gRPC server for tunnel and API. Dispose closes every session (`draining`) and connection. */
export interface TunnelServer extends AsyncDisposable {
  /** The port that it listens on. */
  readonly port: number;
  /** Tells every agent that this manager is about to stop, and refuses new sessions with `draining`. */
  drain(): void;
  /** Shows another certificate from now on. Throws `bad_config`, and goes on with the old one, where it cannot be used. */
  renewIdentity(identity: ServerIdentity): void;
}

/**
 * Opens the manager's end. Rejects with `port_in_use`, or `bad_config` where the address cannot be listened on or the certificate not be
 * used.
 */
export async function openTunnelServer(deps: TunnelServerDeps, options: TunnelServerOptions): Promise<TunnelServer> {
  const limits = toLimitValues(tunnelLimits, options.limits);
  const sessions = new SessionTable(deps.clock, limits);
  registerMetrics(deps.metrics, sessions);
  const methods = new Map<string, GrpcMethod>();
  const grpc = createGrpcServer(deps.clock, methods);
  const reception = createReception(deps.log, options.tls, {
    http2: grpc.accept,
    http1: (socket) => http1.emit('connection', socket),
  });
  const connections = await openConnections(deps.clock, options.listen, {
    strangers: fixedTunnelLimits.strangerConnections.value,
    proofMs: limits.connectionProofMs,
    onConnection: reception.accept,
  });
  const calls = createApiCalls(options.api);
  const listener = createCallListener(
    calls,
    deps.log,
    createEventListener({ ...deps, api: options.api }, options.onRequest ?? refuseRequest),
  );
  const http1 = createHttp1Server(deps.clock, connections.find, listener);
  const streams = createServerStreams(deps, options, limits, sessions);
  addService(methods, tunnelDefinition, createTunnelService(streams, connections, limits));
  http1.on('upgrade', createUpgradeListener(connections.find, toUpgrades(streams)));
  addService(methods, managerDefinition, createApiService(calls, deps.log, connections.find));
  addService(methods, eventDefinition, createEventService(options.api, { ...deps, find: connections.find }));
  return {
    port: connections.port,
    drain: () => sessions.drain(),
    renewIdentity: reception.renewIdentity,
    async [Symbol.asyncDispose]() {
      sessions.close();
      const closed = connections.close();
      http1.closeAllConnections();
      http1.close();
      grpc.close();
      await closed;
    },
  };
}

const refuseRequest: Http1Listener = (_request, response) => void response.writeHead(404, { connection: 'close' }).end();

function addService<Name extends string>(
  methods: Map<string, GrpcMethod>,
  definition: Readonly<Record<Name, BytesMethod>>,
  service: Readonly<Record<Name, GrpcMethod>>,
): void {
  for (const name in definition) methods.set(definition[name].path, service[name]);
}

function createTunnelService(
  { control, carry }: ServerStreams,
  connections: Connections,
  limits: TunnelLimits,
): Record<keyof typeof tunnelDefinition, GrpcMethod> {
  const maxStreams = limits.maxPipesPerSession + fixedTunnelLimits.strangerStreams.value;
  const serveOnConnection =
    (serve: (call: IncomingCall, connection: Connection) => void): GrpcMethod =>
    (call) => {
      const connection = connections.find(call.peer);
      if (connection !== undefined) serve(call, connection);
    };
  return {
    control: serveOnConnection((call, connection) =>
      control(
        connection,
        (handler) => call.take(handler, { urgent: true }),
        () => call.widen(maxStreams),
      ),
    ),
    carry: serveOnConnection((call, connection) => carry(connection, (handler) => call.take(handler))),
  };
}

/** Which stream a WebSocket at a path is. */
function toUpgrades({ control, carry }: ServerStreams): ReadonlyMap<string, ServeStream> {
  return new Map<string, ServeStream>([
    [tunnelDefinition.control.path, control],
    [tunnelDefinition.carry.path, carry],
  ]);
}

function registerMetrics(metrics: Metrics, sessions: SessionTable): void {
  metrics.gauge({ name: 'switchyard_tunnel_sessions', help: 'Live agent sessions.' }, () => sessions.all().length);
  metrics.gauge({ name: 'switchyard_tunnel_pipes', help: 'Connections that the tunnel carries now.' }, () =>
    sessions.all().reduce((sum, session) => sum + session.carrying, 0),
  );
}
