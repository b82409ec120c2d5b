import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  InterceptError,
  parseRoutingKey,
  parseServiceName,
  type InterceptId,
  type InterceptInfo,
  type PortInfo,
  type PortProtocol,
  type ServiceInfo,
} from '@switchyard/contract';
import { encodeMessage } from './encode.ts';
import {
  AuthMode as ProtoAuth,
  GetManagerRequestSchema,
  GetManagerResponseSchema,
  ListInterceptsResponseSchema,
  ListServicesResponseSchema,
  PortProtocol as ProtoProtocol,
  RemoveInterceptsRequestSchema,
  RemoveInterceptsResponseSchema,
  RenewInterceptRequestSchema,
  RenewInterceptResponseSchema,
  type Port,
  type Service,
  type SignIn as ProtoSignIn,
} from './generated/switchyard/api/v1/api_pb.ts';
import { fromIntercept, fromTimestamp, parseInterceptId, toIntercept } from './intercept.ts';
import { wireLimits } from './limits.ts';
import type { AuthMode, ManagerInfo, RemovalFilter, SignIn } from './manager-info.ts';
import { toShown } from './text.ts';
import { parseMessage, toViolation } from './violation.ts';

const textLimit = wireLimits.shownNameCharacters.value;
const auths: Readonly<Record<AuthMode, ProtoAuth>> = {
  none: ProtoAuth.NONE,
  token: ProtoAuth.TOKEN,
  kubernetes: ProtoAuth.KUBERNETES,
};
const protocols: Readonly<Record<PortProtocol, ProtoProtocol>> = {
  auto: ProtoProtocol.AUTO,
  http: ProtoProtocol.HTTP,
  tcp: ProtoProtocol.TCP,
};

/** A request that asks for nothing in particular: of GetManager, ListServices and ListIntercepts. */
export function encodeEmptyRequest(): Buffer {
  return encodeMessage(GetManagerRequestSchema, {});
}

/** The answer to GetManager as bytes. */
export function encodeManagerInfo({ version, protocol, auth, owner, groups = [], now, policy, signIn }: ManagerInfo): Buffer {
  return encodeMessage(GetManagerResponseSchema, {
    version,
    protocol,
    auth: auths[auth],
    ...(owner === undefined ? {} : { owner }),
    groups: [...groups],
    ...(now === undefined ? {} : { now: timestampFromDate(now) }),
    ...(policy === undefined ? {} : { policy }),
    ...(signIn === undefined ? {} : { signIn: { ...signIn, scopes: [...signIn.scopes] } }),
  });
}

/** The answer to GetManager; throws `protocol_violation`. */
export function parseManagerInfo(bytes: Uint8Array): ManagerInfo {
  const { version, protocol, auth, owner, groups, now, policy, signIn } = parseMessage(GetManagerResponseSchema, bytes);
  if (protocol === undefined) throw toViolation('it names no protocol version');
  return {
    version: toShown(version, textLimit),
    protocol: { min: protocol.min, max: protocol.max },
    auth: fromAuth(auth),
    owner: owner === undefined ? undefined : toShown(owner, textLimit),
    ...(groups.length === 0 ? {} : { groups: groups.map((group) => toShown(group, textLimit)) }),
    now: now === undefined ? undefined : fromTimestamp(now),
    policy: policy && { keyless: policy.keyless, percent: policy.percent },
    ...(signIn === undefined ? {} : { signIn: fromSignIn(signIn) }),
  };
}

function fromSignIn({ issuer, clientId, scopes }: ProtoSignIn): SignIn {
  const show = (text: string): string => toShown(text, textLimit);
  return { issuer: show(issuer), clientId: show(clientId), scopes: scopes.map(show) };
}

/** A mode of another version counts as `token`: some proof is wanted. */
function fromAuth(auth: ProtoAuth): AuthMode {
  if (auth === ProtoAuth.NONE) return 'none';
  return auth === ProtoAuth.KUBERNETES ? 'kubernetes' : 'token';
}

/** The answer to ListServices as bytes. */
export function encodeServices(services: readonly ServiceInfo[]): Buffer {
  return encodeMessage(ListServicesResponseSchema, {
    services: services.map(({ name, ports }) => ({
      name,
      ports: ports.map((port) => ({ ...port, notes: [...port.notes], protocol: protocols[port.protocol] })),
    })),
  });
}

/** The answer to ListServices; throws `bad_usage` or `protocol_violation`. */
export function parseServices(bytes: Uint8Array): readonly ServiceInfo[] {
  return parseMessage(ListServicesResponseSchema, bytes).services.map(fromService);
}

