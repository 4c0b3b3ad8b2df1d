import { isIP, isIPv6 } from 'node:net'
import { ipv6Network } from '@ads-tracker/events'
import type { FastifyRequest } from 'fastify'
import { withoutPort } from './trust-proxy.ts'

/**
 * The client's address: what a trusted proxy says of it, some with its port. Where that is no address, it is the other end of
 * the connection, and an unspecified address once that is gone.
 */
export function peerOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const bare = withoutPort(ip)
  return isIP(bare) !== 0 ? bare : (socket.remoteAddress ?? '0.0.0.0')
}

/** What counts as one client: its address, of IPv6 the /64 that one customer owns. */
export function networkOf(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const peer = peerOf(request)
  return isIPv6(peer) ? ipv6Network(peer, 4) : peer
}
