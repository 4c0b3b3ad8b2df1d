import type { Load } from './load.ts'
import type { Expected } from './oracle/oracle.ts'
import type { Random } from './random.ts'
import type { System, SystemOptions } from './system.ts'

export interface Trial {
  system: System
  /** Clients at work; what they do is in the journal. */
  load: Load
  /** The same load with other settings, for faults that start without one. */
  startLoad(options?: { urls?: string[]; rate?: number; clients?: number; persistence?: number }): Load
  random: Random
  /** Number of the trial, from 0. */
  number: number
  /** Minutes that long faults may take. */
  minutes: number
  /** What deadlines are multiplied by. */
  patience: number
  /** What the oracle must find, over all trials on this system. Faults add to it. */
  expected: Expected
  /** Notes a broken promise unless `kept`. */
  expect(kept: boolean, promise: string): void
  /** Shows what happens while it happens. */
  say(what: string): void
}

export interface Fault {
  /** Row of promises.md. */
  row: number
  name: string
  does: string
  system?: SystemOptions
  /** Trials at least: variants that take turns. */
  variants?: number
  /** One trial, however many are asked for: it is long. */
  once?: true
  /** No clients of the usual kind. */
  quiet?: true
  /** Milliseconds in which the system promises to be back. */
  limit?: number
  /** Milliseconds in which the backlog must be read after the load has ended; 60 s unless it says so. */
  drain?: number
  /** Does it, sees the system recover, leaves everything healed. Resolves with the milliseconds of the recovery, where there is one. */
  trial(trial: Trial): Promise<number | undefined>
}
