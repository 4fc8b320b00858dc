// Work under way, followed: the element is read again from its own page until it asks no more to be followed; the page
// is then shown anew, because its buttons have changed. Without script a link reads the page again.

const PACE = 1500;

export function attach(element) {
  const look = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer) {
      setTimeout(look, 4 * PACE);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(element.id);
    if (!fresh || fresh.dataset.copModule !== element.dataset.copModule) {
      location.reload();
      return;
    }
    for (const part of element.querySelectorAll("[data-cop-fresh]")) {
      const other = fresh.querySelector(`[data-cop-fresh="${part.dataset.copFresh}"]`);
      if (other) part.replaceChildren(...other.childNodes);
      if (other && "value" in part) part.value = other.value;
    }
    setTimeout(look, PACE);
  };
  setTimeout(look, PACE);
}
