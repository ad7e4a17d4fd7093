/** How often a part of the members gets its heartbeat, in milliseconds. */
const tickMs = 100;

/** Members that get a heartbeat once per period, each at its own time within the period. */
export interface Heartbeats<Member> {
	add(member: Member): void;
	delete(member: Member): void;
	close(): void;
}

/** Spreads heartbeats evenly: ten thousand at once would occupy the event loop for half a second. */
export function startHeartbeats<Member>(periodMs: number, beat: (member: Member) => void): Heartbeats<Member> {
	const parts = Array.from({ length: Math.max(1, Math.round(periodMs / tickMs)) }, () => new Set<Member>());
	const partOf = new Map<Member, Set<Member>>();
	let current = 0;
	let last = 0;
	const timer = setInterval(() => {
		current = (current + 1) % parts.length;
		for (const member of parts[current] ?? []) beat(member);
	}, periodMs / parts.length).unref();
	return {
		add(member) {
			last = (last + 1) % parts.length;
			const part = parts[last] as Set<Member>;
			part.add(member);
			partOf.set(member, part);
		},
		delete(member) {
			partOf.get(member)?.delete(member);
			partOf.delete(member);
		},
		close: () => clearInterval(timer),
	};
}
