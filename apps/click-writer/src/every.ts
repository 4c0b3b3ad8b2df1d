/** Runs `task` every `ms` milliseconds, one run at a time, until the returned function is called. Errors after that are ignored. */
export function every(ms: number, task: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const turn = async () => {
    await task().catch((error: unknown) => {
      if (!stopped) onError(error)
    })
    if (!stopped) timer = setTimeout(turn, ms)
  }
  void turn()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
