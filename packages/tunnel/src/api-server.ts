import { Metadata, type sendUnaryData, type ServerUnaryCall, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { InterceptError, type Log } from '@switchyard/contract';
import {
  encodeFailure,
  encodeIntercepts,
  encodeManagerInfo,
  encodeRemoved,
  encodeReport,
  encodeServices,
  parseName,
  parseQuestion,
  parseRemoval,
  type managerDefinition,
} from '@switchyard/wire';
import type { Caller, ManagerApi } from './api.ts';
import { failureKey, ownerKey } from './api-metadata.ts';
import type { Connections } from './connections.ts';
import { toShownError } from './request-desk.ts';

type Implementation = Record<keyof typeof managerDefinition, UntypedServiceImplementation[string]>;

/** The unary API for grpc-js: reads who calls, answers bytes, and turns failures into statuses. */
export function createApiService(api: ManagerApi, log: Log, find: Connections['find']): Implementation {
  const serve =
    (answer: (caller: Caller, request: Buffer) => Promise<Buffer>) =>
    (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>): void => {
      void Promise.resolve()
        .then(() => answer(parseCaller(call.metadata, find(call.getPeer())?.remoteAddress ?? ''), call.request))
        .then(
          (bytes) => reply(null, bytes),
          (reason: unknown) => reply(toStatus(toShownError(reason, log))),
        );
    };
  return {
    getManager: serve(async (caller) => encodeManagerInfo(await api.info(caller))),
    listServices: serve(async (caller) => encodeServices(await api.listServices(caller))),
    listIntercepts: serve(async (caller) => encodeIntercepts(await api.listIntercepts(caller))),
    removeIntercepts: serve(async (caller, request) => encodeRemoved(await api.removeIntercepts(caller, parseRemoval(request)))),
    explain: serve(async (caller, request) => encodeReport(await api.explain(caller, parseQuestion(request)))),
  };
}

/** Who calls, as the metadata says; throws `bad_usage`. */
export function parseCaller(metadata: Metadata, address: string): Caller {
  const [owner] = metadata.get(ownerKey);
  const [authorization] = metadata.get('authorization');
  const token = typeof authorization === 'string' ? /^Bearer (.{1,8192})$/.exec(authorization)?.[1] : undefined;
  if (!Buffer.isBuffer(owner)) throw new InterceptError('bad_usage', 'The call does not say who calls.');
  return { owner: parseName('owner', owner.toString(), 128), token, address };
}

/** A failure as the library's status, with what the caller may know of it in the trailer. */
export function toStatus(error: InterceptError): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set(failureKey, encodeFailure(error));
  return { code: error.row.grpc, details: error.message, metadata };
}
