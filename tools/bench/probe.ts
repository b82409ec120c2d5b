import { get } from 'node:http';
import { text } from 'node:stream/consumers';

/** The first word of the answer at `port` to a request with `key`: which side answered. Undefined when there was no good answer. */
export async function probe(port: number, key: string | undefined): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = key === undefined ? {} : { 'x-intercept-id': key };
  const request = get({ host: '127.0.0.1', port, headers, agent: false, timeout: 5_000 }, (response) => {
    text(response).then(resolve, reject);
  });
  request.on('timeout', () => request.destroy());
  request.on('error', reject);
  try {
    return (await promise).split(' ', 1)[0];
  } catch {
    return undefined;
  }
}
