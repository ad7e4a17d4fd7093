/** Notifies every process that a stream has reached a seq. A lost notification costs latency, never data. */
export interface Bus {
	publish(stream: string, seq: number): void;
	/** Calls the listener for every publication. @returns the function that ends the subscription */
	subscribe(listener: (stream: string, seq: number) => void): () => void;
	close(): Promise<void>;
}
