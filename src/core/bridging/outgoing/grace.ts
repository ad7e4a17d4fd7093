/** A signal that is aborted `ms` milliseconds after another one. Disposing it removes its listener and its timer. */
export function graceAfter(signal: AbortSignal, ms: number): Disposable & { readonly signal: AbortSignal } {
	const late = new AbortController();
	let timer: ReturnType<typeof setTimeout> | undefined;
	const begin = (): void => {
		timer = setTimeout(() => late.abort(), ms);
	};
	if (signal.aborted) begin();
	else signal.addEventListener("abort", begin, { once: true });
	return {
		signal: late.signal,
		[Symbol.dispose]() {
			signal.removeEventListener("abort", begin);
			clearTimeout(timer);
		},
	};
}
