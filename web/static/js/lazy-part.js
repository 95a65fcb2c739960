// <lazy-part data-url="…">: a part of a page that takes the server a while. It is fetched when it comes into sight;
// until then, and without a script, its own link stands there.
class LazyPart extends HTMLElement {
  #watch;

  connectedCallback() {
    this.#watch = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) this.#load(); }, { rootMargin: "200px" });
    this.#watch.observe(this);
  }

  disconnectedCallback() {
    this.#watch.disconnect();
  }

  async #load() {
    this.#watch.disconnect();
    this.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.dataset.url);
      if (answer.ok) this.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    } finally {
      this.removeAttribute("aria-busy");
    }
  }
}

customElements.define("lazy-part", LazyPart);
