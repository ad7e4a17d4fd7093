/** How many writes may wait for a store: some seconds of work, so that whoever comes later is better told at once. */
export const mostWaiting = 10_000;
