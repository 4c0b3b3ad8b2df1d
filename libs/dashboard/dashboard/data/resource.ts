import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Failure } from './failure.ts'
import { failureOf } from './failure.ts'
import { onMoved } from './live.ts'
import { useKey } from './use-key.ts'

export interface Resource<T> {
  /** The newest answer, also while a later attempt fails; that of the question before while `isLoading`. */
  value?: T
  /** When it came. */
  at?: number
  failure?: Failure
  isLoading: boolean
  retry(): void
}
interface Options {
  /** Look again when numbers may have moved. */
  live?: boolean
  /** Look again after so many milliseconds. */
  everyMs?: number
  /** Without it the page is whole: a failure is not repeated. */
  optional?: boolean
}

const leastMs = 1000
const longestMs = 10_000

/** Asks for `question` with `load`, again when it changes or moves, and after a failure that passes by itself. */
export function useResource<T>(
  question: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  { live = false, everyMs, optional = false }: Options = {},
): Resource<T> {
  const [state, setState] = useState<{ question?: string; value?: T; at?: number; failure?: Failure }>({})
  const key = useKey()
  const loader = useRef(load)
  loader.current = load
  const again = useRef(() => {})

  // not after the first frame: an answer may be there already
  useLayoutEffect(() => {
    if (question === undefined) return
    const end = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    let [isRunning, isAsked, lastAt] = [false, false, 0]

    async function look() {
      if (isRunning) return void (isAsked = true)
      clearTimeout(timer)
      ;[isRunning, isAsked, lastAt] = [true, false, Date.now()]
      try {
        const value = await loader.current(end.signal)
        failures = 0
        if (!end.signal.aborted) setState({ question, value, at: Date.now() })
      } catch (error) {
        failures++
        if (!end.signal.aborted) fail(failureOf(error))
      }
      isRunning = false
      if (end.signal.aborted) return
      if (isAsked) soon()
      else if (everyMs && failures === 0) timer = setTimeout(look, everyMs)
    }

    function fail(failure: Failure) {
      setState((before) => ({ ...before, question, failure }))
      if (failure.passes && !optional) timer = setTimeout(look, Math.min(longestMs, 500 * 2 ** failures))
    }

    function soon() {
      if (document.hidden) return void (isAsked = true)
      clearTimeout(timer)
      timer = setTimeout(look, Math.max(0, lastAt + leastMs - Date.now()))
    }

    const onVisible = () => !document.hidden && isAsked && soon()
    const endLive = live ? onMoved(() => failures === 0 && soon()) : () => {}
    document.addEventListener('visibilitychange', onVisible)
    addEventListener('online', look)
    again.current = look
    void look()
    return () => {
      end.abort()
      clearTimeout(timer)
      endLive()
      document.removeEventListener('visibilitychange', onVisible)
      removeEventListener('online', look)
    }
  }, [question, live, everyMs, key])

  const isLoading =
    question !== undefined && (state.question !== question || (state.value === undefined && !state.failure))
  return { ...state, ...(isLoading && { failure: undefined }), isLoading, retry: () => again.current() }
}
