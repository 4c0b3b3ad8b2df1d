import { spawn } from 'node:child_process'

// Asks the process to go, waits up to 3 s, insists, and removes folders.
const end =
  'kill -s "$1" "$2" 2>/dev/null; for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$2" 2>/dev/null || break; sleep 0.3; done; ' +
  'kill -KILL "$2" 2>/dev/null; shift 2; [ $# -eq 0 ] || rm -rf -- "$@"'

/** Ends process `pid` and removes folders as soon as this process has ended. Cancelled when `exited` resolves first. */
export function endWithParent(
  pid: number,
  exited: Promise<unknown>,
  { signal = 'SIGKILL', remove = [] }: { signal?: NodeJS.Signals; remove?: string[] } = {},
): void {
  const release = runWhenParentEnds('sh', '-c', end, 'endWithParent', signal.slice(3), String(pid), ...remove)
  void exited.then(release)
}

/** Runs a command as soon as this process has ended, kill -9 included. Returns a function that cancels it. */
export function runWhenParentEnds(...command: string[]): () => void {
  // The pipe from us to the shell closes when we are gone: only then does the shell go on.
  const watcher = spawn('sh', ['-c', 'read -r _; exec "$@"', 'endWithParent', ...command], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.unref()
  const { stdin } = watcher
  if (stdin && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  return () => {
    watcher.kill('SIGKILL')
  }
}
