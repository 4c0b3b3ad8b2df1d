import { describe, expect, it } from 'vitest'
import {
  classifyError,
  DeadlineError,
  type ErrorAction,
  type ErrorMeaning,
  meaningOf,
  UnsafeSettingsError,
} from '../src/index.ts'

const table: [code: string, what: string, action: ErrorAction, meaning: ErrorMeaning][] = [
  ['08000', 'a connection exception', 'retry', 'unavailable'],
  ['08006', 'a lost connection', 'retry', 'unavailable'],
  ['57P01', 'a shutdown by the administrator', 'retry', 'unavailable'],
  ['57P02', 'a crash of another backend', 'retry', 'unavailable'],
  ['57P03', 'a server that is starting', 'retry', 'unavailable'],
  ['57P04', 'a database that was dropped', 'retry', 'unavailable'],
  ['53100', 'a full disk', 'retry', 'unavailable'],
  ['53200', 'no memory', 'retry', 'unavailable'],
  ['53300', 'too many connections', 'retry', 'unavailable'],
  ['40001', 'a serialization failure', 'retry', 'unavailable'],
  ['40P01', 'a deadlock', 'retry', 'unavailable'],
  ['55P03', 'a lock that was not given in time', 'retry', 'unavailable'],
  ['25P03', 'a transaction that idled', 'retry', 'unavailable'],
  ['22P02', 'text that is no number', 'split', 'mistake'],
  ['22021', 'a NUL in a text', 'split', 'mistake'],
  ['22003', 'a number out of range', 'split', 'mistake'],
  ['23502', 'a missing value', 'split', 'mistake'],
  ['54000', 'a statement or an index row that is too large', 'split', 'mistake'],
  ['ERR_STRING_TOO_LONG', 'parameters that do not fit into one string', 'split', 'mistake'],
  ['57014', 'our own statement timeout', 'halve', 'unavailable'],
  ['42P01', 'a missing table', 'stop', 'mistake'],
  ['42703', 'a misspelt column', 'stop', 'mistake'],
  ['42883', 'a missing function', 'stop', 'mistake'],
  ['42501', 'a missing privilege', 'stop', 'mistake'],
  ['3F000', 'a missing schema', 'stop', 'mistake'],
  ['28P01', 'a wrong password', 'stop', 'unavailable'],
  ['28000', 'a user that may not come in', 'stop', 'unavailable'],
  ['3D000', 'a missing database', 'stop', 'unavailable'],
  ['25006', 'a server that is read only: a fail-over', 'retry_alarm', 'unavailable'],
  ['57000', 'an intervention', 'retry_alarm', 'unavailable'],
  ['55000', 'an object that is not ready', 'retry_alarm', 'unavailable'],
  ['58030', 'an I/O error', 'retry_alarm', 'unavailable'],
  ['XX000', 'an internal error', 'retry_alarm', 'unavailable'],
  ['XX001', 'corrupted data', 'retry_alarm', 'unavailable'],
  ['AT001', 'a batch that does not account for its offsets', 'retry_alarm', 'mistake'],
  ['AT002', 'a period that is no longer kept', 'retry_alarm', 'gone'],
  ['0A000', 'what nobody thought of', 'retry_alarm', 'mistake'],
  ['CONNECTION_CLOSED', 'a connection that was closed', 'retry', 'unavailable'],
  ['CONNECTION_ENDED', 'a client that was ended', 'retry', 'unreachable'],
  ['CONNECTION_DESTROYED', 'a client that was destroyed', 'retry', 'unreachable'],
  ['CONNECT_TIMEOUT', 'nobody who answers', 'retry', 'unreachable'],
  ['ECONNREFUSED', 'nobody who listens', 'retry', 'unreachable'],
  ['ECONNRESET', 'a reset', 'retry', 'unreachable'],
  ['ECONNABORTED', 'an aborted connection', 'retry', 'unreachable'],
  ['EPIPE', 'a closed pipe', 'retry', 'unreachable'],
  ['ETIMEDOUT', 'a network timeout', 'retry', 'unreachable'],
  ['EHOSTUNREACH', 'an unreachable host', 'retry', 'unreachable'],
  ['EHOSTDOWN', 'a host that is down', 'retry', 'unreachable'],
  ['ENETUNREACH', 'an unreachable network', 'retry', 'unreachable'],
  ['ENETDOWN', 'a network that is down', 'retry', 'unreachable'],
  ['ENOTFOUND', 'a name that is not known', 'retry', 'unreachable'],
  ['EAI_AGAIN', 'a name server that is down', 'retry', 'unreachable'],
  ['ENOENT', 'no Unix socket', 'retry', 'unreachable'],
]

describe('classifyError', () => {
  it.each(table)('%s (%s) is %s for a batch and %s for a reader, wrapped or not', (code, _, action, meaning) => {
    const error = Object.assign(new Error('failed'), { code })
    for (const thrown of [error, new Error('Failed query', { cause: error })])
      expect([classifyError(thrown), meaningOf(thrown)]).toEqual([action, meaning])
  })

  it('never loops over errors that cause each other', () => {
    const one = new Error('one')
    one.cause = new Error('two', { cause: one })
    expect([classifyError(one), meaningOf(one)]).toEqual(['retry_alarm', 'mistake'])
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
      expect([classifyError(thrown), meaningOf(thrown)]).toEqual(['retry_alarm', 'mistake'])
    }
  })
})
