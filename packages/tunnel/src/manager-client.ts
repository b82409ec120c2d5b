import { Metadata, status, type Client, type ServiceError } from '@grpc/grpc-js';
import { InterceptError, type Clock } from '@switchyard/contract';
import {
  encodeEmptyRequest,
  encodeQuestion,
  encodeRemoval,
  encodeRenewal,
  managerDefinition,
  parseFailure,
  parseIntercepts,
  parseManagerInfo,
  parseRemoved,
  parseRenewed,
  parseReport,
  parseServices,
  type BytesMethod,
} from '@switchyard/wire';
import type { ManagerClient } from './api.ts';
import { failureKey, ownerKey } from './api-metadata.ts';
import { apiChannelOptions } from './channel-options.ts';
import { callOverHttp1 } from './carrier/http1-call.ts';
import { readEventsOverHttp1 } from './carrier/http1-events.ts';
import { createGrpcClient } from './carrier/grpc-client.ts';
import { createAccess, type Access } from './connect/access.ts';
import { toSilent, toStranger } from './connect/connect-error.ts';
import { explainUnreachable, type Finding } from './connect/explain-unreachable.ts';
import { tunnelLimits } from './limits.ts';
import { readEvents } from './event-client.ts';

/** Which manager to ask, and as whom. */
export interface ManagerClientOptions {
  /** As of `TunnelClientOptions`. */
  readonly url: URL;
  readonly access?: Access | undefined;
  readonly owner: string;
  readonly token: string | undefined;
  readonly clock: Clock;
  /** Deadline of each call; 3 s unless told. */
  readonly timeoutMs?: number;
}

/** A client of the manager's unary API. Connects on the first call. */
export function openManagerClient(options: ManagerClientOptions): ManagerClient {
  const { url, clock, access = createAccess(), timeoutMs = tunnelLimits.connectMs.value } = options;
  const client = createGrpcClient(url, access, apiChannelOptions);
  const metadata = toMetadata(options);

  const call = async (method: BytesMethod, request: Buffer): Promise<Buffer> => {
    const [first, second] = access.carriersFor(url);
    if (first === 'websocket') return callOverHttp1(options, access, method, request);
    const answer = await ask(client, method, request, metadata, clock, timeoutMs);
    if (Buffer.isBuffer(answer)) return answer;
    if (answer !== 'silent' && answer.code === status.UNIMPLEMENTED && method !== managerDefinition.getManager) throw toOlder(url);
    const found = await toFinding(answer, options, access);
    if (second === undefined || !found.connects) throw found.error;
    try {
      const bytes = await callOverHttp1(options, access, method, request);
      access.remember(url, second);
      return bytes;
    } catch (reason) {
      const error = InterceptError.from(reason);
      throw error.code === 'manager_unreachable' ? found.error : error;
    }
  };
  return {
    info: async () => parseManagerInfo(await call(managerDefinition.getManager, encodeEmptyRequest())),
    listServices: async () => parseServices(await call(managerDefinition.listServices, encodeEmptyRequest())),
    listIntercepts: async () => parseIntercepts(await call(managerDefinition.listIntercepts, encodeEmptyRequest())),
    removeIntercepts: async (filter) => parseRemoved(await call(managerDefinition.removeIntercepts, encodeRemoval(filter))),
    renewIntercept: async (id, lifetimeMs) => parseRenewed(await call(managerDefinition.renewIntercept, encodeRenewal({ id, lifetimeMs }))),
    explain: async (question) => parseReport(await call(managerDefinition.explain, encodeQuestion(question))),
    async watchEvents(request, onEvent, signal) {
      // Which carrier gets through, a call finds out: a stream that begins has no second try.
      if (access.carriersFor(url).length > 1) await call(managerDefinition.getManager, encodeEmptyRequest());
      if (access.carriersFor(url)[0] === 'websocket') return readEventsOverHttp1(options, access, { request, onEvent, signal });
      const end = await readEvents(client, metadata, clock, { request, onEvent, signal });
      if (end.t === 'silent') throw toSilent(url, end.ms);
      if (end.t === 'status') throw (await toFinding(end.status, options, access)).error;
    },
    [Symbol.asyncDispose]: async () => client.close(),
  };
}

function toMetadata({ owner, token }: ManagerClientOptions): Metadata {
  const metadata = new Metadata();
  metadata.set(ownerKey, Buffer.from(owner));
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

/** Every manager has `GetManager`; other methods came with later versions. */
function toOlder(url: URL): InterceptError {
  return new InterceptError('version_mismatch', `The manager at ${url.host} is older than this program, and cannot do that.`, {
    hint: 'Ask the one who runs the manager to upgrade it.',
  });
}

/** One call: the answer's bytes, the library's error, or `silent` when the deadline came first. */
function ask(
  client: Client,
  method: BytesMethod,
  request: Buffer,
  metadata: Metadata,
  clock: Clock,
  timeoutMs: number,
): Promise<Buffer | ServiceError | 'silent'> {
  return new Promise((resolve) => {
    const call = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadata,
      (error, answer) => {
        timer.cancel();
        resolve(error ?? answer ?? Buffer.alloc(0));
      },
    );
    const timer = clock.after(timeoutMs, () => {
      resolve('silent');
      call.cancel();
    });
  });
}

async function toFinding(
  answer: Pick<ServiceError, 'code' | 'details' | 'metadata'> | 'silent',
  { url, clock, timeoutMs = tunnelLimits.connectMs.value }: ManagerClientOptions,
  access: Access,
): Promise<Finding> {
  if (answer === 'silent') return { error: toSilent(url, timeoutMs), connects: true };
  const [failure] = answer.metadata.get(failureKey);
  if (Buffer.isBuffer(failure)) return { error: parseFailure(failure), connects: false };
  if (answer.code === status.UNAVAILABLE) return explainUnreachable(clock, url, access, answer);
  return { error: toStranger(url, 'speaks HTTP/2', answer), connects: true };
}
