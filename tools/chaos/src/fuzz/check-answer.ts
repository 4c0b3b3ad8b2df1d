import type { FuzzedRequest, FuzzedRoute } from './requests.ts'

export interface FuzzAnswer {
  status: number
  contentType: string
  body: unknown
}

/** What is wrong with an answer, in words. */
export function complaints(route: FuzzedRoute, { status, contentType, body }: FuzzAnswer): string[] {
  const wrong: string[] = []
  if (status >= 500) wrong.push(`answers ${status}`)
  if (!route.documented.includes(String(status))) wrong.push(`answers ${status}, which is not in its document`)
  if (status < 400) return wrong
  if (!contentType.startsWith('application/problem+json')) wrong.push(`answers ${status} as ${contentType}`)
  const problem = (body ?? {}) as Record<string, unknown>
  for (const member of ['type', 'title', 'status', 'instance', 'code'])
    if (!(member in problem)) wrong.push(`has a problem without ${member}`)
  if (problem.code === 'invalid_request' && !namesFields(problem.errors))
    wrong.push(`does not name the field: ${JSON.stringify(body)}`)
  return wrong
}

function namesFields(errors: unknown): boolean {
  return (
    Array.isArray(errors) &&
    errors.length > 0 &&
    errors.every(({ field, message }) => typeof field === 'string' && field !== '' && typeof message === 'string')
  )
}

/** Sends it; the answer in full, but for a stream, which has no end. */
export async function ask(url: string, { method, path, headers, body }: FuzzedRequest): Promise<FuzzAnswer> {
  const response = await fetch(url + path, {
    method,
    headers,
    ...(method !== 'GET' && body !== undefined && { body }),
    signal: AbortSignal.timeout(10_000),
  })
  const contentType = response.headers.get('content-type') ?? ''
  const isStream = contentType.startsWith('text/event-stream')
  if (isStream) await response.body?.cancel()
  return { status: response.status, contentType, body: isStream ? '' : parsed(await response.text()) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
