/**
 * What to do about a batch that was not applied:
 * `retry` for ever, with back-off; `split` it, because it is too large, or to find the culprit and make it a dead letter;
 * `halve` it, because it took too long; `stop` and shout, because the configuration is wrong and no event is to blame; `retry_alarm`, because nobody expected it.
 */
export type ErrorAction = 'retry' | 'split' | 'halve' | 'stop' | 'retry_alarm'

// https://www.postgresql.org/docs/current/errcodes-appendix.html. A whole code comes before its class.
const actions: Record<string, ErrorAction> = {
  '40001': 'retry', // serialization_failure
  '40P01': 'retry', // deadlock_detected
  '55P03': 'retry', // lock_not_available
  '57014': 'halve', // query_canceled: our own statement timeout
  // program_limit_exceeded: the statement is too large, or one value is too large for an index
  '54000': 'split',
  ERR_STRING_TOO_LONG: 'split', // the same, in Node
  '57P': 'retry', // shutdown, crash, starting up, database dropped
  '25P03': 'retry', // idle_in_transaction_session_timeout
  '08': 'retry', // connection exceptions
  '53': 'retry', // disk full, out of memory, too many connections
  '22': 'split', // data exceptions
  '23': 'split', // integrity constraints
  '42': 'stop', // undefined table or function, insufficient privilege
  '28': 'stop', // wrong user or password
  '3D': 'stop', // the database does not exist
  UNSAFE_SETTINGS: 'stop',
  DEADLINE: 'retry',
  // The driver's own codes and those of sockets.
  CONNECTION_CLOSED: 'retry',
  CONNECTION_ENDED: 'retry',
  CONNECTION_DESTROYED: 'retry',
  CONNECT_TIMEOUT: 'retry',
  ECONNREFUSED: 'retry',
  ECONNRESET: 'retry',
  ECONNABORTED: 'retry',
  EPIPE: 'retry',
  ETIMEDOUT: 'retry',
  EHOSTUNREACH: 'retry',
  EHOSTDOWN: 'retry',
  ENETUNREACH: 'retry',
  ENETDOWN: 'retry',
  ENOTFOUND: 'retry',
  EAI_AGAIN: 'retry',
}

/** Total: whatever was thrown has an action, and this never throws. */
export function classifyError(error: unknown): ErrorAction {
  // the parameters of the statement do not fit into one string, or a value of one event cannot be written
  if (isRangeError(error)) return 'split'
  const code = codeOf(error)
  if (isPartitionMoved(error, code)) return 'retry'
  return actions[code] ?? actions[code.slice(0, 3)] ?? actions[code.slice(0, 2)] ?? 'retry_alarm'
}

// A proxy or a broken object may throw even when it is looked at.
function isRangeError(error: unknown): boolean {
  try {
    return error instanceof RangeError
  } catch {
    return false
  }
}

function codeOf(error: unknown): string {
  try {
    const { code } = error as { code?: unknown }
    return typeof code === 'string' ? code : ''
  } catch {
    return ''
  }
}

// A row on its way into the default partition, while its day was taken out of it: the next attempt finds the new place.
// A check constraint has a name; the bounds of a partition have none.
function isPartitionMoved(error: unknown, code: string): boolean {
  return code === '23514' && !(error as { constraint_name?: unknown }).constraint_name
}
