import type { Children } from './children.ts'
import type { Settings } from './settings.ts'

/** In the order in which they are stopped. */
export const layers = ['gateway', 'apps', 'infrastructure'] as const
export type Layer = (typeof layers)[number]
export type Stop = (patience: number) => Promise<void>

/** What the steps have in common. */
export interface Context {
  settings: Settings
  children: Children
  say: (line: string) => void
  /** Remembers how to stop something when its layer's turn comes. */
  onStop: (layer: Layer, stop: Stop) => void
  /** The folder of compiled code. */
  cache: string
  /** The log file of a process. */
  log: (name: string) => string
}
