import type { TestProject } from 'vitest/node'
import { startSystem, type System } from './start-system.ts'

declare module 'vitest' {
  interface ProvidedContext {
    system: System
  }
}

/** Starts the system that a suite drives, unless SYSTEM_ORIGIN names the origin of one (and API_KEY a key of it). */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = String(project.config.env?.SYSTEM_ORIGIN ?? '')
  const { end, ...system } = given === '' ? await startSystem() : { origin: given, apiKey: process.env.API_KEY ?? '' }
  project.provide('system', { ...system, origin: system.origin.replace(/\/$/, '') })
  return end
}
