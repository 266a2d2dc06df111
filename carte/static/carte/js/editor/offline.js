// @ts-check
// Without a network a form that is sent is replaced by the browser's own page, and what was typed may be gone with it.

export function keepWithoutNetwork() {
	document.addEventListener("submit", (event) => {
		const form = /** @type {HTMLFormElement} */ (event.target);
		const told = /** @type {HTMLElement | null} */ (form.querySelector("[data-offline]"));
		if (!told) return;
		told.hidden = navigator.onLine;
		if (!navigator.onLine) event.preventDefault();
	});
	window.addEventListener("online", () => {
		for (const told of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-offline]")))
			told.hidden = true;
	});
}
