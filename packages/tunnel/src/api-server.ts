import { InterceptError, type Log } from '@switchyard/contract';
import {
  encodeFailure,
  encodeIntercepts,
  encodeManagerInfo,
  encodeRemoved,
  encodeRenewed,
  encodeReport,
  encodeServices,
  parseOwner,
  parseQuestion,
  parseRemoval,
  parseRenewal,
  readBearer,
  type managerDefinition,
} from '@switchyard/wire';
import type { Caller, ManagerApi } from './api.ts';
import { failureKey, ownerKey } from './api-metadata.ts';
import type { Connections } from './connections.ts';
import type { GrpcMethod } from './grpc/grpc-server.ts';
import { createUnaryMethod } from './grpc/serve-one.ts';
import type { CallEnd } from './grpc/server-call.ts';
import { findHeader, type HeaderList } from './http2/header-field.ts';
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
    renewIntercept: async (caller, request) => {
      const { id, lifetimeMs } = parseRenewal(request);
      return encodeRenewed(await api.renewIntercept(caller, id, lifetimeMs));
    },
    explain: async (caller, request) => encodeReport(await api.explain(caller, parseQuestion(request))),
  };
}

/** The unary API over gRPC: reads who calls, answers bytes, and turns failures into statuses. */
export function createApiService(
  calls: Record<keyof typeof managerDefinition, ApiCall>,
  log: Log,
  find: Connections['find'],
): Record<keyof typeof managerDefinition, GrpcMethod> {
  const serve = (answer: ApiCall): GrpcMethod =>
    createUnaryMethod(
      ({ headers, peer }, request) => answer(parseCaller(headers, find(peer)?.remoteAddress ?? ''), request),
      (reason) => toCallEnd(toShownError(reason, log)),
    );
  const { getManager, listServices, listIntercepts, removeIntercepts, renewIntercept, explain } = calls;
  return {
    getManager: serve(getManager),
    listServices: serve(listServices),
    listIntercepts: serve(listIntercepts),
    removeIntercepts: serve(removeIntercepts),
    renewIntercept: serve(renewIntercept),
    explain: serve(explain),
  };
}

/** Who calls, as the head of the call says; throws `bad_usage`. */
export function parseCaller(headers: HeaderList, address: string): Caller {
  return toCaller(findHeader(headers, ownerKey), findHeader(headers, 'authorization'), address);
}

/** Who calls; `owner` is in base64, as names may have any characters. Throws `bad_usage`. */
export function toCaller(owner: string | undefined, authorization: string | undefined, address: string): Caller {
  if (owner === undefined) throw new InterceptError('bad_usage', 'The call does not say who calls.');
  return {
    owner: parseOwner(Buffer.from(owner, 'base64').toString()),
    token: authorization === undefined ? undefined : readBearer(authorization),
    address,
  };
}

/** How a call ends that failed, with what the caller may know of it in the trailer. */
export function toCallEnd(error: InterceptError): CallEnd {
  return { code: error.row.grpc, details: error.message, trailers: [[failureKey, encodeFailure(error).toString('base64')]] };
}
