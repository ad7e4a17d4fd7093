const ipv6 = /^(?=.*:)[\da-f:]+$/i;

/**
 * The key under which a caller's attempts are counted. A subscriber usually owns a whole IPv6 /64, so that its addresses count as one.
 *
 * @param key an IP address; any other text, such as an account id, is returned unchanged
 */
export function sourceOf(key: string): string {
	if (!ipv6.test(key)) return key;
	const [head = "", tail = ""] = key.split("::");
	const front = head === "" ? [] : head.split(":");
	const back = tail === "" ? [] : tail.split(":");
	const groups = [...front, ...Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => "0"), ...back];
	return `${groups
		.slice(0, 4)
		.map((group) => Number.parseInt(group, 16).toString(16))
		.join(":")}::/64`;
}
