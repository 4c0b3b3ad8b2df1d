import fc from 'fast-check'
import { ask, complaints, type FuzzAnswer } from './check-answer.ts'
import { type Document, type FuzzedRequest, routesOf } from './requests.ts'

interface FuzzOptions {
  url: string
  seed: number
  /** Requests to each route. */
  runs: number
  key?: string
  onAnswer?: (request: FuzzedRequest, answer: FuzzAnswer) => Promise<void>
}

/** Sends generated requests to every route of the app's own document. Resolves with how many, and what was wrong. */
export async function fuzzApp({
  url,
  seed,
  runs,
  key = 'none',
  onAnswer = async () => {},
}: FuzzOptions): Promise<{ requests: number; statuses: Map<number, number>; wrong: string[] }> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  const statuses = new Map<number, number>()
  const wrong: string[] = []
  for (const route of routesOf(document, key)) {
    const property = fc.asyncProperty(route.requests, async (request) => {
      const answer = await ask(url, request)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      await onAnswer(request, answer)
      const found = complaints(route, answer)
      if (found.length > 0) throw new Error(`${found.join(', ')}: ${JSON.stringify(request).slice(0, 600)}`)
    })
    const { failed, errorInstance: error } = await fc.check(property, {
      seed,
      numRuns: runs,
      interruptAfterTimeLimit: 60_000,
    })
    const text = error instanceof Error ? error.message : String(error)
    if (failed) wrong.push(`${route.method} ${route.template} ${text}`)
  }
  return { requests: [...statuses.values()].reduce((sum, count) => sum + count, 0), statuses, wrong }
}
