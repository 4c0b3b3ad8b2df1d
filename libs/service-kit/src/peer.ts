import { isIP, isIPv6 } from 'node:net'
import { ipv6Network } from '@ads-tracker/events'
import type { FastifyRequest } from 'fastify'
import { withoutPort } from './trust-proxy.ts'

/**
 * The client's address: as forwarded by a trusted proxy, possibly with a port. If that is not an address, the remote address of
 * the connection; 0.0.0.0 if that is closed.
 */
export function peerOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const bare = withoutPort(ip)
  return isIP(bare) !== 0 ? bare : (socket.remoteAddress ?? '0.0.0.0')
}

/** What counts as one client: its IPv4 address, or its IPv6 /64, because a customer has a whole /64. */
export function networkOf(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const peer = peerOf(request)
  return isIPv6(peer) ? ipv6Network(peer, 4) : peer
}
