import type { Admin } from './admin.ts'

/** Says which of the topics do not exist and what to do; undefined if all exist. */
export async function missingTopics(
  admin: Pick<Admin, 'partitions'>,
  names: string[],
  deadlineMs: number,
): Promise<string | undefined> {
  const found = await admin.partitions(names, deadlineMs)
  const missing = names.filter((name) => !found.has(name))
  return missing.length > 0 ? `topic ${missing.join(' and ')} missing: run the topics job` : undefined
}
