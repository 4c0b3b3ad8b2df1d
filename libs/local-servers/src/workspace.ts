import { join } from 'node:path'

/** The root of the repository. */
export const workspace = join(import.meta.dirname, '../../..')

/** The source that starts an app or a tool, such as `apps/ads-api`. */
export const entry = (project: string) => join(workspace, project, 'src/main.ts')
