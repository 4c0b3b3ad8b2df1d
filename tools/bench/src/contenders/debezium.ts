import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type AdEvent, encodeEvent } from '@ads-tracker/events'
import { downloadJars, hasMaven, jarsFolder, javaVersion } from '@ads-tracker/local-servers'
import type postgres from 'postgres'
import type { Broker } from '../processes/broker.ts'
import { cpuOf, cpuOfTree, stopwatch } from '../processes/cpu.ts'
import { type DatabaseServer, withSql } from '../processes/database.ts'
import { clicksTable } from './clicks-table.ts'
import { startKafkaConnect } from './kafka-connect.ts'

export interface Stored {
  perSecond: number
  /** Of the table, to compare with the floor's. */
  contents: string
  /** Rows of the rollups that differ from the counts of the table. */
  differences: number
  /** Microseconds of CPU a row. */
  connectCpu: number
  postgresCpu: number
}

export interface Debezium {
  /**
   * Writes a backlog, lets the sink store it in an empty table, and measures from its first row to its last. The last of each
   * partition must not be a repeat: it tells that all is stored.
   */
  store(events: AdEvent[]): Promise<Stored>
  stop(): Promise<void>
}

const version = '3.5.0.Final'
// From 4.2 on the converter can be told the schema once; until then it reads it again in every record, which took 8 µs a row.
const artifacts = [
  'org.apache.kafka:connect-runtime:4.2.1',
  'org.apache.kafka:connect-json:4.2.1',
  `io.debezium:debezium-connector-jdbc:${version}`,
  'org.slf4j:slf4j-simple:1.7.36',
]
const partitions = 6
const batch = 10_000

const jars = () => jarsFolder(`debezium-${version}`)

/** Downloads what Debezium needs when it is not there yet. Says why it cannot be measured on this machine, if so. */
export async function lackingForDebezium(say: (text: string) => void): Promise<string | undefined> {
  if (javaVersion() < 17) return 'Java 17 or newer was not found'
  if (existsSync(jars())) return undefined
  if (!hasMaven()) return 'Maven was not found'
  say(`downloading Kafka Connect and Debezium from Maven Central to ${jars()} (71 MB, once)`)
  return downloadJars(jars(), artifacts).then(
    () => undefined,
    (error: Error) => error.message,
  )
}

/** The sink only inserts into the floor's table, or does the writer's job: it takes repeats, and triggers keep rollups. */
export type DebeziumJob = 'insert only' | 'same job'

/** Debezium's JDBC sink with two tasks in Kafka Connect. */
export async function startDebezium(broker: Broker, server: DatabaseServer, job: DebeziumJob): Promise<Debezium> {
  const name = `debezium_${job.replace(' ', '_')}`
  const topic = `${name}.ads.clicks.v1`
  await broker.admin.create([{ topic, numPartitions: partitions, replicationFactor: 1 }])
  const table = await clicksTable(server, name, job === 'same job')
  const connect = await startKafkaConnect({
    jars: jars(),
    worker: worker(broker),
    connector: connector(topic, new URL(table.url), job),
  })
  const producer = broker.kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  await connect.pause()
  return { store, stop: () => Promise.all([connect.stop(), producer.disconnect()]).then(() => {}) }

  async function store(events: AdEvent[]): Promise<Stored> {
    await table.empty()
    await send(events)
    await connect.resume()
    const measured = await withSql(table.url, async (sql) => {
      await until(sql, events.slice(0, partitions), 1)
      const [before] = await sql`select count(*) as rows from clicks`
      const rows = events.length - Number(before?.rows)
      const began = performance.now()
      const read = stopwatch({ connect: () => cpuOf(connect.pid), postgres: () => cpuOfTree(server.pid) })
      await until(sql, events.slice(-partitions), partitions)
      const { connect: connectTime = NaN, postgres: postgresTime = NaN } = read()
      return {
        perSecond: rows / ((performance.now() - began) / 1000),
        connectCpu: connectTime / rows,
        postgresCpu: postgresTime / rows,
      }
    })
    // consumers that wait for the next backlog would take CPU from the others
    await connect.pause()
    return { ...measured, contents: await table.contents(), differences: await table.differences() }
  }

  // In turn to all partitions: the sink keeps the order within each, so all is stored when the last of each is there.
  async function send(events: AdEvent[]) {
    for (let from = 0; from < events.length; from += 6000) {
      const messages = events
        .slice(from, from + 6000)
        .map((event, index) => ({ value: encodeEvent(event), partition: (from + index) % partitions }))
      await producer.send({ topic, acks: -1, messages })
    }
  }

  // Looks up a handful of keys: counting rows would slow what is measured.
  async function until(sql: postgres.Sql, events: AdEvent[], count: number) {
    const ids = events.map((event) => event.event_id)
    for (let n = 1; n < 15_000; n++) {
      const [found] = await sql`select count(*) as rows from clicks where event_id = any(${ids}::uuid[])`
      if (Number(found?.rows) >= count) return
      if (n % 50 === 0) await connect.check()
      await pause(20)
    }
    throw new Error('Debezium did not store its backlog in 5 minutes')
  }
}

// Full batches for both tasks: a batch cannot have more rows than the consumer hands over at once.
function worker({ brokers }: Broker) {
  return {
    'bootstrap.servers': brokers,
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'true',
    'value.converter.schema.content': JSON.stringify(schema),
    'consumer.max.poll.records': batch,
    'consumer.fetch.min.bytes': 1_000_000,
    'consumer.fetch.max.wait.ms': 100,
    'consumer.max.partition.fetch.bytes': 10_000_000,
  }
}

function connector(topic: string, { hostname, port, username, password, pathname }: URL, job: DebeziumJob) {
  return {
    name: 'debezium',
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    'tasks.max': 2,
    topics: topic,
    'connection.url': `jdbc:postgresql://${hostname}:${port}${pathname}`,
    'connection.username': username,
    'connection.password': password,
    'collection.name.format': 'clicks',
    ...(job === 'same job'
      ? {
          'insert.mode': 'upsert',
          'primary.key.mode': 'record_value',
          'primary.key.fields': 'event_id',
          'use.reduction.buffer': 'true',
        }
      : { 'insert.mode': 'insert' }),
    'batch.size': batch,
    'dialect.postgres.unnest.insert.enabled': 'true',
  }
}

const field = (name: string, type: string, more: object = {}) => ({ field: name, type, optional: true, ...more })

// What is text here is read by PostgreSQL, not by the sink.
const schema = {
  type: 'struct',
  optional: false,
  fields: [
    field('event_id', 'string', { name: 'io.debezium.data.Uuid' }),
    field('ad_id', 'int32'),
    field('occurred_at', 'string', { name: 'io.debezium.time.ZonedTimestamp' }),
    field('received_at', 'string', { name: 'io.debezium.time.ZonedTimestamp' }),
    field('ip', 'string', { parameters: { '__debezium.source.column.type': 'INET' } }),
    field('user_agent', 'string'),
    field('playback_time', 'double'),
  ],
}
