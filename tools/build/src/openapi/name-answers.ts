import { operations, type Document, type Response } from './document.ts'

/** Moves the answers that are problems to `components/responses`, named by status and codes: most operations share them. */
export function nameAnswers(document: Document): { document: Document; responses: Record<string, Response> } {
  const copy = structuredClone(document)
  const named = new Map<string, Response>()
  for (const { operation } of operations(copy)) {
    for (const [status, response] of Object.entries(operation.responses)) {
      const examples = response.content?.['application/problem+json']?.examples
      if (!examples) continue
      const name = [status, ...Object.keys(examples).sort(), ...specialHeaders(response)].join('.')
      named.set(name, named.get(name) ?? response)
      operation.responses[status] = { $ref: `#/components/responses/${name}` } as unknown as Response
    }
  }
  return { document: copy, responses: Object.fromEntries([...named].sort(([one], [other]) => (one < other ? -1 : 1))) }
}

const usual = ['Retry-After', 'WWW-Authenticate']
const specialHeaders = ({ headers = {} }: Response) => Object.keys(headers).filter((name) => !usual.includes(name))
