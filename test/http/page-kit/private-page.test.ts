import test from "ava";
import type { Context } from "koa";
import { fillIn } from "../../../src/http/page-kit/fill-in.ts";
import { html } from "../../../src/http/page-kit/html.ts";
import { type PageOptions, sendPage } from "../../../src/http/page-kit/private-page.ts";

/** The directives of a page's Content-Security-Policy. */
function policyOf(sent: PageOptions): ReadonlyMap<string, string> {
	const headers = new Map<string, string>();
	const ctx = {
		set: (fields: Record<string, string>) =>
			Object.entries(fields).forEach(([name, value]) => headers.set(name, value)),
		remove() {},
	};
	sendPage(ctx as unknown as Context, html``, sent);
	const policy = headers.get("Content-Security-Policy") ?? "";
	return new Map(policy.split("; ").map((part) => [part.split(" ")[0] as string, part.slice(part.indexOf(" ") + 1)]));
}

test("a form may redirect to the waiting client, whatever the form of its address, and nowhere else", (t) => {
	const cases: readonly (readonly [string, string])[] = [
		["https://app.example", "'self' https://app.example"],
		["https://app.example:8443", "'self' https://app.example:8443"],
		["http://127.0.0.1:4000", "'self' http://127.0.0.1:4000"],
		["com.example.app:", "'self' com.example.app:"],
		// CSP can't express an IPv6 address.
		["http://[::1]:4000", "'self' http:"],
		["https://app.example; script-src *", "'self'"],
		["https://app.example 'unsafe-inline'", "'self'"],
		["*", "'self'"],
		["https://*.example", "'self'"],
		["", "'self'"],
	];
	for (const [target, expected] of cases)
		t.is(policyOf({ formTargets: [target] }).get("form-action"), expected, target);
	t.is(policyOf({}).get("form-action"), "'self'");
});

test("only a page with a script may run scripts", (t) => {
	t.is(policyOf({}).get("script-src"), undefined);
	t.is(policyOf({}).get("default-src"), "'none'");
	t.is(policyOf({ script: true }).get("script-src"), "'self'");
});

test("values in a text are escaped, and a missing value is empty", (t) => {
	t.is(fillIn("{who} asks {whom}.", { who: "<b>", whom: html`<i>you</i>` }).text, "&lt;b&gt; asks <i>you</i>.");
	t.is(fillIn("{missing}!", {}).text, "!");
	t.is(fillIn("{a}", { a: "{b}", b: "no" }).text, "{b}");
});
