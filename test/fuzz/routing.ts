/** The fields that may carry a key by default, in lower case. */
export const routingNames: readonly string[] = ['x-intercept-id', 'baggage', 'cookie', 'kubernetes-route-as', 'x-intercept-hops'];

/** The values of the fields that route, in order, as `name: value`. */
export function routingOf(fields: readonly (readonly [name: string, value: string])[]): string[] {
  return fields.filter(([name]) => routingNames.includes(name)).map(([name, value]) => `${name}: ${value}`);
}
