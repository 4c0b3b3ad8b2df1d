import { createApiKey, createDatabase } from '@ads-tracker/data'
import type { Fault, Trial } from '../fault.ts'
import type { FuzzAnswer } from '../fuzz/check-answer.ts'
import { fuzzApp } from '../fuzz/fuzz-app.ts'
import type { FuzzedRequest } from '../fuzz/requests.ts'
import type { SentEvent } from '../journal.ts'
import { drained } from '../oracle/oracle.ts'
import type { Body } from '../post-events.ts'

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
    const url = system.ingests[0]?.url ?? ''
    const onAnswer = (request: FuzzedRequest, answer: FuzzAnswer) => remember(system, request, answer)
    report(trial, await fuzzApp({ url, seed, runs: 300, onAnswer }))
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
  const counts = [...statuses].sort().map(([status, count]) => `${status} ${count} times`)
  say(`${requests} requests: ${counts.join(', ')}`)
  for (const text of wrong) expect(false, text)
}

/** Into the journal, with what the server calls it: only its fate counts, not its payload. */
async function remember(
  { journal }: Trial['system'],
  { path, body = '', headers }: FuzzedRequest,
  answer: FuzzAnswer,
): Promise<void> {
  const { event_id, results } = (answer.body ?? {}) as Body
  const single: Pick<SentEvent, 'type'> = { type: path.endsWith('/click') ? 'click' : 'impression' }
  const sent = results ? (JSON.parse(body) as { events: SentEvent[] }).events : [single]
  const kept = (results ?? [{ event_id: event_id ?? null, status: answer.status }]).flatMap((result, place) =>
    result.status === 202 && result.event_id !== null
      ? [{ type: sent[place]!.type, ad_id: 1, event_id: result.event_id }]
      : [],
  )
  if (kept.length === 0) return
  const request = journal.nextRequest()
  const agent = headers['user-agent'] ?? ''
  await journal.append({ at: Date.now() - 10_000, request, agent, send: kept, any: true })
  const ids = kept.map((event) => event.event_id)
  await journal.append({ at: Date.now(), request, outcomes: ids.map(() => 'ok'), ids })
}
