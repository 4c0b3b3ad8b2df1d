import { check, invalid, mistakesOfEvent } from './check.ts'
import { aboutEvent, AdsTrackerError, isAdsTrackerError } from './errors.ts'
import type { components } from './generated/api.ts'
import { requests } from './generated/requests.ts'
import type { Http } from './http.ts'
import { type RetryPolicy, unknownOutcome, withRetries } from './retry.ts'
import type { BatchEvent, EventAccepted, EventResult, NewEvent } from './types.ts'
import { uuidv7 } from './uuidv7.ts'

const maxEvents = requests.recordEvents.body.properties.events.maxItems

type Identified<T> = Omit<T, 'timestamp'> & { event_id: string; timestamp?: string }

export async function recordOne(
  http: Http,
  type: 'click' | 'impression',
  event: NewEvent,
  signal?: AbortSignal,
): Promise<EventAccepted> {
  const body = identified(event)
  check(type === 'click' ? 'recordClick' : 'recordImpression', { body })
  try {
    return (await http.again((api, signal) => api.POST(`/ads/${type}`, { body, signal }), unknownOutcome, signal)).data
  } catch (error) {
    throw isAdsTrackerError(error) ? aboutEvent(error, body.event_id) : error
  }
}

/**
 * Sends the events that are valid, and again those that were not acknowledged, each always under its id.
 * @throws when none was acknowledged or rejected; otherwise what is left over has the status 503
 */
export async function recordEvents(
  http: Http,
  events: BatchEvent[],
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<EventResult[]> {
  if (!Array.isArray(events) || events.length < 1)
    throw invalid([{ field: 'events', message: 'must be an array of 1 to 500 events' }])
  if (events.length > maxEvents) throw tooMany(events.length)
  const all = events.map((event) => identified(event))
  const results: (EventResult | undefined)[] = all.map(rejection)
  const waiting = () =>
    all.flatMap((event, index) => (results[index] && results[index].status !== 503 ? [] : [{ event, index }]))
  if (waiting().length === 0) return results as EventResult[]
  try {
    await withRetries(send, policy, unknownOutcome, signal)
  } catch (error) {
    if (!isAdsTrackerError(error, ...unknownOutcome) || waiting().length === all.length) throw error
    for (const { event, index } of waiting())
      results[index] = { event_id: event.event_id, status: 503, code: error.code }
  }
  return results as EventResult[]

  async function send() {
    const batch = waiting()
    const body = { events: batch.map(({ event }) => event) } as components['schemas']['EventBatch']
    const { data } = await http.once((api, signal) => api.POST('/ads/events', { body, signal }), signal)
    if (data?.results?.length !== batch.length)
      throw new AdsTrackerError('invalid_answer', 'The answer has not one result for each event')
    batch.forEach(({ index }, position) => (results[index] = data.results[position]))
    const refused = results.find((result) => result?.status === 503)
    if (refused)
      throw new AdsTrackerError(
        refused.code === 'overloaded' ? 'overloaded' : 'outcome_unknown',
        'Not every event was acknowledged',
        { status: 503 },
      )
  }
}

function tooMany(count: number): AdsTrackerError {
  const errors = [{ field: 'events', message: `must be at most ${maxEvents}, and there are ${count}` }]
  return new AdsTrackerError('payload_too_large', `events ${errors[0]!.message}`, { status: 413, errors })
}

function rejection(event: unknown): EventResult | undefined {
  const errors = mistakesOfEvent(event)
  return errors.length === 0 ? undefined : { event_id: null, status: 400, code: 'invalid_request', errors }
}

// The id is made once, before the first attempt: that is what makes all the others safe.
function identified<T extends NewEvent>(event: T): Identified<T> {
  if (typeof event !== 'object' || event === null) return event
  const { timestamp, ...rest } = event
  return {
    ...rest,
    event_id: event.event_id ?? uuidv7(),
    ...(timestamp !== undefined && { timestamp: timestamp instanceof Date ? toText(timestamp) : timestamp }),
  }
}

// An invalid date is for the check to name, not for toISOString to throw.
const toText = (date: Date) => (Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString())
