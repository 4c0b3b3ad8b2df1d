import { createDatabase, readSeries, type SeriesQuery } from '@ads-tracker/data'
import { bundleOf } from '@ads-tracker/local-servers'
import type { Context } from '../context.ts'
import { wrk } from '../load/wrk.ts'
import { startDatabase, withSql } from '../processes/database.ts'
import { startProgram } from '../processes/program.ts'
import { atMost, type Check, type Figure, type Result } from '../result.ts'
import { median, percentile, ratios } from '../statistics.ts'

const ads = 1000
const from = new Date('2025-01-01T00:00:00Z')
const to = new Date('2026-01-01T00:00:00Z')
/** Minutes are stored of the last days alone: only they, and zones that begin between two hours, read them. */
const minutesFrom = new Date('2025-12-01T00:00:00Z')
const samples = 60

type Question = Pick<SeriesQuery, 'unit' | 'from' | 'to' | 'timeZone' | 'byAd'>
const month = { from: minutesFrom, to }
const questions: Record<string, Question> = {
  'a year by day': { unit: 'day', from, to, timeZone: 'UTC' },
  'a year by day, Berlin': { unit: 'day', from, to, timeZone: 'Europe/Berlin' },
  'a month by hour': { unit: 'hour', ...month, timeZone: 'Europe/Berlin' },
  'a day by minute': { unit: 'minute', from: new Date('2025-12-31T00:00:00Z'), to, timeZone: 'Europe/Berlin' },
  'a month by day, Kolkata': { unit: 'day', ...month, timeZone: 'Asia/Kolkata' },
  'a month by day, by ad': { unit: 'day', ...month, timeZone: 'Europe/Berlin', byAd: true },
}

/** Series of one ad and of a thousand with a year of rollups stored: the queries without cache, and the route against a constant buffer. */
export async function series(context: Context): Promise<Result> {
  const server = context.open(await startDatabase(context.say))
  const database = await server.fresh(ads)
  context.say('storing a year of rollups')
  const events = await fill(database.url)
  context.say(`${(events / 1e6).toFixed(1)} million events stored`)
  const one = await directly(context, database.adsApiUrl, [500])
  const all = await directly(context, database.adsApiUrl)
  const check = await checkSums(database.adsApiUrl, events)
  const served = await serve(context, database.adsApiUrl)
  const figures: Figure[] = [
    ...Object.entries({ 'one ad': one, 'a thousand ads': all }).flatMap(([whose, taken]) =>
      Object.entries(taken).flatMap(([name, times]) =>
        [50, 99].map((percent) => ({
          name: `${name}, ${whose}, no cache: p${percent}`,
          unit: 'ms',
          samples: [percentile(times, percent)],
          better: 'lower' as const,
        })),
      ),
    ),
    ...served,
  ]
  const p99 = (taken: Record<string, number[]>, name: string) => percentile(taken[name] ?? [], 99)
  return {
    benchmark: 'series',
    figures,
    goals: [
      ...['a year by day', 'a month by hour', 'a day by minute'].map((name) =>
        atMost(`${name}, one ad, no cache: p99, ms`, p99(one, name), 50),
      ),
      atMost('a year by day, a thousand ads, no cache: p99, ms', p99(all, 'a year by day'), 250),
    ],
    checks: [check],
    plots: [],
    notes: [
      'rollups alone are stored, made in SQL: raw events are read only in the minutes that a period cuts, which `analytics` measures',
    ],
  }
}

/** Milliseconds of each question, one after the other on one connection, ascending. */
async function directly(context: Context, url: string, adIds?: number[]): Promise<Record<string, number[]>> {
  const database = createDatabase({ url, max: 1 })
  const taken: Record<string, number[]> = {}
  for (const [name, question] of Object.entries(questions)) {
    const times: number[] = []
    for (let n = 0; n < samples + 5; n++) {
      const start = performance.now()
      await readSeries(database, { ...question, adIds, maxBuckets: 2000, maxRows: 50_000 })
      if (n >= 5) times.push(performance.now() - start)
    }
    taken[name] = times.sort((one, other) => one - other)
    const [p50, p99] = [50, 99].map((percent) => percentile(times, percent).toFixed(1))
    context.say(`${name}, ${adIds ? 'one ad' : 'a thousand ads'}: p50 ${p50} ms, p99 ${p99} ms`)
  }
  await database.close()
  return taken
}

