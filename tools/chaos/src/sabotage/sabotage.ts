/** A change of a source file at the moment when it is loaded: `find` must be there exactly once, or the process ends with 99. */
export interface Patch {
  /** From the root of the repository. */
  file: string
  find: string
  replace: string
}

/** Environment that makes a Node process load its source with these changes. The code on disk stays as it is. */
export function sabotaged(patches: Patch[], more: Record<string, string> = {}): Record<string, string> {
  return {
    NODE_OPTIONS: `--import ${new URL('./preload.ts', import.meta.url).href}`,
    CHAOS_PATCHES: JSON.stringify(patches),
    ...more,
  }
}

export function isSabotaged(environment: Record<string, string>): boolean {
  return environment.CHAOS_PATCHES !== undefined
}
