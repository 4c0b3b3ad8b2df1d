import { isIPv4, SocketAddress } from 'node:net'

/**
 * Truncates an address to its network: IPv4 to /24, IPv6 to /48, IPv4-mapped IPv6 as IPv4. Takes a valid address (a zone such as
 * `%eth0` is dropped) and returns the canonical text of the first address of the network.
 */
export function anonymizeIp(ip: string): string {
  if (isIPv4(ip)) return withoutLast(ip)
  const network = ipv6Network(ip, 3)
  return network.endsWith('::') ? network : withoutLast(network)
}

/** The network of the first `kept` groups of a valid IPv6 address, such as the /64 for 4; the IPv4 address of an IPv4-mapped one. */
export function ipv6Network(ip: string, kept: number): string {
  const canonical = new SocketAddress({ address: ip.split('%', 1)[0] ?? ip, family: 'ipv6' }).address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(canonical)?.[1]
  return mapped ?? compress(groups(canonical).slice(0, kept))
}

// The canonical text has at most one `::`, which stands for the missing groups.
function groups(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  if (tail === undefined) return left
  const right = tail === '' ? [] : tail.split(':')
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
}

function compress(network: string[]): string {
  while (network.at(-1) === '0') network.pop()
  return `${network.join(':')}::`
}

function withoutLast(ipv4: string): string {
  return `${ipv4.slice(0, ipv4.lastIndexOf('.'))}.0`
}
