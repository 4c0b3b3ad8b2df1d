import { isIPv4, SocketAddress } from 'node:net'

/**
 * Cuts an address to its network: IPv4 to /24, IPv6 to /48, IPv4-mapped IPv6 as IPv4.
 * Takes a valid address (a zone such as `%eth0` is dropped) and returns the canonical text of the network's first address.
 */
export function anonymizeIp(ip: string): string {
  if (isIPv4(ip)) return `${ip.slice(0, ip.lastIndexOf('.'))}.0`
  const canonical = new SocketAddress({ address: ip.split('%', 1)[0] ?? ip, family: 'ipv6' }).address
  const mapped = /^::ffff:(\d+\.\d+\.\d+)\.\d+$/.exec(canonical)
  if (mapped) return `${mapped[1]}.0`
  return compress(groups(canonical).slice(0, 3))
}

// The canonical text has at most one `::`, which stands for the groups that are missing to eight.
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
