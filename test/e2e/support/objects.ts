import { read } from './cluster.ts';

/** A condition of an object's status. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** Any object, as far as the tests look at it. */
export interface AnyObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly unknown[];
  };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly { readonly name?: string; readonly port: number; readonly targetPort?: number | string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly routedSince?: string;
    readonly conditions?: readonly Condition[];
  };
}

/** The object of that kind and name. Throws where there is none. */
export async function get(namespace: string, kind: string, name: string): Promise<AnyObject> {
  return read<AnyObject>(['get', kind, name, '-n', namespace, '--show-managed-fields']);
}

/** The names of all objects of that kind. */
export async function names(namespace: string, kind: string): Promise<readonly string[]> {
  const { items } = await read<{ items: readonly AnyObject[] }>(['get', kind, '-n', namespace]);
  return items.map(({ metadata }) => metadata.name);
}

/** `STATUS/REASON` of a condition, or undefined where it is not there. */
export function conditionOf(object: AnyObject, type: string): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}
