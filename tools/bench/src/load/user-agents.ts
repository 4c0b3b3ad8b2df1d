/** How many different user agents the load has. */
const different = 600

/**
 * User agents as real traffic has them: some hundred texts of 70 to 180 characters, the n-th most common one 1/n as often as the
 * first (Zipf's law).
 */
export function createUserAgents(): () => string {
  const texts = Array.from({ length: different }, (_, index) => textOf(index))
  const upTo: number[] = []
  let sum = 0
  for (let rank = 1; rank <= different; rank++) upTo.push((sum += 1 / rank))
  return () => texts[firstAtLeast(upTo, Math.random() * sum)] as string
}

function firstAtLeast(sorted: number[], value: number): number {
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

const platforms = [
  'X11; Linux x86_64',
  'Windows NT 10.0; Win64; x64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'Linux; Android 14; SM-S921B Build/UP1A.231005.007',
  'Linux; Android 13; Pixel 7a Build/TQ3A.230805.001',
  'iPhone; CPU iPhone OS 17_6_1 like Mac OS X',
  'SMART-TV; Linux; Tizen 7.0',
]

function textOf(index: number): string {
  const platform = platforms[index % platforms.length] as string
  const version = 100 + (index % 31)
  const build = `${version}.0.${6000 + index}.${index % 200}`
  const engine = 'AppleWebKit/537.36 (KHTML, like Gecko)'
  if (index % 5 === 4) return `Mozilla/5.0 (${platform}; rv:${version}.0) Gecko/20100101 Firefox/${build}`
  if (index % 5 === 3) return `Mozilla/5.0 (${platform}) ${engine} Chrome/${build} Mobile Safari/537.36 Edg/${build}`
  return `Mozilla/5.0 (${platform}) ${engine} Chrome/${build} Safari/537.36`
}
