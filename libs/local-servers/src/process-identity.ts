import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * What tells a process from a later one with the same pid: when it started (in the system's own words),
 * or undefined when there is no such process.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps('lstart', pid)
  const stat = readProc(pid, 'stat')
  // The command, in parentheses, may hold spaces: fields count from behind it. 19: start time in ticks; 0: state.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19]
}

/** The command line of a process, or undefined when it cannot be known. */
export function processCommand(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps('command', pid)
  return readProc(pid, 'cmdline')?.replaceAll('\0', ' ').trim() || undefined
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

function ps(column: string, pid: number): string | undefined {
  return spawnSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined
}
