import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { Clock, InterceptError } from '@switchyard/contract';
import {
  encodeEmptyRequest,
  encodeQuestion,
  encodeRemoval,
  managerDefinition,
  parseFailure,
  parseIntercepts,
  parseManagerInfo,
  parseRemoved,
  parseReport,
  parseServices,
  type BytesMethod,
} from '@switchyard/wire';
import type { ManagerClient } from './api.ts';
import { failureKey, ownerKey } from './api-metadata.ts';
import { apiChannelOptions } from './channel-options.ts';
import { toTarget } from './channel-target.ts';
import { tunnelLimits } from './limits.ts';
import { readEvents } from './event-client.ts';
import { explainUnreachable, toSilent, toStranger } from './reach.ts';

/** Which manager to ask, and as whom. */
export interface ManagerClientOptions {
  /** As of `TunnelClientOptions`. */
  readonly url: URL;
  readonly owner: string;
  readonly token: string | undefined;
  readonly clock: Clock;
  /** Deadline of each call; 3 s unless told. */
  readonly timeoutMs?: number;
}

/** A client of the manager's unary API. Connects on the first call. */
export function openManagerClient(options: ManagerClientOptions): ManagerClient {
  const { url, clock, timeoutMs = tunnelLimits.connectMs.value } = options;
  const { target, secure } = toTarget(url);
  const client = new Client(target, secure ? credentials.createSsl() : credentials.createInsecure(), apiChannelOptions);
  const metadata = toMetadata(options);

  const call = async (method: BytesMethod, request: Buffer): Promise<Buffer> => {
    const answer = await ask(client, method, request, metadata, clock, timeoutMs);
    if (Buffer.isBuffer(answer)) return answer;
    if (answer === 'silent') throw toSilent(url, timeoutMs);
    throw await toError(answer, url, clock);
  };
  return {
    info: async () => parseManagerInfo(await call(managerDefinition.getManager, encodeEmptyRequest())),
    listServices: async () => parseServices(await call(managerDefinition.listServices, encodeEmptyRequest())),
    listIntercepts: async () => parseIntercepts(await call(managerDefinition.listIntercepts, encodeEmptyRequest())),
    removeIntercepts: async (filter) => parseRemoved(await call(managerDefinition.removeIntercepts, encodeRemoval(filter))),
    explain: async (question) => parseReport(await call(managerDefinition.explain, encodeQuestion(question))),
    async watchEvents(request, onEvent, signal) {
      const end = await readEvents(client, metadata, clock, { request, onEvent, signal });
      if (end.t === 'silent') throw toSilent(url, end.ms);
      if (end.t === 'status') throw await toError(end.status, url, clock);
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

async function toError(error: Pick<ServiceError, 'code' | 'details' | 'metadata'>, url: URL, clock: Clock): Promise<InterceptError> {
  const [failure] = error.metadata.get(failureKey);
  if (Buffer.isBuffer(failure)) return parseFailure(failure);
  return error.code === status.UNAVAILABLE ? explainUnreachable(clock, url, error) : toStranger(url, 'speaks HTTP/2', error);
}
