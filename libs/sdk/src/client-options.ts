import { invalid } from './check.ts'
import type { FieldError } from './types.ts'

/**
 * Checks what `createClient` was given, before anything is sent.
 * @throws AdsTrackerError invalid_request, which names every wrong option
 */
export function checkOptions(options: unknown): void {
  const given = (options ?? {}) as Record<string, unknown>
  const errors: FieldError[] = []
  const expect = (field: string, isValid: boolean, message: string) => {
    if (!isValid) errors.push({ field, message })
  }
  expect('baseUrl', isHttpUrl(given.baseUrl), 'must be an http or https URL such as https://ads.example.com')
  for (const field of ['timeout', 'retries', 'maxRetryAfterMs']) {
    const value = given[field]
    const least = field === 'timeout' ? 1 : 0
    const isValid = typeof value === 'number' && value >= least && (field !== 'retries' || Number.isInteger(value))
    expect(field, value === undefined || isValid, `must be a number of at least ${least}`)
  }
  expect('apiKey', given.apiKey === undefined || typeof given.apiKey === 'string', 'must be a string')
  expect('fetch', given.fetch === undefined || typeof given.fetch === 'function', 'must be a function')
  if (errors.length > 0) throw invalid(errors)
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}
