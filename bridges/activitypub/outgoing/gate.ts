/** Lets so many through at a time; the others wait in order. */
export interface Gate {
	enter(): Promise<void>;
	leave(): void;
}

export function createGate(width: number): Gate {
	let free = width;
	const waiting: (() => void)[] = [];
	return {
		async enter() {
			if (free > 0) free--;
			else await new Promise<void>((resolve) => waiting.push(resolve));
		},
		leave() {
			const next = waiting.shift();
			if (next === undefined) free++;
			else next();
		},
	};
}
