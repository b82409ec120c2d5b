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

/** One call of the unary API: the answer's bytes for the request's. */
export type ApiCall = (caller: Caller, request: Buffer) => Promise<Buffer>;

/** The unary API by its methods, whatever carries the calls. */
export function createApiCalls(api: ManagerApi): Record<keyof typeof managerDefinition, ApiCall> {
  return {
    getManager: async (caller) => encodeManagerInfo(await api.info(caller)),
    listServices: async (caller) => encodeServices(await api.listServices(caller)),
    listIntercepts: async (caller) => encodeIntercepts(await api.listIntercepts(caller)),
    removeIntercepts: async (caller, request) => encodeRemoved(await api.removeIntercepts(caller, parseRemoval(request))),
    explain: async (caller, request) => encodeReport(await api.explain(caller, parseQuestion(request))),
  };
}

type Implementation = Record<keyof typeof managerDefinition, UntypedServiceImplementation[string]>;

/** The unary API for grpc-js: reads who calls, answers bytes, and turns failures into statuses. */
export function createApiService(
  calls: Record<keyof typeof managerDefinition, ApiCall>,
  log: Log,
  find: Connections['find'],
): Implementation {
  const serve =
    (answer: ApiCall) =>
    (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>): void => {
      void Promise.resolve()
        .then(() => answer(parseCaller(call.metadata, find(call.getPeer())?.remoteAddress ?? ''), call.request))
        .then(
          (bytes) => reply(null, bytes),
          (reason: unknown) => reply(toStatus(toShownError(reason, log))),
        );
    };
  const { getManager, listServices, listIntercepts, removeIntercepts, explain } = calls;
  return {
    getManager: serve(getManager),
    listServices: serve(listServices),
    listIntercepts: serve(listIntercepts),
    removeIntercepts: serve(removeIntercepts),
    explain: serve(explain),
  };
}

/** Who calls, as the metadata says; throws `bad_usage`. */
export function parseCaller(metadata: Metadata, address: string): Caller {
  const [owner] = metadata.get(ownerKey);
  const [authorization] = metadata.get('authorization');
  return toCaller(owner, authorization, address);
}

/** Who calls; throws `bad_usage`. */
export function toCaller(owner: unknown, authorization: unknown, address: string): Caller {
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
