import type { AcceptSettings } from '../../domain/accept-event.ts';

/** As an operator sets nothing. */
export const ACCEPT_SETTINGS: AcceptSettings = { urgencyThreshold: 0.8, defaultLimit: { key: 'tasks', capacity: 5, reserved: {} } };
