import { sourceAddressForms, type SourceAddressForm } from '@switchyard/contract';
import { edgeAnnotation, sourceAddressAnnotation, type Service } from '@switchyard/kube';

/** What the owner of a Service wants of the routers, by its annotations. */
export interface ServiceWishes {
  /** `untrusted`: requests come from outside, so keys on them are dropped. */
  readonly edge: Edge;
  /** How the baseline learns its clients' addresses. */
  readonly sourceAddress: SourceAddressForm;
  /** The annotations that are not understood, each as a clause. */
  readonly invalid: readonly string[];
}

const edges = ['trusted', 'untrusted'] as const;
type Edge = (typeof edges)[number];

/**
 * Reads them. What is not understood counts as the more careful choice: an edge as untrusted, and a form of addresses as none, as a baseline
 * that does not expect a header of the PROXY protocol would fail.
 */
export function readWishes({ metadata: { annotations = {} } }: Pick<Service, 'metadata'>): ServiceWishes {
  const invalid: string[] = [];
  function read<T extends string>(name: string, known: readonly T[], without: T, careful: T): T {
    const text = annotations[name];
    if (text === undefined) return without;
    const found = known.find((each) => each === text);
    if (found === undefined)
      invalid.push(`its annotation ${name} is ${JSON.stringify(text.slice(0, 64))}, which is none of ${known.join(', ')}`);
    return found ?? careful;
  }
  return {
    edge: read(edgeAnnotation, edges, 'trusted', 'untrusted'),
    sourceAddress: read(sourceAddressAnnotation, sourceAddressForms, 'none', 'none'),
    invalid,
  };
}
