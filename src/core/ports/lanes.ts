/** A serial line of work, named `<kind>:<what>`: one stream's outgoing events, one remote host, one Matrix room. */
export type Lane = string;

/**
 * Works off what is due in a lane. Resolves with the time at which it wants to run again (milliseconds since 1970), or
 * with nothing when the lane is empty. What is due lives in the store; a run may find nothing to do.
 */
export type LaneHandler = (lane: Lane, signal: AbortSignal) => Promise<number | undefined>;

/**
 * Runs lanes: each exclusively, in order, one run at a time; different lanes beside each other.
 *
 * The promise: a wake that follows a store write is followed by a run that starts after that write, or by the sweeper's.
 */
export interface Lanes {
	/** Never throws and never waits. `notBefore`: milliseconds since 1970. */
	wake(lane: Lane, notBefore?: number): void;
	/** Resolves when every run in flight has ended and no lane is awake (delayed wakes do not count). For tests and drains. */
	idle(): Promise<void>;
	/** No new run starts; resolves when the runs in flight have finished their current item. */
	stop(): Promise<void>;
}
