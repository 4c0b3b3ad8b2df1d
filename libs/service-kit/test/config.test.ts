import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { expect, it } from 'vitest'
import { ConfigError, loadConfig, secret, serviceSettings } from '../src/index.ts'

const Config = Type.Object({
  ...serviceSettings(3001),
  DATABASE_URL: secret({ description: 'postgres://...' }),
  OPEN: Type.Boolean({ default: true }),
})

it('fills in defaults and converts numbers and booleans', () => {
  const config = loadConfig(Config, { DATABASE_URL: 'postgres://x', PORT: '8080', OPEN: 'false', HOST: '' })
  expect(config).toMatchObject({ PORT: 8080, OPEN: false, HOST: '127.0.0.1', LOG_LEVEL: 'info', TRUST_PROXY: '' })
})

it('takes no default of a developer machine in an image', () => {
  const Brokers = Type.Object({ KAFKA_BROKERS: Type.String({ default: '127.0.0.1:19092', localDefault: true }) })
  expect(loadConfig(Brokers, {})).toEqual({ KAFKA_BROKERS: '127.0.0.1:19092' })
  expect(loadConfig(Brokers, { NODE_ENV: 'production', KAFKA_BROKERS: 'kafka:9092' })).toEqual({
    KAFKA_BROKERS: 'kafka:9092',
  })
  expect(() => loadConfig(Brokers, { NODE_ENV: 'production' })).toThrow('KAFKA_BROKERS: is required')
})

it('lists every bad variable at once, by name and never by value', () => {
  const bad = () => loadConfig(Config, { PORT: 'hunter2', LOG_LEVEL: 'loud', TRUST_PROXY: '10.0.0.0/33' })
  expect(bad).toThrow(ConfigError)
  try {
    bad()
  } catch (error) {
    const { problems, message } = error as ConfigError
    expect(problems.map((line) => line.split(':')[0]).sort()).toEqual([
      'DATABASE_URL',
      'LOG_LEVEL',
      'PORT',
      'TRUST_PROXY',
    ])
    expect(message).not.toMatch(/hunter2|loud|\/33/)
  }
})

it('names what is missing beside a variable that is set', () => {
  const Login = Type.Object({
    USER: Type.Optional(Type.String({ needs: ['KEY'] })),
    KEY: Type.Optional(secret({ needs: ['USER'] })),
  })
  expect(loadConfig(Login, {})).toEqual({})
  expect(loadConfig(Login, { USER: 'ann', KEY: 'hunter2' })).toEqual({ USER: 'ann', KEY: 'hunter2' })
  expect(() => loadConfig(Login, { KEY: 'hunter2' })).toThrow('bad configuration:\n  USER: is required with KEY')
})

it('reads a secret from the file that NAME_FILE names', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'secret')
  writeFileSync(file, 'postgres://from-file\n')
  expect(loadConfig(Config, { DATABASE_URL_FILE: file }).DATABASE_URL).toBe('postgres://from-file')
  expect(() => loadConfig(Config, { DATABASE_URL_FILE: `${file}.gone` })).toThrow(
    /DATABASE_URL: cannot read the file that DATABASE_URL_FILE names \(ENOENT\)/,
  )
})
