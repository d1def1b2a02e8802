// Pages that are opened from the file system may not start workers, and the search of the site is one.
// There, its script runs in a hidden frame of the page instead, and messages are handed over as events.
if (location.protocol === "file:") {
  const load = (page, url) =>
    new Promise((done, failed) => {
      const script = page.createElement("script")
      script.onload = done
      script.onerror = () => failed(new Error(`cannot load ${url}`))
      script.src = url
      page.head.appendChild(script)
    })

  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.documentElement.appendChild(frame)
      this.inside = frame.contentWindow
      this.inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }))
      this.inside.importScripts = (...urls) =>
        urls.reduce((before, one) => before.then(() => load(this.inside.document, one)), Promise.resolve())
      this.ready = load(this.inside.document, url)
    }

    postMessage(data) {
      this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", { data })))
    }
  }
}
