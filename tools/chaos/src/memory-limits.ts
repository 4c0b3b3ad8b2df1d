/** Megabytes that the container of an app may use: `mem_limit` in docker-compose.yml. */
export const memoryLimits: Record<string, number> = { 'click-ingest': 256, 'click-writer': 384 }
