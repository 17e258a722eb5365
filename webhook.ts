export { signWebhook } from './client/sign-webhook.ts';
export type { SignWebhookInput } from './client/sign-webhook.ts';
export { verifyWebhook } from './client/verify-webhook.ts';
export type { Verification, VerifyWebhookInput, WebhookFault } from './client/verify-webhook.ts';
