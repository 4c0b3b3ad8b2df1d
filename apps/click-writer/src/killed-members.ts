import type { GroupMembers } from '@ads-tracker/data'
import type { Admin } from '@ads-tracker/kafka'
import type { Logger } from '@ads-tracker/service-kit'

interface Deps {
  members: Pick<GroupMembers, 'killed' | 'left'>
  admin: Pick<Admin, 'removeMember'>
  groupId: string
  log: Logger
}

/**
 * Removes members whose process was killed from the group, so that their partitions are assigned at once instead of when
 * their sessions end. A member that still runs joins again; until then the ledger refuses what it stores.
 */
export async function removeKilled({ members, admin, groupId, log }: Deps): Promise<void> {
  const killed = await members.killed()
  if (killed.length === 0) return
  for (const memberId of killed) {
    await admin.removeMember(groupId, memberId)
    log.warn({ member: memberId }, 'a writer was killed: removed from the consumer group')
  }
  await members.left(killed)
}
