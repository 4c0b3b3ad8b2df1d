import { createApiKey, createDatabase } from '@ads-tracker/data'
import type { Fault, Trial } from '../fault.ts'
import type { FuzzAnswer } from '../fuzz/check-answer.ts'
import { fuzzApp } from '../fuzz/fuzz-app.ts'
import type { FuzzedRequest } from '../fuzz/requests.ts'
import type { Outcome, SentEvent } from '../journal.ts'
import { drained } from '../oracle/oracle.ts'

/** 4xx with a named field, never 5xx, and nothing invalid in Kafka. */
export const apiFuzz: Fault = {
  row: 16,
  name: 'api-fuzz',
  does: 'generated requests to every route of the OpenAPI documents, with hostile values',
  quiet: true,
  system: { api: true },
  async trial(trial) {
    const { system, random, expected, expect } = trial
    const seed = random.integer(0, 0x7fffffff)
    const [ingest] = system.ingests
    report(
      trial,
      await fuzzApp({
        url: ingest?.url ?? '',
        seed,
        runs: 300,
        onAnswer: (request, answer) => remember(system, request, answer),
      }),
    )
    expect(await drained(system, 30_000), 'the writer does not read what the fuzzer sent')
    const [letters] = await system.sql<{ unknown: string; others: string }[]>`
      select count(*) filter (where reason = 'unknown_ad') as unknown, count(*) filter (where reason <> 'unknown_ad') as others from dead_letters`
    expect(Number(letters?.others) === 0, `${letters?.others} records in Kafka are not valid`)
    // ads that do not exist are no fault of the one who sends the click
    expected.unknown_ad = Number(letters?.unknown)

    const database = createDatabase({ url: system.databaseUrl })
    const { key } = await createApiKey(database, { name: 'chaos', scopes: ['ads:write', 'analytics:read'] })
    await database.close()
    report(trial, await fuzzApp({ url: system.api?.url ?? '', seed, runs: 150, key }))
    return undefined
  },
}

function report({ expect, say }: Trial, { requests, statuses, wrong }: Awaited<ReturnType<typeof fuzzApp>>): void {
  say(
    `${requests} requests: ${[...statuses]
      .sort()
      .map(([status, count]) => `${status} ${count} times`)
      .join(', ')}`,
  )
  for (const text of wrong) expect(false, text)
}

/** Into the journal, with what the server calls it: only its fate counts, not its payload. */
async function remember(
  { journal }: Trial['system'],
  { path, body = '', headers }: FuzzedRequest,
  answer: FuzzAnswer,
): Promise<void> {
  const { event_id, results } = (answer.body ?? {}) as {
    event_id?: string
    results?: { event_id: string | null; status: number }[]
  }
  const sent = results
    ? (JSON.parse(body) as { events: SentEvent[] }).events
    : [{ type: path.endsWith('/click') ? 'click' : 'impression', ad_id: 1 } as SentEvent]
  const kept = (results ?? [{ event_id: event_id ?? null, status: answer.status }]).flatMap(
    ({ event_id: id, status }, place) =>
      status === 202 && id !== null
        ? [{ event: { type: (sent[place] as SentEvent).type, ad_id: 1, event_id: id }, outcome: 'ok' as Outcome }]
        : [],
  )
  if (kept.length === 0) return
  const request = journal.nextRequest()
  await journal.append({
    at: Date.now() - 10_000,
    request,
    agent: headers['user-agent'] ?? '',
    send: kept.map(({ event }) => event),
    any: true,
  })
  await journal.append({
    at: Date.now(),
    request,
    outcomes: kept.map(({ outcome }) => outcome),
    ids: kept.map(({ event }) => event.event_id),
  })
}
