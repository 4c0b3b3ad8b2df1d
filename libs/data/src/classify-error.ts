/**
 * What to do about a batch that was not applied: `retry` with backoff; `split` it, because it is too large or to find the event that
 * becomes a dead letter; `halve` it, because it took too long; `stop` with an alert, because the configuration is wrong;
 * `retry_alarm`, because the error is unexpected.
 */
export type ErrorAction = 'retry' | 'split' | 'halve' | 'stop' | 'retry_alarm'

/**
 * What an error means for a request: the database cannot be connected to or does not answer (`unreachable`), it cannot work at
 * the moment (`unavailable`), what was asked for is no longer kept (`gone`), or the statement can never succeed (`mistake`).
 */
export type ErrorMeaning = 'unreachable' | 'unavailable' | 'gone' | 'mistake'

const unreachable: [ErrorAction, ErrorMeaning] = ['retry', 'unreachable']

// https://www.postgresql.org/docs/current/errcodes-appendix.html. A code takes precedence over its class.
const table: Record<string, [ErrorAction, ErrorMeaning]> = {
  '40001': ['retry', 'unavailable'], // serialization_failure
  '40P01': ['retry', 'unavailable'], // deadlock_detected
  '55P03': ['retry', 'unavailable'], // lock_not_available
  '57014': ['halve', 'unavailable'], // query_canceled: our own statement timeout
  // program_limit_exceeded: the statement is too large, or one value is too large for an index
  '54000': ['split', 'mistake'],
  ERR_STRING_TOO_LONG: ['split', 'mistake'], // the same, in Node
  '57P': ['retry', 'unavailable'], // shutdown, crash, starting up, database dropped
  '25P03': ['retry', 'unavailable'], // idle_in_transaction_session_timeout
  '08': ['retry', 'unavailable'], // connection exceptions
  '53': ['retry', 'unavailable'], // disk full, out of memory, too many connections
  '22': ['split', 'mistake'], // data exceptions
  '23': ['split', 'mistake'], // integrity constraints
  '42': ['stop', 'mistake'], // undefined table, column or function, syntax error, insufficient privilege
  '3F': ['stop', 'mistake'], // the schema does not exist
  // the password may be in the middle of a change, the database in the middle of a restore
  '28': ['stop', 'unavailable'], // wrong user or password
  '3D': ['stop', 'unavailable'], // the database does not exist
  '25': ['retry_alarm', 'unavailable'], // read only: a fail-over
  '40': ['retry_alarm', 'unavailable'], // other rollbacks
  '55': ['retry_alarm', 'unavailable'], // an object in use or not ready
  '57': ['retry_alarm', 'unavailable'], // other interventions of an operator
  '58': ['retry_alarm', 'unavailable'], // system errors
  XX: ['retry_alarm', 'unavailable'], // internal errors
  AT002: ['retry_alarm', 'gone'], // require_kept_v1; no batch asks it
  UNSAFE_SETTINGS: ['stop', 'unavailable'],
  DEADLINE: unreachable,
  // Codes of the driver and of sockets. The next query reconnects after a lost connection.
  CONNECTION_CLOSED: ['retry', 'unavailable'],
  CONNECTION_ENDED: unreachable,
  CONNECTION_DESTROYED: unreachable,
  CONNECT_TIMEOUT: unreachable,
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  ECONNABORTED: unreachable,
  EPIPE: unreachable,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  ENETUNREACH: unreachable,
  ENETDOWN: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  ENOENT: unreachable, // no Unix socket
}

/** Never throws: every error has an action. */
export function classifyError(error: unknown): ErrorAction {
  // the parameters do not fit into a string, or a value of an event cannot be serialized
  if (isRangeError(error)) return 'split'
  if (isPartitionMoved(error)) return 'retry'
  return find(error)?.[0] ?? 'retry_alarm'
}

/** Never throws. An error that is not in the table is a `mistake`. */
export function meaningOf(error: unknown): ErrorMeaning {
  return find(error)?.[1] ?? 'mistake'
}

function find(error: unknown): [ErrorAction, ErrorMeaning] | undefined {
  const code = codeOf(error)
  return table[code] ?? table[code.slice(0, 3)] ?? table[code.slice(0, 2)]
}

// A proxy may throw on any access.
function isRangeError(error: unknown): boolean {
  try {
    return error instanceof RangeError
  } catch {
    return false
  }
}

/** SQLSTATE, or code of the driver or socket; empty without one. Drizzle wraps the driver's error, and causes may be circular. */
export function codeOf(error: unknown): string {
  try {
    for (let each = error, depth = 0; each && depth < 5; each = (each as Error).cause, depth++) {
      const { code } = each as { code?: unknown }
      if (typeof code === 'string') return code
    }
    return ''
  } catch {
    return ''
  }
}

// The partition of a day was dropped by hand: after the next maintenance its rows go to another table. A check constraint has a
// name, a partition constraint has none.
function isPartitionMoved(error: unknown): boolean {
  return codeOf(error) === '23514' && !(error as { constraint_name?: unknown }).constraint_name
}
