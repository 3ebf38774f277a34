// Shows what needs a passkey only where the browser has them, and says when one did not work.
document.addEventListener('DOMContentLoaded', () => {
  if (!window.PublicKeyCredential) return
  document.querySelectorAll('[data-passkey]').forEach((part) => { part.hidden = false })
  document.querySelectorAll('[data-no-passkey]').forEach((part) => { part.hidden = true })
})
document.addEventListener('allauth.error', (event) => {
  event.preventDefault()
  document.querySelectorAll('[data-passkey-error]').forEach((part) => { part.hidden = false })
})
