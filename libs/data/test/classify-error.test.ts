import { describe, expect, it } from 'vitest'
import { classifyError, DeadlineError, type ErrorAction, UnsafeSettingsError } from '../src/index.ts'

const table: [code: string, what: string, action: ErrorAction][] = [
  ['08000', 'a connection exception', 'retry'],
  ['08006', 'a lost connection', 'retry'],
  ['57P01', 'a shutdown by the administrator', 'retry'],
  ['57P02', 'a crash of another backend', 'retry'],
  ['57P03', 'a server that is starting', 'retry'],
  ['57P04', 'a database that was dropped', 'retry'],
  ['53100', 'a full disk', 'retry'],
  ['53200', 'no memory', 'retry'],
  ['53300', 'too many connections', 'retry'],
  ['40001', 'a serialization failure', 'retry'],
  ['40P01', 'a deadlock', 'retry'],
  ['55P03', 'a lock that was not given in time', 'retry'],
  ['25P03', 'a transaction that idled', 'retry'],
  ['22P02', 'text that is no number', 'split'],
  ['22021', 'a NUL in a text', 'split'],
  ['22003', 'a number out of range', 'split'],
  ['23502', 'a missing value', 'split'],
  ['54000', 'a statement or an index row that is too large', 'split'],
  ['ERR_STRING_TOO_LONG', 'parameters that do not fit into one string', 'split'],
  ['57014', 'our own statement timeout', 'halve'],
  ['42P01', 'a missing table', 'stop'],
  ['42883', 'a missing function', 'stop'],
  ['42501', 'a missing privilege', 'stop'],
  ['28P01', 'a wrong password', 'stop'],
  ['28000', 'a user that may not come in', 'stop'],
  ['3D000', 'a missing database', 'stop'],
  ['25006', 'a server that is read only: a fail-over', 'retry_alarm'],
  ['58030', 'an I/O error', 'retry_alarm'],
  ['XX000', 'an internal error', 'retry_alarm'],
  ['XX001', 'corrupted data', 'retry_alarm'],
  ['AT001', 'a batch that does not account for its offsets', 'retry_alarm'],
  ['0A000', 'what nobody thought of', 'retry_alarm'],
  ['CONNECTION_CLOSED', 'a connection that was closed', 'retry'],
  ['CONNECTION_ENDED', 'a client that was ended', 'retry'],
  ['CONNECTION_DESTROYED', 'a client that was destroyed', 'retry'],
  ['CONNECT_TIMEOUT', 'nobody who answers', 'retry'],
  ['ECONNREFUSED', 'nobody who listens', 'retry'],
  ['ECONNRESET', 'a reset', 'retry'],
  ['ECONNABORTED', 'an aborted connection', 'retry'],
  ['EPIPE', 'a closed pipe', 'retry'],
  ['ETIMEDOUT', 'a network timeout', 'retry'],
  ['EHOSTUNREACH', 'an unreachable host', 'retry'],
  ['EHOSTDOWN', 'a host that is down', 'retry'],
  ['ENETUNREACH', 'an unreachable network', 'retry'],
  ['ENETDOWN', 'a network that is down', 'retry'],
  ['ENOTFOUND', 'a name that is not known', 'retry'],
  ['EAI_AGAIN', 'a name server that is down', 'retry'],
]

describe('classifyError', () => {
  it.each(table)('%s (%s) is %s', (code, _, action) => {
    expect(classifyError(Object.assign(new Error('failed'), { code }))).toBe(action)
  })

  it('dead-letters what breaks a named constraint, but tries again when a row met a partition that moved away', () => {
    expect(classifyError({ code: '23514', constraint_name: 'clicks_ad_id_check' })).toBe('split')
    expect(classifyError({ code: '23514' })).toBe('retry')
  })

  it('knows our own errors', () => {
    expect(classifyError(new DeadlineError('late'))).toBe('retry')
    expect(classifyError(new UnsafeSettingsError('fsync = off'))).toBe('stop')
  })

  it('divides a batch that does not fit into one string', () => {
    expect(classifyError(new RangeError('Invalid string length'))).toBe('split')
  })

  it('has an answer for everything that can be thrown, and never throws', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('do not look')
        },
      },
    )
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    for (const thrown of [
      undefined,
      null,
      0,
      '',
      'text',
      {},
      [],
      { code: 42 },
      { code: null },
      Symbol('s'),
      hostile,
      revoked.proxy,
      new TypeError('a bug'),
    ]) {
      expect(classifyError(thrown)).toBe('retry_alarm')
    }
  })
})
