/** The status codes of gRPC that the tunnel uses. */
export const grpcStatus = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;
