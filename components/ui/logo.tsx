/** The product's mark: a ring that lets something out. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path d="M20.6 10.4A7.4 7.4 0 1 0 23.4 16" fill="none" strokeWidth="3" strokeLinecap="round" className="stroke-on-accent" />
      <circle cx="23.2" cy="8.8" r="2.3" className="fill-on-accent" />
    </svg>
  )
}
