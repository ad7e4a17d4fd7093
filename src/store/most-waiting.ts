/** How many writes may wait for a store: some seconds of work, so that later ones are better rejected at once. */
export const mostWaiting = 10_000;
