export function ensureDashboard(): Promise<void>;
export function buildDashboard(folder: string): Promise<void>;
