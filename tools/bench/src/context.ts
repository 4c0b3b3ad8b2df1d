import type { Options } from './options.ts'

/** What a benchmark is given. */
export interface Context extends Pick<Options, 'rounds' | 'seconds'> {
  /** Tells what happens now. */
  say(text: string): void
  /** Where CPU profiles go; undefined when none are wanted. */
  profileTo: string | undefined
  /** Calls `stop` when the benchmark ends, whatever the reason; the last one opened is stopped first. */
  open<T extends { stop(): Promise<void> }>(resource: T): T
}
