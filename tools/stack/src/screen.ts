export interface Screen {
  /** A line for the user, at once or, while the progress is being drawn, after it. */
  say(line: string): void
  /** The progress is drawn no more: says what has waited. */
  release(): void
}

/** Whether progress can be drawn there: a terminal of width 0 (some CI systems have one) is no terminal. */
export function canDraw({ isTTY, columns }: { isTTY?: boolean; columns?: number }): boolean {
  return isTTY === true && (columns ?? 0) > 0
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
