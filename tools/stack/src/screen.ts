export interface Screen {
  /** A line for the user, at once or, while the progress is being drawn, after it. */
  say(line: string): void
  /** The progress is drawn no more: says what has waited. */
  release(): void
}

/** Lines for the user. `drawing`: the progress is being drawn on the same terminal. */
export function createScreen(drawing: boolean): Screen {
  let waiting: string[] | undefined = drawing ? [] : undefined
  return {
    say(line) {
      if (waiting) waiting.push(line)
      else console.log(line)
    },
    release() {
      const lines = waiting ?? []
      waiting = undefined
      for (const line of lines) console.log(line)
    },
  }
}
