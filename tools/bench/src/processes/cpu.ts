import { readdirSync, readFileSync } from 'node:fs'

// /proc counts in ticks of 10 ms (USER_HZ) on every Linux that matters.
const microsecondsPerTick = 10_000

/** CPU time that a process, and its threads, have used so far, in microseconds; 0 when it is gone. */
export function cpuOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick
  } catch {
    return 0
  }
}

/** The same with all processes that it started and those of them that have ended: PostgreSQL has one for each connection. */
export function cpuOfTree(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + cpuOf(each), 0) + cpuOfEndedChildren(pid)
}

function cpuOfEndedChildren(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * microsecondsPerTick
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  for (const queue = [root]; queue.length > 0;) {
    const next = children.get(queue.shift() as number) ?? []
    found.push(...next)
    queue.push(...next)
  }
  return found
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}

/** Resident bytes of a process. */
export function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** Reads a set of CPU clocks twice and tells the microseconds between. */
export function stopwatch(clocks: Record<string, () => number>): () => Record<string, number> {
  const before = Object.entries(clocks).map(([name, read]) => [name, read, read()] as const)
  return () => Object.fromEntries(before.map(([name, read, start]) => [name, read() - start]))
}
