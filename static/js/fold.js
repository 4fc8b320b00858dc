// A panel that opens over the page closes as people expect: by Escape, by going on to something else. Without script its
// own button closes it.

export function attach(details) {
  const floats = () => [...details.children].some((child) => getComputedStyle(child).position === "absolute");
  const leave = (target) => {
    if (details.open && target instanceof Node && !details.contains(target) && floats()) details.open = false;
  };
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
  details.addEventListener("focusout", (event) => leave(event.relatedTarget));
  details.addEventListener("toggle", () => {
    const change = details.open ? "addEventListener" : "removeEventListener";
    document[change]("pointerdown", away);
  });
  const away = (event) => leave(event.target);
}
