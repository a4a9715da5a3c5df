'use client'

import { useSyncExternalStore } from 'react'
import { classes } from './classes'
import { Icon } from './icon'
import { parseTheme, type Theme, themeCookie, themes } from './theme'

const labels: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' }
const changed = 'outlay:theme'
const yearSeconds = 31_536_000

/** Light, dark, or as the device has it. Takes effect at once, and the next page is drawn so by the server. */
export function ThemeSwitch() {
  const current = useSyncExternalStore(subscribe, readTheme, () => 'system')
  return (
    <div role="group" aria-label="Theme" className="grid grid-cols-3 rounded-md bg-sunken p-0.5">
      {themes.map((theme) => (
        <button
          key={theme}
          type="button"
          aria-pressed={theme === current}
          onClick={() => chooseTheme(theme)}
          className={classes(
            'inline-flex items-center justify-center gap-1.5 rounded-[5px] px-2 py-1 text-xs max-sm:py-2',
            theme === current ? 'bg-raised font-medium text-ink shadow-card ring-1 ring-line' : 'text-ink-2 hover:text-ink',
          )}
        >
          <Icon name={theme} className="size-3.5" />
          {labels[theme]}
        </button>
      ))}
    </div>
  )
}

function subscribe(listener: () => void): () => void {
  window.addEventListener(changed, listener)
  return () => window.removeEventListener(changed, listener)
}

function readTheme(): Theme {
  return parseTheme(document.documentElement.dataset['theme'])
}

function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  const secure = window.location.protocol === 'https:' ? '; secure' : ''
  document.cookie = `${themeCookie}=${theme}; path=/; max-age=${yearSeconds}; samesite=lax${secure}`
  window.dispatchEvent(new Event(changed))
}
