import { isGrpcServiceError } from '@temporalio/client';

/** The status codes that are acted upon (grpc.io/docs/guides/status-codes). */
export const GRPC_STATUS = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  unimplemented: 12,
  unauthenticated: 16,
} as const;

/** Undefined if the error is none of gRPC's. */
export function grpcStatusOf(error: unknown): number | undefined {
  return isGrpcServiceError(error) ? error.code : undefined;
}
