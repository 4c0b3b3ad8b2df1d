const codes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'CONNECT_TIMEOUT']

type Failure = Partial<
  Record<'name' | 'code' | 'message' | 'address' | 'hostname' | 'port' | 'broker' | 'errors' | 'cause', unknown>
>

/** One line that says which server does not answer and where; undefined when the error is another one. */
export function unreachable(error: unknown): string | undefined {
  for (const failure of chainOf(error)) {
    if (failure.name === 'KafkaJSConnectionError' || typeof failure.broker === 'string')
      return say('Kafka', String(failure.broker ?? ''), failure)
    if (codes.includes(String(failure.code))) return say('PostgreSQL', addressOf(failure), failure)
  }
  return undefined
}

function say(server: string, address: string, { code, message }: Failure): string {
  const where = address === '' ? '' : ` at ${address}`
  return `${server} does not answer${where} (${String(code ?? message)}): start it (npm start), or name another one`
}

function addressOf({ address, hostname, port }: Failure): string {
  const host = [address, hostname].flat()[0]
  return host === undefined ? '' : `${String(host)}:${String([port].flat()[0] ?? '')}`
}

// An error, and those that it was caused by or holds.
function chainOf(error: unknown, depth = 0): Failure[] {
  if (typeof error !== 'object' || error === null || depth > 5) return []
  const failure = error as Failure
  const held = Array.isArray(failure.errors) ? failure.errors : []
  return [failure, ...[failure.cause, ...held].flatMap((each) => chainOf(each, depth + 1))]
}
