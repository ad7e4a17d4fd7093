/** Tells every process "stream S has reached seq N". A lost message costs latency, never data. */
export interface Bus {
	publish(stream: string, seq: number): void;
	subscribe(listener: (stream: string, seq: number) => void): () => void;
	close(): Promise<void>;
}
