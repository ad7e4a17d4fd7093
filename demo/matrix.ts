export async function showMatrix(_origin: string): Promise<void> {}
