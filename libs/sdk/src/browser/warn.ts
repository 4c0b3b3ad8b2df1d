const told = new Set<string>()

/** Tells the console, each text once: success is silent. */
export function warn(text: string) {
  if (told.has(text)) return
  told.add(text)
  console.warn(`ads-tracker: ${text}`)
}
