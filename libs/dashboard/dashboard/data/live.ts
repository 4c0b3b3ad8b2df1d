import type { LiveAnalytics } from '@ads-tracker/sdk'
import { useEffect, useState } from 'preact/hooks'
import { readLive } from './api.ts'
import { nextKey } from './key.ts'

/** `live`: a stream is open. `polling`: there is none at the moment, and the pages look every few seconds. */
export type LiveState = 'connecting' | 'live' | 'polling'
export interface LiveNews {
  state: LiveState
  /** Everything that was accepted before this time is in the numbers. */
  completeThrough?: number
}
interface Signal extends LiveNews {
  /** Numbers moved, or may have. */
  moved: boolean
}

const name = 'ads-tracker:live'
const pollMs = 5000
// the server says how fresh the numbers are every 5 s
const silentMs = 9000
const hopelessMs = 30_000
const signals = new EventTarget()
const channel = new BroadcastChannel(name)
let news: LiveNews = { state: 'connecting' }
let isLeader = false

/** Begins to follow the numbers. Of all tabs of a browser one holds the stream, and tells the others. */
export function startLive(): void {
  channel.onmessage = ({ data }: MessageEvent<Signal | 'hello'>) => {
    if (data !== 'hello') receive(data)
    else if (isLeader) channel.postMessage({ ...news, moved: false } satisfies Signal)
  }
  channel.postMessage('hello')
  // the lock goes to another tab when this one is closed; over http on another host there are none
  if (navigator.locks) void navigator.locks.request(name, lead)
  else void lead()
}

/** Calls `listener` when numbers may have moved. */
export function onMoved(listener: () => void): () => void {
  const tell = (event: Event) => (event as CustomEvent<Signal>).detail.moved && listener()
  signals.addEventListener('signal', tell)
  return () => signals.removeEventListener('signal', tell)
}

export function useLive(): LiveNews {
  const [seen, setSeen] = useState(news)
  useEffect(() => {
    const update = () => setSeen(news)
    signals.addEventListener('signal', update)
    return () => signals.removeEventListener('signal', update)
  }, [])
  return seen
}

async function lead(): Promise<never> {
  isLeader = true
  for (;;) {
    await follow().catch(() => {})
    // it comes back by itself, unless that cannot help, as with a key that is not valid
    poll()
    await nextKey(hopelessMs)
  }
}

async function follow(): Promise<void> {
  let timer = setTimeout(silent, silentMs)
  try {
    for await (const message of readLive()) {
      clearTimeout(timer)
      timer = setTimeout(silent, silentMs)
      send({ ...newsOf(message), moved: news.state === 'polling' || message.changed.length > 0 })
    }
  } finally {
    clearTimeout(timer)
  }

  function silent() {
    poll()
    timer = setTimeout(silent, pollMs)
  }
}

const poll = () => send({ ...news, state: 'polling', moved: true })

function newsOf({ completeThrough }: LiveAnalytics): LiveNews {
  return { state: 'live', ...(completeThrough && { completeThrough: completeThrough.getTime() }) }
}

function send(signal: Signal) {
  channel.postMessage(signal)
  receive(signal)
}

function receive({ moved, ...latest }: Signal) {
  news = latest
  signals.dispatchEvent(new CustomEvent('signal', { detail: { ...latest, moved } }))
}
