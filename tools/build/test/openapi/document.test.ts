import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createConfig, lint } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { operations, type Document, type Schema } from '../../src/openapi/document.ts'
import { files } from '../../src/openapi/files.ts'

const document = JSON.parse(readFileSync(files.document, 'utf8')) as Document
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(document, 'document')

describe('the committed document', () => {
  it('has no finding of the linter, with its strict rules and without an exception', async () => {
    expect(await findings(fileURLToPath(new URL(`file://${files.document}`)))).toEqual([])
  })

  it('is really looked at by the linter', async () => {
    const bad = fileURLToPath(new URL('bad-example.json', import.meta.url))
    expect(await findings(bad)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('operation-operationId'),
        expect.stringContaining('no-invalid-media-type-examples'),
      ]),
    )
  })

  it('has the operations of the contract, each named once', () => {
    expect(operations(document).map(({ name, operation }) => `${name} ${operation.operationId}`)).toEqual([
      'GET /ads listAds',
      'POST /ads createAd',
      'GET /ads/analytics getAnalytics',
      'GET /ads/analytics/live streamAnalytics',
      'GET /ads/analytics/series getSeries',
      'POST /ads/click recordClick',
      'POST /ads/events recordEvents',
      'GET /ads/events/{event_id} getReceipt',
      'GET /ads/exports/{type}/{day}.{format} exportEvents',
      'POST /ads/impression recordImpression',
      'GET /ads/{id} getAd',
      'PATCH /ads/{id} updateAd',
      'DELETE /ads/{id} archiveAd',
      'GET /health/books getBooks',
    ])
  })

  describe.each(operations(document))('$name', ({ operation }) => {
    const answers = Object.entries(operation.responses).map(([status, response]) => ({ status, ...resolve(response) }))

    it('says what it is for', () => {
      expect(operation.summary).toMatch(/^[A-Z].{5,}/)
      expect(operation.tags).toHaveLength(1)
      for (const answer of answers) expect(answer.description).not.toBe('Default Response')
    })

    it('has an example for what it takes and what it gives, and each fits its schema', () => {
      for (const body of [operation.requestBody, ...answers]) {
        for (const [type, { schema, example, examples }] of Object.entries(body?.content ?? {})) {
          const values = examples ? Object.values(examples).map(({ value }) => value) : [example]
          expect(values.length, type).toBeGreaterThan(0)
          for (const value of values) expect(mistakes(schema, value), JSON.stringify(value)).toEqual([])
        }
      }
      for (const { name, in: place, example, schema } of operation.parameters ?? []) {
        if (place === 'path') expect(mistakes(schema, example), name).toEqual([])
      }
    })

    it('names the codes of every problem, and when to come back', () => {
      const problems = answers.filter(({ status }) => Number(status) >= 400)
      expect(problems.map(({ status }) => status)).toEqual(
        expect.arrayContaining(['400', '408', '431', '500', '502', '503']),
      )
      for (const { status, content, headers, description } of problems) {
        const examples = Object.entries(content?.['application/problem+json']?.examples ?? {})
        expect(examples, status).not.toEqual([])
        for (const [code, { value }] of examples) {
          expect(value).toMatchObject({ code, status: Number(status) })
          expect(description).toContain(`\`${code}\``)
        }
        expect('Retry-After' in (headers ?? {}), `Retry-After of ${status}`).toBe(
          ['429', '502', '503'].includes(status),
        )
      }
    })
  })

  it('tells what a caller without a key gets, wherever a key is asked for', () => {
    const guarded = operations(document).filter(({ operation }) => operation.security?.some((way) => 'apiKey' in way))
    expect(guarded.map(({ operation }) => operation.operationId)).toEqual([
      'createAd',
      'getAnalytics',
      'streamAnalytics',
      'getSeries',
      'exportEvents',
      'updateAd',
      'archiveAd',
      'getBooks',
    ])
    for (const { operation } of guarded)
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403']))
    expect(document.components?.securitySchemes).toHaveProperty('apiKey')
  })

  it('documents the headers that clients steer by', () => {
    const of = (name: string) => operations(document).find(({ operation }) => operation.operationId === name)?.operation
    expect(of('listAds')?.responses['200']?.headers).toHaveProperty('Link')
    expect(of('createAd')?.responses['201']?.headers).toHaveProperty('Location')
    expect(of('getAnalytics')?.responses['200']?.headers).toHaveProperty('X-Complete-Through')
    expect(resolve(of('getReceipt')?.responses['404'] ?? { description: '' }).headers).toHaveProperty(
      'X-Complete-Through',
    )
    for (const name of ['recordClick', 'recordImpression'])
      expect(of(name)?.parameters?.map((one) => one.name)).toContain('Idempotency-Key')
  })
})

async function findings(ref: string): Promise<string[]> {
  const problems = await lint({ ref, config: await createConfig({ extends: ['recommended-strict'] }) })
  return problems.map(({ ruleId, message, location }) => `${ruleId} at ${location[0]?.pointer}: ${message}`)
}

function resolve<T extends { $ref?: string }>(value: T): T {
  if (!value.$ref) return value
  return value.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], document) as T
}

function mistakes(schema: Schema, value: unknown) {
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object)
  return validate(value) ? [] : validate.errors
}
