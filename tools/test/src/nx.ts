import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { endWithParent, workspace } from '@ads-tracker/local-servers'

// Without a terminal of its own for each task everything stays in one process group, which can be stopped as one.
const settings = { NX_DAEMON: 'false', NX_TUI: 'false', NX_NATIVE_COMMAND_RUNNER: 'false', NX_NO_CLOUD: 'true' }

/** Runs targets of all projects; its output is passed on, line by line also to `onOutput`. */
export function createNx({ onOutput }: { onOutput: (line: string) => void }) {
  let running: { child: ChildProcess; closed: Promise<number> } | undefined
  let stopped = false
  return { runMany, stop }

  /** Resolves with whether all of them succeeded. */
  async function runMany(targets: string[], args: string[], env: Record<string, string> = {}): Promise<boolean> {
    if (stopped) return false
    const nx = join(workspace, 'node_modules/nx/dist/bin/nx.js')
    const options = [nx, 'run-many', '--targets', targets.join(','), '--outputStyle=static', ...args]
    const child = spawn(process.execPath, options, {
      cwd: workspace,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...settings, ...env },
    })
    const closed = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
    endWithParent(child.pid!, closed, { signal: 'SIGTERM' })
    createInterface({ input: child.stdout }).on('line', (line) => {
      onOutput(line)
      console.log(line)
    })
    running = { child, closed }
    return (await closed) === 0
  }

  async function stop(): Promise<void> {
    stopped = true
    if (!running || running.child.exitCode !== null || running.child.signalCode !== null) return
    const { child, closed } = running
    signalGroup(child, 'SIGTERM')
    await Promise.race([closed, pause(4000)])
    signalGroup(child, 'SIGKILL')
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid!, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
