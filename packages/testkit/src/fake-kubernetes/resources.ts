import { isDeepStrictEqual } from 'node:util';
import { isCustom, type FakeObject, type FakePlace, type OpenObject } from './object.ts';
import { applyJsonPatch, applyMergePatch } from './patch.ts';
import type { FakeTarget } from './paths.ts';
import { parseSelector } from './selector.ts';
import { FakeFailure, toTitle, type FakeAnswer } from './status.ts';
import type { FakeStore } from './store.ts';

/** Who the server takes every caller for. */
export interface FakeUser {
  readonly username: string;
  readonly groups?: readonly string[];
}

/** What may be asked about somebody's rights. */
export interface FakeReview {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly resourceAttributes: { readonly verb: string; readonly resource: string; readonly name?: string };
}

/** A request for resources, but for watches. */
export interface ResourceRequest {
  readonly method: string;
  readonly target: FakeTarget;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: unknown;
}

/** What requests act on. */
export interface ResourceContext {
  readonly store: FakeStore;
  readonly user: FakeUser;
  /** What a `LocalSubjectAccessReview` with this `spec` is answered. */
  review(spec: FakeReview): boolean;
  complete(object: FakeObject, before: FakeObject | undefined): FakeObject;
}

/** Answers a request; throws `FakeFailure` where it is refused. */
export function answerRequest(context: ResourceContext, request: ResourceRequest): FakeAnswer {
  const { target, method } = request;
  if (target.plural === 'selfsubjectreviews' && method === 'POST') {
    return { status: 201, body: { ...(request.body as object), status: { userInfo: context.user } } };
  }
  if (target.plural === 'localsubjectaccessreviews' && method === 'POST') {
    const { spec } = request.body as { readonly spec: FakeReview };
    return { status: 201, body: { ...(request.body as object), status: { allowed: context.review(spec) } } };
  }
  if (target.name === undefined) {
    if (method === 'GET') return { status: 200, body: list(context, request) };
    if (method === 'POST') return { status: 201, body: create(context, request) };
  } else {
    const place = { ...target, name: target.name };
    if (method === 'GET') return { status: 200, body: find(context, target, place) };
    if (method === 'PATCH') return patch(context, request, place);
    if (method === 'DELETE') return { status: 200, body: remove(context, request, place) };
  }
  throw new FakeFailure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

function list({ store }: ResourceContext, { target, query }: ResourceRequest): object {
  const items = store.list(target, target.namespace).filter(parseSelector(query));
  // Lists of built-in types leave out what is the same for all items.
  const shown = isCustom(target.group) ? items : items.map(({ apiVersion: _version, kind: _kind, ...item }) => item);
  const kind = `${items[0]?.kind ?? ''}List`;
  return { kind, apiVersion: target.apiVersion, metadata: { resourceVersion: String(store.version) }, items: shown };
}

function create({ store, complete }: ResourceContext, { target, query, body }: ResourceRequest): FakeObject {
  const given = body as FakeObject;
  const place = { ...target, name: given.metadata.name };
  if (store.get(place) !== undefined)
    throw new FakeFailure(409, 'AlreadyExists', `${toTitle({ ...target, name: place.name })} already exists`);
  const { status: _status, ...wanted } = given as OpenObject;
  return put(store, place, complete(wanted, undefined), query);
}

function put(store: FakeStore, place: FakePlace, object: FakeObject, query: URLSearchParams): FakeObject {
  return query.get('dryRun') === 'All' ? object : store.put(place, object);
}

function find({ store }: ResourceContext, target: FakeTarget, place: FakePlace): FakeObject {
  const object = store.get(place);
  if (object === undefined) throw new FakeFailure(404, 'NotFound', `${toTitle(target)} not found`);
  return object;
}

function patch(context: ResourceContext, request: ResourceRequest, place: FakePlace): FakeAnswer {
  const { target, query, body } = request;
  const isApply = request.contentType === 'application/apply-patch+yaml';
  const before = context.store.get(place);
  if (isApply && before === undefined) return { status: 201, body: create(context, request) };
  const current = find(context, target, place);
  const patched = change(request.contentType, current, body) as OpenObject;
  checkPreconditions(target, current, patched);
  const next: OpenObject = target.subresource === 'status' ? { ...current, status: patched['status'] } : withStatusOf(current, patched);
  return { status: 200, body: put(context.store, place, context.complete(next, current), query) };
}

function change(contentType: string, current: FakeObject, body: unknown): unknown {
  switch (contentType) {
    case 'application/json-patch+json':
      return applyJsonPatch(current, body);
    case 'application/merge-patch+json':
    case 'application/apply-patch+yaml':
      return applyMergePatch(current, body);
    default:
      throw new FakeFailure(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format');
  }
}

function checkPreconditions(target: FakeTarget, current: FakeObject, { metadata }: FakeObject): void {
  const { uid, resourceVersion } = current.metadata;
  if ((metadata.uid ?? uid) === uid && (metadata.resourceVersion ?? resourceVersion) === resourceVersion) return;
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  throw new FakeFailure(409, 'Conflict', `Operation cannot be fulfilled on ${toTitle(target)}: ${why}`);
}

function withStatusOf(current: FakeObject, { status: _written, ...patched }: OpenObject): OpenObject {
  const { status } = current as OpenObject;
  return status === undefined ? patched : { ...patched, status };
}

function remove(context: ResourceContext, { target, query, body }: ResourceRequest, place: FakePlace): object {
  const { metadata } = find(context, target, place);
  const { preconditions = {} } = (body ?? {}) as { preconditions?: { uid?: string; resourceVersion?: string } };
  const actual = { uid: metadata.uid, resourceVersion: metadata.resourceVersion };
  if (!isDeepStrictEqual({ ...actual, ...preconditions }, actual)) {
    const why = `the precondition ${JSON.stringify(preconditions)} does not match the record ${JSON.stringify(actual)}`;
    throw new FakeFailure(409, 'Conflict', `Operation cannot be fulfilled on ${toTitle(target)}: ${why}`);
  }
  if (query.get('dryRun') !== 'All') context.store.remove(place);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: place.name, kind: place.plural, uid: metadata.uid },
  };
}
