import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemDetails } from '@bespoke/workflow-schema';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/**
 * On loopback the browser of this machine is the way in for strangers: a page whose name was rebound to
 * 127.0.0.1, or one that sends requests across origins. Host must be a loopback name, and Origin, where there is
 * one, the gateway's own.
 */
export function refuseRebinding(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const reason = rebindingReason(request.headers.host, request.headers.origin);
  if (reason === null) return done();
  void reply
    .status(403)
    .header('Content-Type', 'application/problem+json; charset=utf-8')
    .send(problemDetails({ status: 403, code: 'foreign-origin', detail: reason }, request.id));
}

/** Why a request with these headers is refused, or null. */
export function rebindingReason(host: string | undefined, origin: string | undefined): string | null {
  const url = `http://${host ?? ''}`;
  if (!URL.canParse(url) || !isLoopback(new URL(url).hostname)) {
    return 'The gateway listens on this machine only, so the Host of a request must be localhost or 127.0.0.1.';
  }
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return 'Requests from pages of another origin are refused.';
  }
  return null;
}
