/** The themes that a person can choose; `system` follows the device. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** The cookie that holds the choice. It holds nothing else, so any page may read it. */
export const themeCookie = 'theme'

/** The theme that a cookie names; anything unknown is the system's. */
export function parseTheme(value: string | undefined): Theme {
  return themes.find((theme) => theme === value) ?? 'system'
}
