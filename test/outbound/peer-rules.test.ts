import test from "ava";
import { createPeerRules } from "../../src/outbound/peer-rules.ts";

const says = (rules: ReturnType<typeof createPeerRules>, url: string) => rules(new URL(url));

test("with empty lists everyone is a peer", (t) => {
	t.true(says(createPeerRules([], []), "https://a.example/x"));
});

test("an allow list is compared whole, the port included", (t) => {
	const rules = createPeerRules(["a.example", "b.example:8443"], []);
	t.true(says(rules, "https://a.example/"));
	t.true(says(rules, "https://b.example:8443/"));
	t.false(says(rules, "https://a.example:8443/"));
	t.false(says(rules, "https://b.example/"));
	t.false(says(rules, "https://sub.a.example/"));
});

test("a denied host is denied on every port, a denied host with a port on that one", (t) => {
	const rules = createPeerRules([], ["a.example", "b.example:8443", "[2001:db8::1]"]);
	t.false(says(rules, "https://a.example/"));
	t.false(says(rules, "https://a.example:8443/"));
	t.false(says(rules, "https://b.example:8443/"));
	t.true(says(rules, "https://b.example/"));
	t.false(says(rules, "https://[2001:db8::1]:1/"));
	t.true(says(rules, "https://not-a.example/"));
});

test("deny wins over allow", (t) => {
	t.false(says(createPeerRules(["a.example"], ["a.example"]), "https://a.example/"));
});

test("letter case, a final dot and the script of a name make no difference", (t) => {
	const rules = createPeerRules([], ["EVIL.example.", "bücher.example"]);
	t.false(says(rules, "https://evil.example/"));
	t.false(says(rules, "https://evil.example./"));
	t.false(says(rules, "https://xn--bcher-kva.example/"));
});
