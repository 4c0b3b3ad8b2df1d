/** The element that the page is known to have. */
export function find<T extends Element = HTMLElement>(selector: string, inside: ParentNode = document): T {
  const found = inside.querySelector<T>(selector)
  if (!found) throw new Error(`the page has no ${selector}`)
  return found
}

/** A copy of what a template holds. */
export function copyOf(template: string): HTMLElement {
  return find<HTMLTemplateElement>(template).content.firstElementChild!.cloneNode(true) as HTMLElement
}
