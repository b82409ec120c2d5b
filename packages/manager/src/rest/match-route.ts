import { basePath } from './openapi.ts';
import type { Method, Route } from './route.ts';

/** What a request's method and path mean. */
export type RouteMatch =
  | { readonly t: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** The path is another method's. */
  | { readonly t: 'wrong_method'; readonly allow: readonly string[] }
  | { readonly t: 'no_path' };

/** Finds the route of a request; `path` is as it was sent, without the query. A path that cannot be decoded is nobody's. */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const found = routes.flatMap((route) => {
    const params = matchPath(`${basePath}${route.path}`, path);
    return params === undefined ? [] : [{ route, params }];
  });
  // A fixed path before one with parameters, which is the order of the table.
  const match = found.find(({ route }) => route.method === toRouted(method));
  if (match !== undefined) return { t: 'route', ...match };
  if (found.length === 0) return { t: 'no_path' };
  return { t: 'wrong_method', allow: [...new Set(found.flatMap(({ route }) => toTaken(route.method)))] };
}

function toRouted(method: string): string {
  return method === 'HEAD' ? 'GET' : method;
}

function toTaken(method: Method): readonly string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const text = given[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) {
      if (segment !== text) return undefined;
    } else {
      const decoded = decode(text);
      if (decoded === undefined) return undefined;
      params[name] = decoded;
    }
  }
  return params;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
