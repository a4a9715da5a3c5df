/** Everything that the audit log can say happened: a closed list. The text is what people read. */
export const auditActions = {
  'organization.created': 'Created the organization',
  'invitation.issued': 'Issued an invitation',
  'invitation.accepted': 'Accepted an invitation',
  'member.added': 'Added a member',
  'member.removed': 'Removed a member',
  'key.created': 'Created a key',
  'key.revoked': 'Revoked a key',
} as const

export type AuditAction = keyof typeof auditActions
