import type { FieldError, Problem } from './types.ts'

/** Codes of the API's problems, and of what can happen on the way. */
export type ErrorCode = Problem['code'] | 'connection_lost' | 'timeout' | 'invalid_answer'

interface Details {
  status?: number
  errors?: FieldError[]
  problem?: Problem
  eventId?: string
  retryAfterMs?: number
  completeThrough?: Date
  cause?: unknown
}

/** Every failure of a call but its cancellation. Decide by `code`. */
export class AdsTrackerError extends Error {
  override readonly name = 'AdsTrackerError'
  readonly code: ErrorCode
  /** HTTP status; absent when there was no answer. */
  readonly status: number | undefined
  /** What is wrong with which field. */
  readonly errors: FieldError[]
  /** The body of the answer. */
  readonly problem: Problem | undefined
  /** Of the event that is not known to be stored: send it again under this id. */
  readonly eventId: string | undefined
  /** Milliseconds that the API asks to wait. */
  readonly retryAfterMs: number | undefined
  /** For a receipt that is not there: everything acknowledged before this time is known. */
  readonly completeThrough: Date | undefined

  constructor(code: ErrorCode, message: string, { cause, ...details }: Details = {}) {
    super(message, { cause })
    this.code = code
    this.status = details.status
    this.errors = details.errors ?? []
    this.problem = details.problem
    this.eventId = details.eventId
    this.retryAfterMs = details.retryAfterMs
    this.completeThrough = details.completeThrough
  }
}

/** True for an error of this SDK with one of these codes, or with any when none is given. */
export function isAdsTrackerError<C extends ErrorCode>(
  error: unknown,
  ...codes: C[]
): error is AdsTrackerError & { readonly code: C } {
  return error instanceof AdsTrackerError && (codes.length === 0 || codes.some((code) => code === error.code))
}

// What a proxy in between answers has no code of ours.
const codeByStatus: Record<number, ErrorCode> = {
  429: 'rate_limited',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'bad_gateway',
}

/** The error for an answer that is no success. */
export function errorOf(response: Response, body: unknown): AdsTrackerError {
  const problem = isProblem(body) ? body : undefined
  const code = problem?.code ?? codeByStatus[response.status] ?? 'invalid_answer'
  const completeThrough = response.headers.get('x-complete-through')
  return new AdsTrackerError(code, problem?.detail ?? problem?.title ?? `The server answered ${response.status}`, {
    status: response.status,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    ...(problem && { problem, errors: problem.errors }),
    ...(completeThrough && { completeThrough: new Date(completeThrough) }),
  })
}

/** The same error, naming the event that it is about. */
export function aboutEvent(error: AdsTrackerError, eventId: string): AdsTrackerError {
  return new AdsTrackerError(error.code, error.message, { ...error, cause: error.cause, eventId })
}

function isProblem(body: unknown): body is Problem {
  return typeof (body as Problem | undefined)?.code === 'string'
}

// RFC 9110, section 10.2.3: seconds or a date.
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
