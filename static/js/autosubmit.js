// A form of filters (GET): a choice shows its results at once, in place. The focus stays where it is, the address
// follows, and what [data-cop-count] says in the results is said aloud. data-cop-target names what is replaced;
// without it the form is simply sent.

export function attach(form, load) {
  const target = form.dataset.copTarget ? document.querySelector(form.dataset.copTarget) : null;
  if (!target) {
    form.addEventListener("change", () => form.submit());
    return;
  }
  const status = document.createElement("span");
  status.className = "unseen";
  status.setAttribute("role", "status");
  form.append(status);
  let last = null;

  const show = async () => {
    const address = new URL(form.action);
    address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== "")).toString();
    last?.abort();
    last = new AbortController();
    target.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: last.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok ? page.getElementById(target.id) : null;
      if (!fresh) {
        form.submit();
        return;
      }
      target.replaceChildren(...fresh.childNodes);
      target.removeAttribute("aria-busy");
      history.replaceState(null, "", address);
      status.textContent = target.querySelector("[data-cop-count]")?.textContent ?? "";
      load(target);
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  };

  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
}
