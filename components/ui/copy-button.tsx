'use client'

import { useEffect, useState } from 'react'
import { buttonClasses } from './button'
import { Icon } from './icon'

/** Copies a text, and says so for a moment. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false)

  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [isCopied])

  return (
    <button
      type="button"
      className={buttonClasses('secondary', 'min-w-24')}
      onClick={() => void copyText(text).then(() => setCopied(true))}
    >
      <Icon name={isCopied ? 'check' : 'copy'} className={isCopied ? 'text-good' : 'opacity-70'} />
      <span aria-live="polite">{isCopied ? 'Copied' : label}</span>
    </button>
  )
}

/** The clipboard interface exists on secure origins only; an installation reached over plain HTTP takes the old way. */
async function copyText(text: string): Promise<void> {
  if ('clipboard' in navigator) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
