import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { type ProblemCode, problemOf } from '@ads-tracker/service-kit'
import { expect, it } from 'vitest'
import { details } from '../../src/gateway/forward.ts'

const template = readFileSync(join(workspace, 'docker/nginx/nginx.conf.template'), 'utf8')
const answers = [...template.matchAll(/return (\d+) '(\{"type".+\})';/g)].map(([, status, body = '']) => ({
  status: Number(status),
  ...(JSON.parse(body) as { code: ProblemCode; detail?: string }),
}))

it('nginx answers by itself with problems of the catalogue, in the words of the gateway of npm start', () => {
  expect(answers.length).toBeGreaterThan(5)
  for (const answer of answers) {
    const detail = answer.code in details ? details[answer.code as keyof typeof details] : answer.detail
    expect(answer).toEqual(problemOf(answer.code, { detail }, '$request_ref'))
  }
})
