import type { LiveMessage } from '@ads-tracker/sdk'
import { useEffect, useState } from 'preact/hooks'
import { authorization } from './api.ts'
import { readMessages } from './sse.ts'

/** `live`: a stream is open. `polling`: there is none, and the pages look every few seconds. */
export type LiveState = 'connecting' | 'live' | 'polling'
interface Signal {
  type: 'moved' | 'fresh' | 'state'
  completeThrough?: number
  state?: LiveState
}

const pollMs = 5000
const retryMs = 5000
// the server says something every 5 s, and a comment at least every 15 s
const silentMs = 40_000
const signals = new EventTarget()
const name = 'ads-tracker:live'
let channel: BroadcastChannel | undefined
let state: LiveState = 'connecting'
let lastEventId: string | undefined
// the pages have just asked when the first snapshot comes
let isFirst = true

/** Begins to follow the numbers. Of all tabs of a browser one holds the stream and tells the others. */
export function startLive(): void {
  channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }: MessageEvent<Signal | 'hello'>) => (data === 'hello' ? answerHello() : receive(data))
  channel.postMessage('hello')
  if (navigator.locks) void navigator.locks.request(name, lead)
  else void lead()
}

/** Calls `listener` when numbers may have moved. */
export function onMoved(listener: () => void): () => void {
  signals.addEventListener('moved', listener)
  return () => signals.removeEventListener('moved', listener)
}

export function useLive(): { state: LiveState; completeThrough?: number } {
  const [seen, setSeen] = useState<{ state: LiveState; completeThrough?: number }>({ state })
  useEffect(() => {
    const update = (event: Event) =>
      setSeen((before) => ({ ...before, ...(event as CustomEvent<Signal>).detail, state }))
    for (const type of ['state', 'fresh', 'moved']) signals.addEventListener(type, update)
    return () => {
      for (const type of ['state', 'fresh', 'moved']) signals.removeEventListener(type, update)
    }
  }, [])
  return seen
}

let isLeader = false

async function lead(): Promise<never> {
  isLeader = true
  for (;;) {
    const ended = await follow().catch(() => 'failed' as const)
    // a server that ended the stream in good order is asked again at once
    if (ended === 'failed') send({ type: 'state', state: 'polling' })
    await poll(ended === 'failed' ? retryMs : 500)
  }
}

async function follow(): Promise<'ended'> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), silentMs)
  const response = await fetch('/ads/analytics/live', {
    headers: { ...authorization(), accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) },
    cache: 'no-store',
    signal: silence.signal,
  })
  if (!response.ok || !response.body) throw new Error(`the stream was answered with ${response.status}`)
  send({ type: 'state', state: 'live' })
  for await (const message of readMessages(response.body)) {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), silentMs)
    if (message) pass(message.id, message.data)
  }
  clearTimeout(timer)
  return 'ended'
}

function pass(id: string | undefined, data: string) {
  lastEventId = id
  const { type, complete_through, rows } = JSON.parse(data) as LiveMessage
  const mark = complete_through ? { completeThrough: Date.parse(complete_through) } : {}
  send({ type: rows.length > 0 && !(isFirst && type === 'snapshot') ? 'moved' : 'fresh', ...mark })
  isFirst = false
}

async function poll(ms: number) {
  if (ms >= pollMs) send({ type: 'moved' })
  await new Promise((resolve) => setTimeout(resolve, ms))
}

function answerHello() {
  if (isLeader) channel?.postMessage({ type: 'state', state } satisfies Signal)
}

function send(signal: Signal) {
  channel?.postMessage(signal)
  receive(signal)
}

function receive(signal: Signal) {
  if (signal.state) state = signal.state
  signals.dispatchEvent(new CustomEvent(signal.type, { detail: signal }))
}