function fromService({ name, ports }: Service): ServiceInfo {
  return { name: parseServiceName(toShown(name, textLimit)), ports: ports.map(fromPort) };
}

function fromPort({ name, listen, baseline, protocol, notes }: Port): PortInfo {
  return {
    name: toShown(name, textLimit),
    listen: toShown(listen, textLimit),
    baseline: toShown(baseline, textLimit),
    protocol: fromProtocol(protocol),
    notes: notes.map((note) => toShown(note, textLimit)),
  };
}

function fromProtocol(protocol: ProtoProtocol): PortProtocol {
  if (protocol === ProtoProtocol.HTTP) return 'http';
  return protocol === ProtoProtocol.TCP ? 'tcp' : 'auto';
}

/** The answer to ListIntercepts as bytes. */
export function encodeIntercepts(intercepts: readonly InterceptInfo[]): Buffer {
  return encodeMessage(ListInterceptsResponseSchema, { intercepts: intercepts.map(toIntercept) });
}

/**
 * The answer to ListIntercepts; throws `protocol_violation`. One that this version does not understand is left out: somebody's intercept
 * with a condition of tomorrow must not keep others from theirs.
 */
export function parseIntercepts(bytes: Uint8Array): readonly InterceptInfo[] {
  return parseMessage(ListInterceptsResponseSchema, bytes).intercepts.flatMap((intercept) => {
    try {
      return [fromIntercept(intercept)];
    } catch (reason) {
      if (reason instanceof InterceptError && reason.code === 'bad_usage') return [];
      throw reason;
    }
  });
}

/** A request of RemoveIntercepts as bytes. */
export function encodeRemoval({ service, key, keyless = false, all }: RemovalFilter): Buffer {
  return encodeMessage(RemoveInterceptsRequestSchema, { service: service ?? '', key: key ?? '', keyless, all });
}

/** A request of RemoveIntercepts; throws `bad_usage` or `protocol_violation`. */
export function parseRemoval(bytes: Uint8Array): RemovalFilter {
  const { service, key, keyless, all } = parseMessage(RemoveInterceptsRequestSchema, bytes);
  if (service === '' && key === '' && !keyless && !all) {
    throw new InterceptError('bad_usage', 'The request does not say which intercepts to remove.', {
      hint: 'Name a service or a key, or ask for all.',
    });
  }
  return {
    ...(service === '' ? {} : { service: parseServiceName(toShown(service, textLimit)) }),
    ...(key === '' ? {} : { key: parseRoutingKey(toShown(key, textLimit)) }),
    ...(keyless ? { keyless } : {}),
    all,
  };
}

/** The answer to RemoveIntercepts as bytes. */
export function encodeRemoved(intercepts: readonly InterceptInfo[]): Buffer {
  return encodeMessage(RemoveInterceptsResponseSchema, { intercepts: intercepts.map(toIntercept) });
}

/** The answer to RemoveIntercepts; throws `bad_usage` or `protocol_violation`. */
export function parseRemoved(bytes: Uint8Array): readonly InterceptInfo[] {
  return parseMessage(RemoveInterceptsResponseSchema, bytes).intercepts.map(fromIntercept);
}

/** Which intercept is to live longer. */
export interface Renewal {
  readonly id: InterceptId;
  /** From now on; undefined asks for the manager's default. */
  readonly lifetimeMs: number | undefined;
}

/** A request of RenewIntercept as bytes. */
export function encodeRenewal({ id, lifetimeMs }: Renewal): Buffer {
  return encodeMessage(RenewInterceptRequestSchema, { id, ...(lifetimeMs === undefined ? {} : { lifetimeMs }) });
}

/** A request of RenewIntercept; throws `bad_usage` or `protocol_violation`. */
export function parseRenewal(bytes: Uint8Array): Renewal {
  const { id, lifetimeMs } = parseMessage(RenewInterceptRequestSchema, bytes);
  return { id: parseInterceptId(id), lifetimeMs };
}

/** The answer to RenewIntercept as bytes. */
export function encodeRenewed(intercept: InterceptInfo): Buffer {
  return encodeMessage(RenewInterceptResponseSchema, { intercept: toIntercept(intercept) });
}

/** The answer to RenewIntercept; throws `bad_usage` or `protocol_violation`. */
export function parseRenewed(bytes: Uint8Array): InterceptInfo {
  const { intercept } = parseMessage(RenewInterceptResponseSchema, bytes);
  if (intercept === undefined) throw toViolation('it names no intercept');
  return fromIntercept(intercept);
}
