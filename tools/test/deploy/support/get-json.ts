/** The JSON at `url`, believed to be a T. */
export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url)
  return (await response.json()) as T
}

export interface AdStats {
  clicks: number
}
