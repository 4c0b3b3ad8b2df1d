import { isAdsTrackerError } from '@ads-tracker/sdk'

export type FailureKind = 'offline' | 'unavailable' | 'busy' | 'needs-key' | 'lacks-scope' | 'not-found' | 'refused'

/** Why there is no answer, in a sentence for people; `fields` has what is wrong with which field. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly kind: FailureKind
  readonly fields: Record<string, string>

  constructor(kind: FailureKind, message: string, fields: Record<string, string> = {}) {
    super(message)
    this.kind = kind
    this.fields = fields
  }

  /** True when the same request may succeed later without anybody doing anything. */
  get passes(): boolean {
    return ['offline', 'unavailable', 'busy'].includes(this.kind)
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (!isAdsTrackerError(error)) return new Failure('unavailable', 'An unexpected error occurred.')
  const fields = Object.fromEntries(error.errors.map(({ field, message }) => [field, message]))
  return new Failure(kindOf(error.code), sentences[kindOf(error.code)] ?? `${error.message}.`, fields)
}

const kinds: Partial<Record<string, FailureKind>> = {
  connection_lost: 'offline',
  timeout: 'offline',
  rate_limited: 'busy',
  overloaded: 'busy',
  unauthorized: 'needs-key',
  forbidden: 'lacks-scope',
  not_found: 'not-found',
  invalid_request: 'refused',
  conflict: 'refused',
  payload_too_large: 'refused',
}
const kindOf = (code: string): FailureKind => kinds[code] ?? 'unavailable'

const sentences: Partial<Record<FailureKind, string>> = {
  offline: 'The server does not answer.',
  unavailable: 'The server cannot reach its database at the moment.',
  busy: 'The server has too many requests at the moment.',
  'needs-key': 'This needs an API key.',
  'lacks-scope': 'The API key does not have the right to do this.',
}
