export function followParent(): void;
export function followNpm(): void;
