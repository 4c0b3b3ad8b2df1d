import { expect, test } from 'vitest'
import { neededPorts, readSettings, UsageError } from '../src/settings.ts'

test('the addresses are those of the operating contract unless variables say otherwise', () => {
  expect(readSettings([], {}).ports).toEqual({
    gateway: 8080,
    adsApi: 3001,
    clickIngest: 3002,
    clickWriter: 3003,
    postgres: 54320,
    kafka: 19092,
  })
  expect(readSettings([], { PORT: '9000', KAFKA_PORT: '9100' }).ports).toMatchObject({
    gateway: 9000,
    kafka: 9100,
    adsApi: 3001,
  })
})

test('state is in .stack of the repository, or where STACK_DIR says', () => {
  expect(readSettings([], {}).dir).toMatch(/\/\.stack$/)
  expect(readSettings([], { STACK_DIR: '/tmp/x' }).dir).toBe('/tmp/x')
})

test.each([
  [
    ['--only', 'kafka,postgres'],
    ['postgres', 'kafka'],
  ],
  [['--only=kafka'], ['kafka']],
  [['--reset'], undefined],
])('%j asks for %j alone', (args, only) => {
  expect(readSettings(args, {}).only).toEqual(only)
})

test.each([[['--onyl', 'kafka']], [['--only']], [['--only', 'kafka,redis']], [['start']]])(
  '%j is refused with what there is',
  (args) => {
    expect(() => readSettings(args, {})).toThrow(UsageError)
  },
)

test.each(['0', '65535', '80a', '-1'])('a port of %s is refused by the name of its variable', (value) => {
  expect(() => readSettings([], { ADS_API_PORT: value })).toThrow('ADS_API_PORT')
})

test('a server that the environment names needs no port here', () => {
  const names = (env: NodeJS.ProcessEnv, args: string[] = []) =>
    neededPorts(readSettings(args, env)).map(({ variable }) => variable)
  expect(names({ DATABASE_URL: 'postgres://x', KAFKA_BROKERS: 'x:1' })).toEqual([
    'ADS_API_PORT',
    'CLICK_INGEST_PORT',
    'CLICK_WRITER_PORT',
    'PORT',
  ])
  expect(names({}, ['--only', 'postgres'])).toEqual(['POSTGRES_PORT'])
})
