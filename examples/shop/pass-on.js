// What the three services share: how to call the next one, and how to answer.

// A developer's key travels in `baggage` (and, easier to type, in `x-intercept-id`). A service only has to pass on what it
// got; OpenTelemetry does that by itself, these services do it by hand.
const passedOn = ['baggage', 'x-intercept-id', 'traceparent', 'tracestate'];

/** Calls the next service for `request` and resolves with its answer, or with `{ error }` when there is no good one. */
export async function ask(url, request) {
  const headers = Object.fromEntries(passedOn.filter((name) => name in request.headers).map((name) => [name, request.headers[name]]));
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
    if (response.ok) return await response.json();
    return { error: `${response.status} ${response.headers.get('x-intercept-error') ?? response.statusText}` };
  } catch (error) {
    return { error: error.cause?.code ?? error.message };
  }
}

/** Answers with `body` as one line of JSON; 502 when a service behind it failed. */
export function answer(response, body) {
  const failed = Object.values(body).some((part) => part?.error !== undefined);
  response.writeHead(failed ? 502 : 200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
