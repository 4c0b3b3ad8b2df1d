import { check } from './check.ts'
import type { Http } from './http.ts'
import { unknownOutcome } from './retry.ts'
import type { Ad, AdFilter } from './types.ts'

type Page = AdFilter & { limit?: number; cursor?: string }

/** The ads of all pages; a page is asked for when the one before has been read. */
export function listAds(http: Http, { signal, ...first }: Page & { signal?: AbortSignal } = {}) {
  return { pages, [Symbol.asyncIterator]: ads }

  async function* pages(): AsyncGenerator<Ad[], void, undefined> {
    let query: Page | undefined = first
    while (query) {
      const page: Page = query
      check('listAds', { params: page })
      const { data, response } = await http.again(
        (api, signal) => api.GET('/ads', { params: { query: page }, signal }),
        unknownOutcome,
        signal,
      )
      yield data as Ad[]
      const cursor = nextCursor(response.headers.get('link'))
      query = cursor === undefined ? undefined : { ...page, cursor }
    }
  }

  async function* ads(): AsyncGenerator<Ad, void, undefined> {
    for await (const page of pages()) yield* page
  }
}

// RFC 8288: `</ads?limit=2&cursor=abc>; rel="next"`
function nextCursor(link: string | null): string | undefined {
  const target = /<([^>]*)>[^,]*;\s*rel="?next"?/.exec(link ?? '')?.[1]
  return target === undefined ? undefined : (new URL(target, 'http://origin').searchParams.get('cursor') ?? undefined)
}
