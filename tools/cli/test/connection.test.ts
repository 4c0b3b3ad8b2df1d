import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseSettings } from '@ads-tracker/data'
import { kafkaSettings } from '@ads-tracker/kafka'
import { entry, freePort, runSource } from '@ads-tracker/local-servers'
import { Type } from '@sinclair/typebox'
import { Command } from 'commander'
import { expect, it, onTestFinished } from 'vitest'
import { readConfig, withConnection } from '../src/connection.ts'

const Config = Type.Object({ ...databaseSettings, ...kafkaSettings })
const read = (args: string[], env: Record<string, string>) =>
  readConfig(Config, withConnection(new Command()).parse(args, { from: 'user' }), env)

function stackFolder(servers: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'ads-tracker-cli-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  writeFileSync(join(dir, 'servers.json'), JSON.stringify(servers))
  return dir
}

const local = { DATABASE_URL: 'postgres://ads:ads@127.0.0.1:6001/ads', KAFKA_BROKERS: '127.0.0.1:6002' }
const named = { DATABASE_URL: 'postgres://me@db.example:5432/ads', KAFKA_BROKERS: 'kafka.example:9092' }

it('takes the servers that npm start has written down in its folder', () => {
  const dir = stackFolder(local)
  expect(read([], { STACK_DIR: dir })).toMatchObject(local)
  expect(read(['--stack-dir', dir], {})).toMatchObject(local)
})

it('takes options before variables, and both before those of npm start', () => {
  const env = { ...named, STACK_DIR: stackFolder(local) }
  expect(read([], env)).toMatchObject(named)
  expect(read(['--kafka-brokers', 'other:9092'], env)).toMatchObject({ ...named, KAFKA_BROKERS: 'other:9092' })
})

it('never mixes a server that is named with one of npm start', () => {
  const env = { DATABASE_URL: named.DATABASE_URL, STACK_DIR: stackFolder(local) }
  expect(() => read([], env)).toThrow('KAFKA_BROKERS: is required')
})

it('takes no server by default in an image', () => {
  const env = { NODE_ENV: 'production', STACK_DIR: stackFolder(local) }
  expect(() => read([], env)).toThrow(/DATABASE_URL: is required[^]*KAFKA_BROKERS: is required/)
})

it.each([['seed'], ['ledger'], ['verify'], ['migrate']])(
  '%s says in one line that PostgreSQL does not answer, and where',
  async (name) => {
    const port = await freePort()
    const DATABASE_URL = `postgres://ads:very-secret@127.0.0.1:${port}/ads`
    const { code, stderr } = await runSource(entry('tools/cli'), [name], { DATABASE_URL })
    expect(stderr).toMatch(new RegExp(`^PostgreSQL does not answer at 127.0.0.1:${port} .*\n$`))
    expect(code).toBe(1)
  },
  60_000,
)

it('says in one line that Kafka does not answer, and where', async () => {
  const port = await freePort()
  const env = { DATABASE_URL: 'postgres://ads@127.0.0.1:1/ads', KAFKA_BROKERS: `127.0.0.1:${port}` }
  const { code, stderr } = await runSource(entry('tools/cli'), ['ledger', 'accept', 't', '0', '--reason', 'r'], env)
  expect(stderr).toMatch(new RegExp(`^Kafka does not answer at 127.0.0.1:${port} .*\n$`))
  expect(code).toBe(1)
}, 60_000)

it('ends with 0 for help and with 78 when it is used wrongly', async () => {
  expect(await runSource(entry('tools/cli'), ['seed', '--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Usage: cli seed') as string,
    stderr: '',
  })
  expect(await runSource(entry('tools/cli'), ['api-keys'])).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('a command is missing') as string,
  })
})
