/** What of an app's output the user should see: its warnings and errors, and all that is not a log record; else undefined. */
export function warning(name: string, line: string): string | undefined {
  const record = parse(line)
  if (record === undefined) return line.trim() === '' ? undefined : `${name}: ${line}`
  if (!['warn', 'error', 'fatal'].includes(String(record.level))) return undefined
  const { message } = (record.err ?? {}) as { message?: unknown }
  return [
    `${name}: ${String(record.level)}: ${String(record.msg ?? '')}`,
    ...(typeof message === 'string' && message !== record.msg ? [message] : []),
  ].join(': ')
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
