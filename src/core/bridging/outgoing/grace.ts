/** A signal that follows another one after a while; nothing is left of it when it is disposed. */
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
