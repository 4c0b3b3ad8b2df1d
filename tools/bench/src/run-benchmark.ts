import type { Context } from './context.ts'
import type { BenchmarkName, Options } from './options.ts'
import type { Result } from './result.ts'

type Benchmark = (context: Context) => Promise<Result>

const load: Record<BenchmarkName, () => Promise<Benchmark>> = {
  ingest: async () => (await import('./benchmarks/ingest.ts')).ingest,
  bulk: async () => (await import('./benchmarks/bulk.ts')).bulk,
  writer: async () => (await import('./benchmarks/writer.ts')).writer,
  store: async () => (await import('./benchmarks/store.ts')).store,
  analytics: async () => (await import('./benchmarks/analytics.ts')).analytics,
  live: async () => (await import('./benchmarks/live.ts')).live,
  series: async () => (await import('./benchmarks/series.ts')).series,
  freshness: async () => (await import('./benchmarks/freshness.ts')).freshness,
  spike: async () => (await import('./benchmarks/spike.ts')).spike,
  scale: async () => (await import('./benchmarks/scale.ts')).scale,
  sustained: async () => (await import('./benchmarks/sustained.ts')).sustained,
  artefacts: async () => (await import('./benchmarks/artefacts.ts')).artefacts,
}

/** Runs one benchmark and stops all that it started. */
export async function runBenchmark(name: BenchmarkName, { rounds, seconds, profile }: Options): Promise<Result> {
  const began = performance.now()
  const opened: { stop(): Promise<void> }[] = []
  const context: Context = {
    rounds,
    seconds,
    profileTo: profile ? '.bench' : undefined,
    say: (text) => console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${name}: ${text}`),
    open(resource) {
      opened.push(resource)
      return resource
    },
  }
  try {
    const benchmark = await load[name]()
    return await benchmark(context)
  } finally {
    for (const resource of opened.reverse()) await resource.stop()
  }
}
