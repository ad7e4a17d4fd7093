const ipv6 = /^(?=.*:)[\da-f:]+$/i;

/**
 * What a caller's tries are counted under. Whoever has one IPv6 address usually has 2⁶⁴ of them: they count as one.
 *
 * @param key the address; what is none, such as the id of an account, is returned as it is
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