async function serve(context: Context, url: string): Promise<Figure[]> {
  const env = { DATABASE_URL: url, RATE_LIMIT_MAX: '0' }
  const api = context.open(await startProgram({ name: 'ads-api', script: await bundleOf('ads-api'), env }))
  const path = `/ads/analytics/series?interval=day&from=${from.toISOString()}&to=${to.toISOString()}&ad_id=500`
  const bytes = (await (await fetch(api.url + path)).arrayBuffer()).byteLength
  const script = 'tools/bench/src/contenders/constant-floor.ts'
  const floor = context.open(await startProgram({ name: 'constant-floor', script, env: { BYTES: String(bytes) } }))
  const targets = { 'constant buffer': `${floor.url}/ads/analytics`, 'a year by day, read by many': api.url + path }
  const found: Record<string, number[]> = {}
  for (let round = 0; round <= context.rounds; round++) {
    for (const [name, url] of Object.entries(targets)) {
      const { perSecond } = await wrk({ url, connections: 8, seconds: round === 0 ? 2 : context.seconds, script: '' })
      if (round > 0) (found[name] ??= []).push(perSecond)
    }
  }
  const [constant = [], read = []] = Object.values(found)
  context.say(`a series that many read: ${median(ratios(read, constant)).toFixed(2)} of a constant buffer`)
  return [
    {
      name: 'a year by day, read by many / constant buffer',
      unit: 'ratio',
      samples: ratios(read, constant),
      better: 'higher',
    },
    ...Object.entries(found).map(([name, samples]) => ({ name, unit: 'req/s', samples, better: 'higher' as const })),
  ]
}

/** Three to four events of each ad in each hour, in the order of time as they would have come; resolves with their number. */
async function fill(url: string): Promise<number> {
  return withSql(url, async (sql) => {
    await sql`
      insert into ad_hour_stats
      select ad, hour, 0, 1 + (ad * 7 + n) % 2, 1 + (ad + n * 3) % 4
      from generate_series(${from.toISOString()}::timestamptz, ${to.toISOString()}::timestamptz - interval '1 hour', interval '1 hour') with ordinality as time (hour, n),
           generate_series(1, ${ads}::integer) as ad
      order by hour, ad`
    await sql`
      insert into ad_day_stats
      select ad_id, date_trunc('day', hour, 'UTC'), 0, sum(clicks), sum(impressions) from ad_hour_stats group by 1, 2 order by 2, 1`
    await sql`
      insert into ad_minute_stats
      select ad_id, hour + interval '1 minute' * ((ad_id * 11 + extract(day from hour)::integer * 7) % 60), 0, clicks, impressions
      from ad_hour_stats where hour >= ${minutesFrom.toISOString()}::timestamptz order by 2, 1`
    await sql`insert into ad_totals select ad_id, 0, sum(clicks), sum(impressions) from ad_day_stats group by 1`
    await sql`vacuum analyze ad_hour_stats, ad_day_stats, ad_minute_stats, ad_totals`
    const [row] = await sql<[{ events: string }]>`select sum(clicks + impressions) as events from ad_day_stats`
    return Number(row.events)
  })
}

async function checkSums(url: string, events: number): Promise<Check> {
  const database = createDatabase({ url, max: 1 })
  const query = { unit: 'month', from, to, timeZone: 'UTC', maxBuckets: 2000, maxRows: 2000 } as const
  const { buckets } = await readSeries(database, query)
  await database.close()
  const sum = buckets.reduce((total, { clicks, impressions }) => total + clicks + impressions, 0)
  return { name: 'the buckets add up to what is stored', ok: sum === events, detail: `${sum} of ${events}` }
}
