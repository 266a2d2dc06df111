// @ts-check
// Signing in again in another tab changes the token that forms carry: take the present one when a form is sent.

export function keepToken() {
	document.addEventListener("submit", (event) => {
		const form = /** @type {HTMLFormElement} */ (event.target);
		const field = /** @type {HTMLInputElement | null} */ (form.querySelector('[name="csrfmiddlewaretoken"]'));
		const found = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
		if (field && found) field.value = found[1];
	});
}
