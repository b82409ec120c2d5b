import type { KubeObject, ResourceType } from './meta.ts';

/** Who may intercept what, and how, in a namespace. What an absent field means is in the resource's definition. */
export interface InterceptPolicy extends KubeObject {
  readonly spec: {
    readonly subjects: readonly {
      readonly kind: 'User' | 'Group' | 'ServiceAccount';
      readonly name: string;
      readonly namespace?: string;
    }[];
    readonly services: readonly string[];
    readonly modes?: readonly ('Intercept' | 'Replace' | 'Mirror')[];
    readonly matchKinds?: readonly ('Key' | 'Header' | 'Path' | 'Method' | 'Query' | 'Cookie' | 'Percent' | 'Tcp')[];
    readonly targets?: readonly ('Tunnel' | 'Pod' | 'Url')[];
    readonly urls?: readonly string[];
    readonly connect?: readonly { readonly host?: string; readonly cidr?: string; readonly ports?: readonly number[] }[];
    readonly lifetime?: { readonly defaultSeconds?: number; readonly maxSeconds?: number };
    readonly interceptsPerUser?: number;
    readonly interceptsPerService?: number;
    readonly schedule?: {
      readonly timeZone: string;
      readonly days?: readonly ('Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun')[];
      readonly from: string;
      readonly to: string;
    };
    readonly approval?: 'Required' | 'NotRequired';
    readonly conditions?: readonly { readonly expression: string; readonly message?: string }[];
    readonly allowBehindNetworkPolicy?: boolean;
  };
}

/** What administrators of a namespace grant. */
export const interceptPolicies: ResourceType<InterceptPolicy> = {
  group: 'switchyard.dev',
  version: 'v1alpha1',
  kind: 'InterceptPolicy',
  plural: 'interceptpolicies',
  namespaced: true,
};
